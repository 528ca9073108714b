// Package lines reads a text as a stream of lines in bounded memory. It is
// shared by the feed formats whose rows are lines. It may import feed for its
// limits; never infra, a desk or a door.
package lines

import (
	"bytes"
	"errors"
	"io"

	"entente/internal/feed"
)

// ErrTooLong stands for one line longer than feed.MaxLine. It was skipped
// without being held; Text gives its first 4 KiB, and Next may go on.
var ErrTooLong = errors.New("line longer than the limit")

const (
	startBuf = 64 << 10
	keep     = 4 << 10
)

// Reader reads lines that end with LF or CR LF. A byte order mark at the
// beginning is dropped. It is not safe for several goroutines.
type Reader struct {
	src   io.Reader
	buf   []byte
	start int // the unread part of buf is buf[start:end]
	end   int
	err   error
	line  int64
	text  []byte
	begun bool
}

// New gives a reader over r.
func New(r io.Reader) *Reader { return &Reader{src: r, buf: make([]byte, startBuf)} }

// Line gives the number of the last line, from 1.
func (r *Reader) Line() int64 { return r.line }

// Text gives the last line again, or the beginning of one that was too long.
// It is valid until the next call of Next.
func (r *Reader) Text() []byte { return r.text }

// Next gives the next line without its end, valid until the next call. The
// last line needs no end. At the end of the text it gives io.EOF, else what
// the source failed with, or ErrTooLong.
func (r *Reader) Next() ([]byte, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(r.buf[r.start+seen:r.end], '\n'); i >= 0 {
			return r.give(seen+i, seen+i+1)
		}
		seen = r.end - r.start
		if r.err != nil {
			if r.err == io.EOF && seen > 0 {
				return r.give(seen, seen)
			}
			return nil, r.err
		}
		if seen > feed.MaxLine+1 {
			return r.skip()
		}
		begun := r.begun
		if r.fill(); r.begun != begun {
			seen = 0 // a byte order mark may have gone
		}
	}
}

// Peek gives up to n of the bytes that come next, without taking them; fewer
// only when the text ends or fails before. n is at most 64 KiB.
func (r *Reader) Peek(n int) []byte {
	for r.end-r.start < n && r.err == nil {
		r.fill()
	}
	return r.buf[r.start:min(r.end, r.start+n)]
}

func (r *Reader) give(n, next int) ([]byte, error) {
	text := r.buf[r.start : r.start+n]
	r.start += next
	r.begun = true
	r.line++
	if n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	r.text = text
	if len(text) > feed.MaxLine {
		r.text = text[:keep]
		return nil, ErrTooLong
	}
	return text, nil
}

// skip drops the rest of a line that is too long.
func (r *Reader) skip() ([]byte, error) {
	r.line++
	r.text = bytes.Clone(r.buf[r.start : r.start+keep])
	for {
		if i := bytes.IndexByte(r.buf[r.start:r.end], '\n'); i >= 0 {
			r.start += i + 1
			return nil, ErrTooLong
		}
		r.start, r.end = 0, 0
		if r.err == io.EOF {
			return nil, ErrTooLong
		}
		if r.err != nil {
			return nil, r.err
		}
		r.fill()
	}
}

// fill reads more, moving or growing the buffer where it must.
func (r *Reader) fill() {
	if r.end == len(r.buf) {
		if r.start > 0 {
			r.end = copy(r.buf, r.buf[r.start:r.end])
			r.start = 0
		} else {
			bigger := make([]byte, 2*len(r.buf))
			r.end = copy(bigger, r.buf[:r.end])
			r.buf = bigger
		}
	}
	for range 100 { // as bufio: a reader that gives nothing and no error is broken
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.err = err
		if n > 0 || err != nil {
			if !r.begun && r.end-r.start >= 3 || err != nil {
				r.mark()
			}
			return
		}
	}
	r.err = io.ErrNoProgress
}

// mark drops a byte order mark once the first three bytes are there.
func (r *Reader) mark() {
	if !r.begun {
		r.begun = true
		if bytes.HasPrefix(r.buf[r.start:r.end], []byte("\xef\xbb\xbf")) {
			r.start += 3
		}
	}
}
