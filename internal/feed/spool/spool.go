// Package spool keeps the text of one input so that a format can read it more
// than once: in memory while it is small, else in a temporary file that only
// this user may read. Formats need it whose rows depend on what stands after
// them, such as an event's tags behind its attributes. It may import core and
// feed; never infra, a desk or a door.
package spool

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	"entente/internal/core/fault"
	"entente/internal/feed"
)

const (
	// inMemory is how much is kept without a file.
	inMemory = 4 << 20
	// MaxSize is the largest text that is kept.
	MaxSize = 4 << 30
)

// Text is a text that was kept. Close removes it.
type Text struct {
	small []byte
	file  *os.File
	size  int64
	gone  bool // the file has no name any more
}

// Keep reads r to its end. A text of more than MaxSize is a *feed.Quarantine.
func Keep(r io.Reader) (*Text, error) { return keep(r, MaxSize) }

func keep(r io.Reader, limit int64) (*Text, error) {
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, inMemory+1))
	t := &Text{small: b.Bytes(), size: n}
	if err != nil || n <= inMemory {
		return t, err
	}
	if t.file, err = os.CreateTemp("", "entente-text-*"); err != nil {
		return nil, fault.Wrap(fault.Full, err, "no temporary file can be made", "set TMPDIR to a folder with room that can be written")
	}
	t.gone = os.Remove(t.file.Name()) == nil // where a system can, nothing stays after a kill
	t.size, err = t.fill(io.MultiReader(&b, r), limit)
	if t.small = nil; err != nil {
		_ = t.Close()
		return nil, err
	}
	return t, nil
}

// fill copies r to the file.
func (t *Text) fill(r io.Reader, limit int64) (int64, error) {
	w := writer{f: t.file}
	n, err := io.Copy(&w, io.LimitReader(r, limit+1))
	switch {
	case w.err != nil:
		return n, fault.Wrap(fault.Full, w.err, "the temporary copy of a file cannot be written", "make room in the temporary folder or set TMPDIR to another")
	case err == nil && n > limit:
		return n, &feed.Quarantine{Reason: "too-large", Text: "it has more than " + strconv.FormatInt(limit, 10) + " bytes, and its rows cannot be read before all of it was seen",
			Remedy: "ask the producer for smaller files, or split it"}
	}
	return n, err
}

// writer tells a failure to write from one to read.
type writer struct {
	f   *os.File
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	w.err = err
	return n, err
}

// Size gives the number of bytes.
func (t *Text) Size() int64 { return t.size }

// From gives the text from offset at to its end.
func (t *Text) From(at int64) io.Reader { return io.NewSectionReader(t, at, max(t.size-at, 0)) }

// ReadAt makes a Text an io.ReaderAt.
func (t *Text) ReadAt(p []byte, at int64) (int, error) {
	if t.file != nil {
		n, err := t.file.ReadAt(p, at)
		if err != nil && err != io.EOF {
			err = fault.Wrap(fault.Internal, err, "the temporary copy of a file cannot be read", "check the disk of the temporary folder")
		}
		return n, err
	}
	if at < 0 || at > t.size {
		return 0, io.EOF
	}
	n := copy(p, t.small[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close removes the temporary file, if there is one.
func (t *Text) Close() error {
	if t.file == nil {
		return nil
	}
	err := t.file.Close()
	if !t.gone {
		err = errors.Join(err, os.Remove(t.file.Name()))
	}
	t.file = nil
	return err
}
