package csvrow

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"entente/internal/feed"
)

// row is what one call of Next gave.
type row struct {
	line   int64
	fields []string
	err    error
}

func readAll(t interface{ Fatalf(string, ...any) }, r *Reader) []row {
	var out []row
	for {
		f, err := r.Next()
		if err == io.EOF {
			return out
		}
		if _, ok := err.(RowError); err != nil && !ok {
			t.Fatalf("source failed: %v", err)
		}
		if r.Line() < 1 || len(r.Raw()) > 4<<10 {
			t.Fatalf("line %d, raw %d bytes", r.Line(), len(r.Raw()))
		}
		out = append(out, row{r.Line(), slices.Clone(f), err})
	}
}

func show(rows []row) string {
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			b.WriteString(" / ")
		}
		if r.err != nil {
			b.WriteString(map[error]string{ErrQuote: "!quote", ErrText: "!text", ErrTooLong: "!long"}[r.err])
			continue
		}
		b.WriteString(strings.ReplaceAll(strings.Join(r.fields, "|"), "\n", "~"))
	}
	return b.String()
}

func TestRows(t *testing.T) {
	tolerant := Options{Tolerant: true}
	for name, c := range map[string]struct {
		in   string
		o    Options
		want string
	}{
		"plain":                   {"a,b\n1,2\n", Options{}, "a|b / 1|2"},
		"no last line end":        {"a,b\n1,2", Options{}, "a|b / 1|2"},
		"CR LF":                   {"a,b\r\n\"1\",2\r\n", Options{}, "a|b / 1|2"},
		"CR only":                 {"a,b\r1,2\r", Options{}, "a|b / 1|2"},
		"CR inside":               {"a,b\n1\r2,3\n", Options{}, "a|b / 1\r2|3"},
		"byte order mark":         {"\xef\xbb\xbf\"a\",b\n1,2\n", Options{}, "a|b / 1|2"},
		"empty lines":             {"\na,b\n\r\n\n1,2\n\n", Options{}, "a|b / 1|2"},
		"comments":                {"# x\na;b\n#\"y\n1;2\n", Options{Comma: ';', Comment: '#'}, "a|b / 1|2"},
		"empty fields":            {"a,,\"\",\n", Options{}, "a|||"},
		"quoted quote":            {"a,b\n\"x\"\"y\",\"\"\"\"\n", Options{}, `a|b / x"y|"`},
		"quoted separator":        {"a,b\n\"x,y\",2\n", Options{}, "a|b / x,y|2"},
		"quoted line break":       {"a,b\n\"x\r\ny\",2\n3,4\n", Options{}, "a|b / x~y|2 / 3|4"},
		"bare quote, strict":      {"a,b\nx\"y,2\n3,4\n", Options{}, "a|b / !quote / 3|4"},
		"bare quote":              {"a,b\nx\"y,2\n\"3\"z\",4\n", tolerant, `a|b / x"y|2 / 3"z|4`},
		"text behind, strict":     {"a,b\n\"x\"y,2\n3,4\n", Options{}, "a|b / !quote / 3|4"},
		"backslash quote, strict": {"a,b\n\"x\\\"y\",2\n", Options{}, "a|b / !quote"},
		"backslash quote":         {"a,b\n\"r=\\\"\\\"O\\\"\\\"\",2\n", tolerant, `a|b / r=""O""|2`},
		"backslash at the end":    {"a,b\n\"C:\\\",\"2\"\n\"1\",\"D:\\\"\n", tolerant, `a|b / C:\|2 / 1|D:\`},
		"two backslashes":         {"a,b\n\"C:\\\\\",\"2\"\n", tolerant, `a|b / C:\\|2`},
		"spaces before a quote":   {"\"a\", \"b\"\n\"1,0\" , \"2\"\n", tolerant, "a|b / 1,0|2"},
		"ragged":                  {"a,b\n1\n1,\"\\\"2\",3\n", tolerant, `a|b / 1 / 1|"2|3`},
		"runaway quote":           {"a,b\n\"1,2\n3,4\n\"5\",6\n", Options{}, "a|b / !quote / 3|4 / 5|6"},
		"runaway in quoted rows":  {"\"a\",\"b\"\n\"1\",\"2\n\"3\",\"4\"\n\"5\",\"6\"\n", tolerant, "a|b / !quote / 3|4 / 5|6"},
		"runaway to the end":      {"a,b\n1,\"2\n", tolerant, "a|b / !quote"},
		"NUL":                     {"a,b\n1\x00,2\n\"3\n\x00\",4\n5,6\n", Options{}, "a|b / !text / !quote / !text / 5|6"},
		"invalid UTF-8":           {"a,b\n\xff\xfe,\"\xc3\"\"\"\n", Options{}, "a|b / \uFFFD|\uFFFD\""},
		"nothing":                 {"", Options{}, ""},
	} {
		for _, one := range []bool{false, true} {
			src := io.Reader(strings.NewReader(c.in))
			if one {
				src = iotest.OneByteReader(src)
			}
			if got := show(readAll(t, New(src, c.o))); got != c.want {
				t.Errorf("%s (byte by byte: %v)\n got %q\nwant %q", name, one, got, c.want)
			}
		}
	}
}

func TestLinesAndRaw(t *testing.T) {
	r := New(strings.NewReader("a,b\n\n\"x\ny\",2\n\"z,3\r\n4,5"), Options{})
	want := []struct {
		line int64
		raw  string
	}{{1, "a,b"}, {3, "\"x\ny\",2"}, {5, "\"z,3"}, {6, "4,5"}}
	for _, w := range want {
		_, _ = r.Next()
		if r.Line() != w.line || string(r.Raw()) != w.raw {
			t.Errorf("line %d raw %q, want %d %q", r.Line(), r.Raw(), w.line, w.raw)
		}
	}
}

// A hundred megabytes on one line are skipped without being held.
func TestTooLong(t *testing.T) {
	long := io.LimitReader(neverEnding('x'), 100<<20)
	exact := strings.Repeat("y", feed.MaxLine)
	r := New(io.MultiReader(strings.NewReader("a,b\n"), long, strings.NewReader("\n"+exact+"\r\n"+exact+"y\n1,2\n")), Options{})
	var got []string
	for {
		f, err := r.Next()
		if err == io.EOF {
			break
		}
		if err == ErrTooLong && len(r.Raw()) != 4<<10 {
			t.Errorf("raw has %d bytes", len(r.Raw()))
		}
		if err != nil {
			f = []string{err.Error()}
		}
		got = append(got, f[0][:1])
		if cap(r.buf) > 2*feed.MaxLine {
			t.Fatalf("buffer of %d bytes", cap(r.buf))
		}
	}
	if s := strings.Join(got, ""); s != "aryr1" { // r: "row longer ..."
		t.Errorf("got %q", s)
	}
}

type neverEnding byte

func (b neverEnding) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

// A lost quote in every line costs no more than linear time.
func TestManyLostQuotes(t *testing.T) {
	var in bytes.Buffer
	in.WriteString("a,b\n")
	for range 200_000 {
		in.WriteString("\"x\n")
	}
	rows := readAll(t, New(&in, Options{Tolerant: true}))
	if len(rows) != 200_001 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestSourceFails(t *testing.T) {
	broken := errors.New("disk gone")
	r := New(io.MultiReader(strings.NewReader("a,b\n1,2"), iotest.ErrReader(broken)), Options{})
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.Next(); err != broken {
			t.Errorf("got %v", err)
		}
	}
	r = New(iotest.ErrReader(io.ErrUnexpectedEOF), Options{})
	if _, err := r.Next(); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v", err)
	}
}

// Whatever encoding/csv writes is read back the same, in any chunks.
func TestReadsBack(t *testing.T) {
	field := rapid.StringOfN(rapid.SampledFrom([]rune("ab,\"\n\\ é0#")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width")
		want := rapid.SliceOfN(rapid.SliceOfN(field, width, width), 1, 8).Draw(t, "rows")
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		got := readAll(t, New(iotest.HalfReader(&buf), Options{}))
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for i := range want {
			if !slices.Equal(got[i].fields, want[i]) {
				t.Fatalf("row %d: got %q, want %q", i, got[i].fields, want[i])
			}
		}
	})
}

// Each line of the input is in exactly one row, whatever the input.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\",\"b\"\n\"1\",\"2\n\"3\\\"\",\"4\"\r\n", "a\r\"b\rc\x00", "\xef\xbb\xbf#x\n,\n\"", "\"\n\"\n\"\"\n"} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, in []byte, tolerant bool) {
		r := New(bytes.NewReader(in), Options{Tolerant: tolerant, Comment: '#'})
		lines := int64(0)
		for {
			before := r.at
			fields, err := r.Next()
			if err == io.EOF {
				break
			}
			if err == nil && len(fields) == 0 {
				t.Fatal("a row without fields")
			}
			for _, s := range fields {
				if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s {
					t.Fatalf("bad text %q", s)
				}
			}
			if r.Line() < before || r.at <= r.Line()-1 {
				t.Fatalf("line %d after %d, now at %d", r.Line(), before, r.at)
			}
			lines = r.at - 1
		}
		if n := int64(bytes.Count(in, []byte{r.term})); lines > n+1 {
			t.Fatalf("%d lines of %d", lines, n)
		}
	})
}
