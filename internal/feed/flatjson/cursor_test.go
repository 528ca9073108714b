package flatjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"

	"pgregory.net/rapid"
)

// walk goes into every container below depth and gives what it finds as lines.
func walk(c *flatjson.Cursor, path string, depth int, out *[]string) error {
	b, err := c.Peek()
	if err != nil {
		return err
	}
	switch {
	case b == '{' && depth > 0:
		return c.Object(func(key string) error { return walk(c, path+"."+key, depth-1, out) })
	case b == '[' && depth > 0:
		return c.Array(func() error { return walk(c, path+"[]", depth-1, out) })
	}
	raw, err := c.Raw()
	if err == flatjson.ErrTooLong {
		*out = append(*out, path+" too long")
		return nil
	}
	if err == nil {
		*out = append(*out, path+"="+strings.TrimSpace(string(raw)))
	}
	return err
}

func TestCursor(t *testing.T) {
	long := `"` + strings.Repeat("x", feed.MaxLine) + `"`
	for _, c := range []struct {
		in   string
		want string
		err  error
	}{
		{`{"a":1, "b" : [ {"c":"]},{"} , [] ,"x\"" ], "d":{}}`, `.a=1|.b[].c="]},{"|.b[]="x\""`, nil},
		{`{"a":[{"b":1} x,2]}`, `.a[].b=1`, flatjson.ErrShape},
		{`{"\u0061\n":1}`, ".a\n=1", nil},
		{`{"a":` + long + `,"b":2}`, `.a too long|.b=2`, nil},
		{`{"a":[1,2`, `.a[]=1`, flatjson.ErrShape},
		{`{"a":1,}`, `.a=1`, flatjson.ErrShape},
		{`{"a" 1}`, ``, flatjson.ErrShape},
		{`{a:1}`, ``, flatjson.ErrShape},
		{`["a"}`, `[]="a"`, flatjson.ErrShape},
		{"\xef\xbb\xbf[1]", `[]=1`, nil},
		{``, ``, io.EOF},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			var got []string
			err := walk(flatjson.NewCursor(r), "", 4, &got)
			if text := strings.Join(got, "|"); text != c.want || err != c.err {
				t.Errorf("%.60s: %.200s, %v", c.in, text, err)
			}
		}
	}
}

// TestCursorKeepsGarbageApart: what is taken whole in an array goes to the comma.
func TestCursorKeepsGarbageApart(t *testing.T) {
	c := flatjson.NewCursor(strings.NewReader(`[{"a":1} x,{"b":2},,]`))
	var got []string
	err := c.Array(func() error {
		raw, err := c.Raw()
		got = append(got, string(raw))
		return err
	})
	if err != nil || strings.Join(got, "|") != `{"a":1} x|{"b":2}||` {
		t.Errorf("%q, %v", got, err)
	}
}

func TestCursorKnowsWhereItIs(t *testing.T) {
	text := `{"list": [ {"a":"é"} , {"b":2}]}`
	c := flatjson.NewCursor(strings.NewReader(text))
	var got []string
	err := c.Object(func(string) error {
		return c.Array(func() error {
			if _, err := c.Peek(); err != nil {
				return err
			}
			at := c.Pos()
			raw, err := c.Raw()
			got = append(got, text[at:at+int64(len(raw))])
			return err
		})
	})
	if err != nil || strings.Join(got, "|") != `{"a":"é"} |{"b":2}` {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":1},2],"c":"\u0061"}`))
	f.Add([]byte("[[[[1]]]]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got []string
		c := flatjson.NewCursor(bytes.NewReader(data))
		err := walk(c, "", 3, &got)
		if c.Pos() > int64(len(data)) {
			t.Fatalf("at %d of %d", c.Pos(), len(data))
		}
		if err != nil && json.Valid(data) && len(data) < 1<<10 { // longer ones may have keys that are too long
			t.Fatalf("%q: %v", data, err)
		}
		if flatjson.Outline(data) == nil {
			t.Fatal("no outline")
		}
		if list, err := flatjson.List(data, nil); (err == nil) != (json.Valid(data) && len(bytes.TrimSpace(data)) > 0 && bytes.TrimSpace(data)[0] == '[') && err != flatjson.ErrText && err != flatjson.ErrDepth {
			t.Fatalf("%q: %q, %v", data, list, err)
		}
		flatjson.Empty(data)
		flatjson.Text(data)
	})
}

func TestOutline(t *testing.T) {
	got := flatjson.Outline([]byte(`{"Event":{"info":"a","Attribute":[{"type":"url"},{"type":"md5","to_ids":tr`))
	for path, want := range map[string]string{"Event": "", "Event.info": "a", "Event.Attribute[].type": "url"} {
		if text, ok := got[path]; !ok || text != want {
			t.Errorf("%s: %q, %v", path, text, ok)
		}
	}
	if got := flatjson.Outline([]byte("{\"a\":1}\n{\"b\":\"x\"}\nnot json")); len(got) != 3 || got["b"] != "x" {
		t.Errorf("%q", got)
	}
}

func TestShorten(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"12345678","b":"123456789"}`:    `{"a":"12345678","b":{"omitted_bytes":9}}`,
		`{"a":"\"\"\"\"","b":"\"\"\"\"\""}`:   `{"a":"\"\"\"\"","b":{"omitted_bytes":10}}`,
		`{"a":"\\"}` + "\n" + `{"b":1}`:       `{"a":"\\"}` + "\n" + `{"b":1}`,
		"{\"a\":\"open\n{\"b\":\"x\"}":        "{\"a\":\"open\n{\"b\":\"x\"}",
		`no json "at all`:                     `no json "at all`,
		"{\"a\":\"open\\\n{\"b\":\"x\"}":      "{\"a\":\"open\\\n{\"b\":\"x\"}",
		`["` + strings.Repeat("x", 99) + `"]`: `[{"omitted_bytes":99}]`,
	} {
		for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			if got, err := io.ReadAll(flatjson.Shorten(r, 8)); err != nil || string(got) != want {
				t.Errorf("%s: %s, %v; want %s", in, got, err, want)
			}
		}
	}
}

// TestShortenLeavesTheRest: JSON stays JSON, with the same short strings.
func TestShortenLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text, want := object(rt)
		got, err := io.ReadAll(flatjson.Shorten(strings.NewReader(text), 16))
		if err != nil {
			rt.Fatal(err)
		}
		var back map[string]any
		for k := range want {
			if b, _ := json.Marshal(k); len(b) > 18 {
				return // a long key is no key any more
			}
		}
		if err := json.Unmarshal(got, &back); err != nil {
			rt.Fatalf("%s: %v", got, err)
		}
		for k, v := range want {
			if s, short := v.(string); short {
				if b, _ := json.Marshal(s); len(b) > 18 {
					continue
				}
			}
			if fmt.Sprint(v) != fmt.Sprint(back[k]) {
				rt.Fatalf("%q: %v, want %v", k, back[k], v)
			}
		}
	})
}

func TestDetailsValue(t *testing.T) {
	var d flatjson.Details
	d.Value("a", []byte("{\n \"b c\": [1, \"\\\" x\"],\t\"d\": null }"))
	for _, none := range []string{"null", `""`, "[ ]", "{}", ""} {
		d.Value("none", []byte(none))
	}
	d.Value("e", []byte(` "f g" `))
	if got := string(d.Take()); got != `{"a":{"b c":[1,"\" x"],"d":null},"e":"f g"}` {
		t.Error(got)
	}
}
