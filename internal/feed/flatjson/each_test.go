package flatjson_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

func members(t interface{ Fatal(...any) }, r io.Reader) []string {
	m := flatjson.NewMembers(r)
	var out []string
	for {
		b, err := m.Next()
		key, single := m.Key()
		text := string(key) + "=" + strings.TrimSpace(string(b))
		if single {
			text = "single " + text
		}
		switch err {
		case nil:
			out = append(out, text)
		case flatjson.ErrTooLong:
			out = append(out, "too long")
		case io.EOF:
			return out
		default:
			t.Fatal(err)
		}
	}
}

func TestMembers(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", feed.MaxLine) + `"}`
	cases := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"empty", " {} \n", nil},
		{"ids", "\xef\xbb\xbf{\n \"41\": [ {\"a\":1} ],\n \"42\":[{\"b\":[\"]\",\"}\"]},{\"c\":2}]}", []string{`41={"a":1}`, `42={"b":["]","}"]}`, `42={"c":2}`}},
		{"answer", `{"query_status":"ok","data":[{"a":1}, {"b":2}]}`, []string{`single query_status="ok"`, `data={"a":1}`, `data={"b":2}`}},
		{"empty arrays", `{"a":[],"b":[ ]}`, nil},
		{"object", `{"41":{"a":1}}`, []string{`single 41={"a":1}`}},
		{"garbage in an array", `{"a":[{"x":1} y,{"z":2}],"b":[{"c":3}]}`, []string{`a={"x":1} y`, `a={"z":2}`, `b={"c":3}`}},
		{"garbage between", `{x y,"a":[{"b":1}]}`, []string{`single =x y`, `a={"b":1}`}},
		{"key without a value", `{"a","b":[1]}`, []string{`single a="a"`, `b=1`}},
		{"not closed", `{"a":[{"b":1}`, []string{`a={"b":1}`, `single a=the object is not closed`}},
		{"more than one", "{\"a\":[1]}\n{\"b\":[2]}", []string{`a=1`, `single a={"b":[2]}`}},
		{"no object", "a,b\nc", []string{"single =a,b\nc"}},
		{"long", `{"a":[` + long + `,{}]}`, []string{"too long", "a={}"}},
	}
	for _, c := range cases {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			if got := members(t, r); strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("%s: %.300q", c.name, got)
			}
		}
	}
}

func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"41":[{"a":1}],"42":[{"b":2},{}]}`))
	f.Add([]byte(`{"status":"ok","data":[{"a":"\""}]} x`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := len(members(t, bytes.NewReader(data))); n > len(data)+1 {
			t.Fatalf("%d elements of %d bytes", n, len(data))
		}
	})
}

func TestItems(t *testing.T) {
	for in, want := range map[string]string{`[]`: "", `[ ]`: "", `[1, {"a":[2,"]"]} ,"x"]`: `1|{"a":[2,"]"]}|"x"`, `{"a":1}`: `{"a":1}`} {
		var got []string
		for _, b := range flatjson.Items([]byte(in), nil) {
			got = append(got, string(b))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

// TestEach: every row is accepted or rejected once, what is no row is neither.
func TestEach(t *testing.T) {
	in := "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\nx\n{\"a\":\"\xff\"}\n" + strings.Repeat("y", 2*feed.MaxLine) + "\n{\"a\":1}"
	var log []string
	out := &feedLog{&log}
	obs := make([]feed.Observation, 1)
	err := flatjson.Each(context.Background(), flatjson.NewElements(strings.NewReader(in)), out, func(fs []flatjson.Field) ([]feed.Observation, feed.Reason, string) {
		switch string(fs[0].Text()) {
		case "1":
			return obs, 0, ""
		case "2":
			return nil, feed.BadValue, "a"
		}
		return nil, 0, ""
	})
	if want := "1 2:bad-value:a 4:bad-row: 5:bad-text: 6:line-too-long: 7"; err != nil || strings.Join(log, " ") != want {
		t.Errorf("%q, %v", log, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := flatjson.Each(ctx, flatjson.NewElements(strings.NewReader(in)), out, nil); err == nil {
		t.Error("a stopped context does not stop it")
	}
}

type feedLog struct{ log *[]string }

func (l *feedLog) Begin(feed.Meta) error { return nil }
func (l *feedLog) Accept(line int64, _ []feed.Observation) error {
	*l.log = append(*l.log, fmt.Sprint(line))
	return nil
}
func (l *feedLog) Reject(line int64, why feed.Reason, field string, _ []byte) error {
	*l.log = append(*l.log, fmt.Sprintf("%d:%s:%s", line, why, field))
	return nil
}
