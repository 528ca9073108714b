package lines_test

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"entente/internal/feed/lines"
)

// FuzzReader: whatever bytes come, and in whatever pieces, every line is given
// once, and the same lines come out.
func FuzzReader(f *testing.F) {
	f.Add([]byte("a\nb\r\n\nc"))
	f.Add([]byte("\xef\xbb\xbfa\n"))
	f.Add([]byte("\x00\xff\n\r\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		whole, pieces := all(t, bytes.NewReader(text)), all(t, iotest.OneByteReader(bytes.NewReader(text)))
		if len(whole) != len(pieces) {
			t.Fatalf("%d lines at once, %d in pieces", len(whole), len(pieces))
		}
		for i := range whole {
			if whole[i] != pieces[i] {
				t.Fatalf("line %d: %q, in pieces %q", i+1, whole[i], pieces[i])
			}
		}
		if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
			text = text[3:]
		}
		ends := bytes.Count(text, []byte("\n"))
		if n := len(text); n > 0 && text[n-1] != '\n' {
			ends++
		}
		if len(whole) != ends {
			t.Fatalf("%d lines of %d", len(whole), ends)
		}
		r := lines.New(bytes.NewReader(text))
		head := append([]byte(nil), r.Peek(64<<10)...)
		rest, err := io.ReadAll(bytes.NewReader(text))
		if err != nil || !bytes.HasPrefix(rest, head) {
			t.Fatalf("Peek gives %q of %q", head, rest)
		}
	})
}
