package spool

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/core/fault"
	"entente/internal/feed"
)

func TestKeepsWhatItRead(t *testing.T) {
	for _, n := range []int{0, 1, inMemory, inMemory + 1, 3 * inMemory} {
		want := bytes.Repeat([]byte("0123456789abcdef."), n/17+1)[:n]
		dir := t.TempDir()
		t.Setenv("TMPDIR", dir)
		text, err := Keep(iotest.HalfReader(bytes.NewReader(want)))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{0, int64(n / 2), int64(n)} {
			got, err := io.ReadAll(text.From(at))
			if err != nil || !bytes.Equal(got, want[at:]) {
				t.Errorf("%d bytes from %d: %d, %v", n, at, len(got), err)
			}
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 && text.gone || (text.file != nil) != (n > inMemory) || text.Size() != int64(n) {
			t.Errorf("%d bytes: %d files, size %d", n, len(left), text.Size())
		}
		if err := errors.Join(text.Close(), text.Close()); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%d bytes: %d files stay", n, len(left))
		}
	}
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	big := func() io.Reader { return strings.NewReader(strings.Repeat("x", 2*inMemory)) }
	_, err := keep(big(), inMemory+10)
	if q := (*feed.Quarantine)(nil); !errors.As(err, &q) || q.Reason != "too-large" || q.Remedy == "" {
		t.Errorf("too large: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Keep(io.MultiReader(big(), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("source that fails: %v", err)
	}
	if _, err := Keep(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("source that fails at once: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files stay", len(left))
	}
	t.Setenv("TMPDIR", dir+"/absent")
	if _, err := Keep(big()); !fault.Is(err, fault.Full) || fault.RemedyOf(err) == "" {
		t.Errorf("no folder for it: %v", err)
	}
}
