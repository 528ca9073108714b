package flatjson

import (
	"bytes"
	"io"
	"strconv"
)

// Shorten gives the text of r with every string of more than limit bytes made
// {"omitted_bytes":n}, so that an attachment in the middle of a text does not
// make its element too long. Lines stay lines: a string that is not closed in
// its line is no JSON and is given as it is.
func Shorten(r io.Reader, limit int) io.Reader {
	return &shortener{src: r, limit: limit, in: make([]byte, 32<<10)}
}

// Omitted is the key that Shorten puts in place of a long string.
const Omitted = "omitted_bytes"

type shortener struct {
	src     io.Reader
	limit   int
	in, out []byte
	at      int
	hold    []byte // the string that is open, from its quote
	n       int    // its bytes so far, without quotes
	quoted  bool
	escaped bool
	err     error
}

func (s *shortener) Read(p []byte) (int, error) {
	for s.at == len(s.out) {
		if s.err != nil {
			return 0, s.err
		}
		s.out, s.at = s.out[:0], 0
		n, err := s.src.Read(s.in)
		s.take(s.in[:n])
		if s.err = err; err != nil {
			s.out = append(s.out, s.hold...)
			s.hold = s.hold[:0]
		}
	}
	n := copy(p, s.out[s.at:])
	s.at += n
	return n, nil
}

func (s *shortener) take(b []byte) {
	for len(b) > 0 {
		if !s.quoted {
			i := bytes.IndexByte(b, '"')
			if i < 0 {
				s.out = append(s.out, b...)
				return
			}
			s.out = append(s.out, b[:i]...)
			s.hold, s.n, s.quoted, s.escaped = append(s.hold[:0], '"'), 0, true, false
			b = b[i+1:]
			continue
		}
		if s.escaped && b[0] != '\n' {
			s.escaped = false
			s.keep(b[:1])
			b = b[1:]
			continue
		}
		i := bytes.IndexAny(b, "\"\\\n")
		if i < 0 {
			s.keep(b)
			return
		}
		s.keep(b[:i])
		switch b[i] {
		case '\\':
			s.keep(b[i : i+1])
			s.escaped = true
		case '"':
			s.close()
		default:
			s.out = append(append(s.out, s.hold...), '\n')
			s.hold, s.quoted = s.hold[:0], false
		}
		b = b[i+1:]
	}
}

func (s *shortener) keep(b []byte) {
	s.n += len(b)
	if room := s.limit + 1 - len(s.hold); room > 0 {
		s.hold = append(s.hold, b[:min(len(b), room)]...)
	}
}

func (s *shortener) close() {
	if s.n > s.limit {
		s.out = append(s.out, `{"`+Omitted+`":`...)
		s.out = append(strconv.AppendInt(s.out, int64(s.n), 10), '}')
	} else {
		s.out = append(append(s.out, s.hold...), '"')
	}
	s.hold, s.quoted = s.hold[:0], false
}
