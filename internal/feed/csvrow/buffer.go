package csvrow

import (
	"bytes"
	"io"

	"entente/internal/feed"
)

const (
	firstBuffer = 128 << 10
	maxBuffer   = feed.MaxLine + firstBuffer
	// sniff is how far the first line end is looked for before CR alone counts.
	sniff = 64 << 10
)

// fill reads more bytes behind end. It moves the unread part to the front and
// lets the buffer grow to maxBuffer; offsets relative to start stay valid. After
// it either end has grown or readErr is set.
func (r *Reader) fill() {
	if r.readErr != nil {
		return
	}
	if r.buf == nil {
		r.buf = make([]byte, firstBuffer)
	}
	if len(r.buf)-r.end < len(r.buf)/4 {
		if r.end-r.start > len(r.buf)/2 && len(r.buf) < maxBuffer {
			grown := make([]byte, min(2*len(r.buf), maxBuffer))
			copy(grown, r.buf[r.start:r.end])
			r.buf = grown
		} else {
			copy(r.buf, r.buf[r.start:r.end])
		}
		r.end -= r.start
		r.start = 0
	}
	for range 100 {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.readErr = err
		if n > 0 || err != nil {
			return
		}
	}
	r.readErr = io.ErrNoProgress
}

// begin drops the byte order mark and finds out what ends a line.
func (r *Reader) begin() {
	r.begun = true
	seen := 0
	for r.readErr == nil && r.end < sniff && bytes.IndexByte(r.buf[seen:r.end], '\n') < 0 {
		seen = r.end
		r.fill()
	}
	if bytes.HasPrefix(r.buf[r.start:r.end], []byte("\xef\xbb\xbf")) {
		r.consume(3, 0)
	}
	head := r.buf[r.start:min(r.end, r.start+sniff)]
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		r.term = '\r'
	}
}

// endOfLine finds the end of the line at or after from: n bytes of content and
// next bytes with the line end, both counted from start. It fails with io.EOF
// if nothing is left at from, with ErrTooLong if n would be over the limit
// (next is 0 if the line end is not in the buffer), or as the source did.
func (r *Reader) endOfLine(from int) (n, next int, err error) {
	if !r.begun {
		r.begin()
	}
	scan := from
	for {
		if i := bytes.IndexByte(r.buf[r.start+scan:r.end], r.term); i >= 0 {
			n, next = scan+i, scan+i+1
			break
		}
		scan = r.end - r.start
		if tooLong(scan - 1) {
			return 0, 0, ErrTooLong
		}
		if r.readErr != nil {
			if r.readErr != io.EOF || scan == from {
				return 0, 0, r.readErr
			}
			n, next = scan, scan
			break
		}
		r.fill()
	}
	if n > from && r.term == '\n' && r.buf[r.start+n-1] == '\r' {
		n--
	}
	if tooLong(n) {
		return n, next, ErrTooLong
	}
	return n, next, nil
}

// skipLong steps over the line at start, which is too long; next is where it
// ends, or 0 if that is still to be found. It gives ErrTooLong, or the source's
// error when the source fails inside the line.
func (r *Reader) skipLong(next int) error {
	r.long = append(r.long[:0], r.buf[r.start:r.start+rawMax]...)
	r.raw = r.long
	for next == 0 {
		if i := bytes.IndexByte(r.buf[r.start:r.end], r.term); i >= 0 {
			next = i + 1
			break
		}
		r.consume(r.end-r.start, 0)
		if r.readErr == io.EOF {
			break
		}
		if r.readErr != nil {
			return r.readErr
		}
		r.fill()
	}
	r.consume(next, 1)
	return ErrTooLong
}
