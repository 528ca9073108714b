package lines_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/lines"

	"pgregory.net/rapid"
)

func all(t interface{ Fatal(...any) }, r io.Reader) []string {
	var out []string
	lr := lines.New(r)
	for {
		b, err := lr.Next()
		switch err {
		case nil:
			out = append(out, string(b))
		case lines.ErrTooLong:
			out = append(out, "too long: "+string(lr.Text()[:3]))
		case io.EOF:
			return out
		default:
			t.Fatal(err)
		}
		if lr.Line() != int64(len(out)) {
			t.Fatal("line number", lr.Line(), "after", len(out), "lines")
		}
	}
}

func TestLinesEqualSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.StringMatching(`[ab,"\x00é]{0,40}`), 0, 20).Draw(t, "lines")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		text := strings.Join(want, end)
		if len(want) > 0 && want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		got := all(t, iotest.OneByteReader(strings.NewReader(text)))
		if strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Fatalf("%q gives %q", text, got)
		}
	})
}

func TestMarkAndLongLines(t *testing.T) {
	long := strings.Repeat("x", feed.MaxLine)
	text := "\xef\xbb\xbfa\n" + long + "\r\n" + long + "x\n" + "b\n" + strings.Repeat("y", 5<<20)
	got := all(t, strings.NewReader(text))
	want := []string{"a", long, "too long: xxx", "b", "too long: yyy"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %d lines", len(got))
	}
}

// endless gives n bytes of one line.
type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.n)
	e.n -= n
	copy(p, bytes.Repeat([]byte("z"), n))
	return n, nil
}

func TestHugeLineIsNotHeld(t *testing.T) {
	lr := lines.New(&endless{n: 100 << 20})
	if _, err := lr.Next(); err != lines.ErrTooLong {
		t.Fatal(err)
	}
	if _, err := lr.Next(); err != io.EOF {
		t.Fatal(err)
	}
	if cap(lr.Text()) > 8<<10 {
		t.Errorf("%d bytes kept", cap(lr.Text()))
	}
}
