// Package csvrow reads comma-separated rows as a stream: one allocation per
// row, bounded memory, and an answer for every row that is not one. It is
// shared by the feed formats that are CSV. It may import feed for its limits;
// never infra, a desk or a door.
package csvrow

import (
	"io"

	"entente/internal/feed"
)

// RowError is a row that could not be read. Reading goes on after it.
type RowError string

func (e RowError) Error() string { return string(e) }

// The row errors. Each stands for exactly one call of Next.
const (
	// ErrTooLong: the row is longer than feed.MaxLine. It was skipped without
	// being held.
	ErrTooLong = RowError("row longer than the limit")
	// ErrQuote: a quote is out of place or never closed. Reading goes on with
	// the next line of the file.
	ErrQuote = RowError("quote out of place or never closed")
	// ErrText: the row holds a NUL byte.
	ErrText = RowError("NUL byte in the row")
)

// rawMax is how much of a row Raw gives.
const rawMax = 4 << 10

// Options say how a file is written. The zero value is RFC 4180 with commas.
type Options struct {
	Comma   byte // separator; 0 means ','
	Comment byte // lines that begin with it are skipped; 0: none

	// Tolerant also takes \" for a quote inside quotes, quotes that stand bare
	// inside a field, and spaces before an opening quote. Where \" could also be
	// a backslash before a closing quote, the reading that gives as many fields
	// as the first row wins.
	Tolerant bool
}

// Reader reads rows. It is not safe for several goroutines.
//
// Lines end with LF or CR LF; a file that has no LF at all may end them with
// CR. A byte order mark is dropped, empty lines are skipped. A quoted field may
// hold line breaks (given as LF) if the row it makes is at most feed.MaxLine
// long and has as many fields as the first row of the file; otherwise its first
// line is an ErrQuote and the next line is read as a row of its own, so that a
// lost quote costs one row. Bytes that are no UTF-8 become U+FFFD.
type Reader struct {
	src      io.Reader
	comma    byte
	comment  byte
	tolerant bool

	buf        []byte
	start, end int   // the unread part of buf
	offset     int64 // offset of buf[start] in the input
	readErr    error // what src ended with
	term       byte  // byte that ends a line
	begun      bool

	at     int64 // number of the line at start, from 1
	line   int64 // number of the line where the last row began
	raw    []byte
	long   []byte // copy of the beginning of a row that was skipped
	width  int    // fields of the first row; 0: none yet
	noSpan int64  // rows that begin before this offset may not span lines

	fields []string
	ends   []int // end of each field in text
	text   []byte
}

// New gives a reader over r.
func New(r io.Reader, o Options) *Reader {
	if o.Comma == 0 {
		o.Comma = ','
	}
	return &Reader{src: r, comma: o.Comma, comment: o.Comment, tolerant: o.Tolerant, term: '\n', at: 1}
}

// Line gives the number of the line where the last row began, from 1.
func (r *Reader) Line() int64 { return r.line }

// Raw gives the bytes of the last row without its line end, or the first 4 KiB
// of them. They are valid until the next call of Next.
func (r *Reader) Raw() []byte { return r.raw }

// Next gives the fields of the next row. The slice is valid until the next
// call; the strings may be kept. A RowError says that this row could not be
// read and that Next may be called again. Any other error ends the file:
// io.EOF at its end, else what the source failed with.
func (r *Reader) Next() ([]string, error) {
	for {
		n, next, err := r.endOfLine(0)
		r.line = r.at
		switch {
		case err == ErrTooLong:
			return nil, r.skipLong(next)
		case err != nil:
			return nil, err
		}
		line := r.buf[r.start : r.start+n]
		if n == 0 || r.comment != 0 && line[0] == r.comment {
			r.consume(next, 1)
			continue
		}
		r.raw = line[:min(n, rawMax)]
		if r.fast(line) {
			r.consume(next, 1)
		} else if err := r.slow(n, next); err != nil {
			return nil, err
		}
		if r.width == 0 {
			r.width = len(r.fields)
		}
		return r.fields, nil
	}
}

// consume steps over n bytes that hold this many lines.
func (r *Reader) consume(n int, lines int64) {
	r.start += n
	r.offset += int64(n)
	r.at += lines
}

// tooLong tells whether a row of n bytes is over the limit.
func tooLong(n int) bool { return n > feed.MaxLine }
