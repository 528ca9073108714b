package flatjson_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"

	"pgregory.net/rapid"
)

// object draws a JSON object with its members in a fixed order.
func object(t *rapid.T) (string, map[string]any) {
	want := map[string]any{}
	var b strings.Builder
	b.WriteString("{")
	for i := range rapid.IntRange(0, 80).Draw(t, "n") {
		k := rapid.String().Draw(t, "key")
		if _, twice := want[k]; twice {
			continue
		}
		v := rapid.OneOf(
			rapid.Map(rapid.String(), func(s string) any { return s }),
			rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
			rapid.Just[any](nil), rapid.Just[any](true),
			rapid.Just[any]([]any{"a", 1.0, map[string]any{"k]": "}\""}}),
		).Draw(t, "value")
		want[k] = v
		if i > 0 && b.Len() > 1 {
			b.WriteString(rapid.SampledFrom([]string{",", " ,\n\t"}).Draw(t, "sep"))
		}
		kb, _ := json.Marshal(k)
		vb, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(kb)
		b.WriteString(rapid.SampledFrom([]string{":", " : "}).Draw(t, "colon"))
		b.Write(vb)
	}
	b.WriteString("}")
	return b.String(), want
}

func TestObjectEqualsEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, want := object(t)
		fs, err := flatjson.Object([]byte(text), nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if len(fs) != len(want) {
			t.Fatalf("%d fields, want %d", len(fs), len(want))
		}
		for _, f := range fs {
			var v any
			if err := json.Unmarshal(f.Raw, &v); err != nil {
				t.Fatal(err)
			}
			a, _ := json.Marshal(v)
			b, _ := json.Marshal(want[string(f.Key)])
			if !bytes.Equal(a, b) {
				t.Fatalf("%s: %s, want %s", f.Key, a, b)
			}
			if s, ok := want[string(f.Key)].(string); ok && string(f.Text()) != s {
				t.Fatalf("text %q, want %q", f.Text(), s)
			}
		}
	})
}

func TestObjectRefuses(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for text, want := range map[string]error{
		``: flatjson.ErrSyntax, `{`: flatjson.ErrSyntax, `[]`: flatjson.ErrSyntax, `{"a":1,}`: flatjson.ErrSyntax,
		`{"a":01}`: flatjson.ErrSyntax, `{"a":1.}`: flatjson.ErrSyntax, `{"a":+1}`: flatjson.ErrSyntax, `{a:1}`: flatjson.ErrSyntax,
		`{"a":1} x`: flatjson.ErrTrailing, `{"a":1}{"b":2}`: flatjson.ErrTrailing, `{"a":1,"a":2}`: flatjson.ErrDuplicate,
		`{"a":1,"\u0061":2}`: flatjson.ErrDuplicate, `{"a":` + deep + `}`: flatjson.ErrDepth,
		"{\"a\":\"\xff\"}": flatjson.ErrText, "{\"a\":\"\x00\"}": flatjson.ErrText, "{\"a\":\"\n\"}": flatjson.ErrText,
		`{"a":"\x"}`: flatjson.ErrSyntax, `{"a":nul}`: flatjson.ErrSyntax, `{"a":NaN}`: flatjson.ErrSyntax, `{"a":"\u12g4"}`: flatjson.ErrSyntax,
	} {
		if _, err := flatjson.Object([]byte(text), nil); err != want {
			t.Errorf("%.40q: %v, want %v", text, err, want)
		}
	}
}

// FuzzObject: what is taken is JSON, what encoding/json refuses is refused.
func FuzzObject(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":"\ud83d\ude00","c":[{}]}`, `{}`, `{"a":-0.5e+10}`, `{"\ud800":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, err := flatjson.Object(data, nil)
		if err == nil && !json.Valid(data) {
			t.Fatalf("taken: %q", data)
		}
		if err == flatjson.ErrSyntax || err == flatjson.ErrTrailing {
			var m map[string]json.RawMessage
			if json.Unmarshal(data, &m) == nil && string(bytes.TrimSpace(data)) != "null" {
				t.Fatalf("refused: %q: %v", data, err)
			}
		}
		if err != nil {
			return
		}
		var d flatjson.Details
		for _, f := range fs {
			d.Raw(f.Key, f.Raw)
			f.Text()
		}
		if out := d.Take(); out != nil && !json.Valid(out) {
			t.Fatalf("details: %q", out)
		}
	})
}

func elements(t interface{ Fatal(...any) }, r io.Reader) []string {
	e := flatjson.NewElements(r)
	var out []string
	for {
		b, err := e.Next()
		switch err {
		case nil:
			out = append(out, strings.TrimSpace(string(b)))
		case flatjson.ErrTooLong:
			out = append(out, "too long")
		case io.EOF:
			return out
		default:
			t.Fatal(err)
		}
	}
}

func TestElements(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", feed.MaxLine) + `"}`
	cases := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"lines", "{\"a\":1}\n\n{\"b\":2}\r\nbad\n{\"c\":\n", []string{`{"a":1}`, `{"b":2}`, `bad`, `{"c":`}},
		{"array", ` [{"a":"]},"}, {"b":[1,2]}` + "\n]", []string{`{"a":"]},"}`, `{"b":[1,2]}`}},
		{"empty array", "[ ]", nil},
		{"garbage in an array", `[{"a":1} x,{"b":2}]`, []string{`{"a":1} x`, `{"b":2}`}},
		{"garbage after an array", "[{\"a\":1}]\nx y\nz", []string{`{"a":1}`, `x y`, `z`}},
		{"array not closed", `[{"a":1}`, []string{`{"a":1}`, `the array is not closed`}},
		{"one object over lines", "\xef\xbb\xbf{\n \"a\": 1\n}\n", []string{"{\n \"a\": 1\n}"}},
		{"two objects over lines", "{\n \"a\": 1\n}\n{\n \"b\": \"}\"\n}", []string{"{\n \"a\": 1\n}", "{\n \"b\": \"}\"\n}"}},
		{"long line", long + "\n{}", []string{"too long", "{}"}},
		{"long element", "[" + long + ",{}]", []string{"too long", "{}"}},
	}
	for _, c := range cases {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			if got := elements(t, r); strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("%s: %.200q", c.name, got)
			}
		}
	}
}

func TestElementsOfAnyArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []string
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			text, _ := object(t)
			want = append(want, text)
		}
		got := elements(t, strings.NewReader("["+strings.Join(want, " ,\n")+"]"))
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Fatalf("%q", got)
		}
	})
}

func FuzzElements(f *testing.F) {
	f.Add([]byte(`[{"a":1},{"b":2}]`))
	f.Add([]byte("{\n\"a\":1}\n"))
	f.Add([]byte("{\"a\":1}\n{\"b\":2}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := len(elements(t, bytes.NewReader(data))); n > len(data)+1 {
			t.Fatalf("%d elements of %d bytes", n, len(data))
		}
	})
}

func TestAppendString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "s"))
		var got string
		if err := json.Unmarshal(flatjson.AppendString(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); got != want && strings.ReplaceAll(got, "\ufffd", "") != strings.ReplaceAll(want, "\ufffd", "") {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
