package flatjson

import (
	"bufio"
	"bytes"
	"io"

	"entente/internal/feed"
)

// Members splits one JSON object whose members are arrays of objects, such as
// {"41":[{...}],"42":[{...}]} or {"status":"ok","data":[{...},{...}]}, into the
// elements of those arrays, however long it is. A value that is no array is an
// element by itself. It finds where each ends; whether it is JSON is for Object
// to say. Up to the next comma all bytes belong to an element, so that garbage
// spoils only its own; an object that is never closed gives one more element,
// which is none. Memory is bounded by one element of feed.MaxLine. It is not
// safe for several goroutines.
type Members struct {
	src    *bufio.Reader
	at     place
	single bool // the last element was no element of an array
	key    []byte
	n      int64
	buf    []byte
	long   bool
}

// place is where the next byte stands.
type place uint8

const (
	before  place = iota // before the object's bracket
	between              // before a key
	inArray              // in the array of a member
	after                // behind the object's bracket
)

// NewMembers gives the elements of the object in r.
func NewMembers(r io.Reader) *Members {
	src := bufio.NewReaderSize(r, headSize)
	if mark, _ := src.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = src.Discard(3)
	}
	return &Members{src: src}
}

// FirstMembers is First for an object of arrays; see gets the key too.
func FirstMembers(head []byte, n int, see func(key []byte, single bool, fs []Field) bool) (all int) {
	m := NewMembers(bytes.NewReader(head))
	return first(m, n, func(fs []Field) bool { return see(m.key, m.single, fs) })
}

// Key gives the key of the member that the last element belongs to, as it
// stands between its quotes and at most 256 bytes of it; Single whether its
// value is no array.
func (m *Members) Key() (key []byte, single bool) { return m.key, m.single }

// Number gives the place of the last element from 1.
func (m *Members) Number() int64 { return m.n }

// Text gives the last element again, or the beginning of one that was too long.
func (m *Members) Text() []byte { return m.buf }

// Next gives the next element, valid until the next call, io.EOF at the end,
// or ErrTooLong.
func (m *Members) Next() ([]byte, error) {
	for {
		m.buf, m.long = m.buf[:0], false
		c, err := m.space()
		if err == io.EOF && (m.at == between || m.at == inArray) {
			m.at, m.single = after, true
			m.add([]byte("the object is not closed"))
			return m.give()
		}
		if err != nil {
			return nil, err
		}
		switch {
		case m.at == before && c == '{':
			m.at = between
		case m.at == before, m.at == after: // no object, or more than one: all of it is one element
			m.at, m.single = after, true
			if err := m.drain(); err != nil {
				return nil, err
			}
			return m.give()
		case m.at == inArray && c == ']':
			m.at = between
		case m.at == between && c == '}':
			m.at = after
		case c == ',':
		case m.at == inArray:
			m.single = false
			if err := m.gather(']'); err != nil {
				return nil, err
			}
			return m.give()
		default:
			array, err := m.member()
			if err != nil {
				return nil, err
			}
			if array {
				m.at = inArray
				continue
			}
			m.single = true
			return m.give()
		}
		_, _ = m.src.Discard(1)
	}
}

// member reads a key and its colon. Where an array follows it takes the
// bracket, else it gathers the value, and whatever is no key at all.
func (m *Members) member() (array bool, err error) {
	m.key = m.key[:0]
	c, err := m.src.ReadByte()
	if err != nil {
		return false, err
	}
	if c != '"' {
		_ = m.src.UnreadByte()
		return false, m.gather('}')
	}
	m.add([]byte{c})
	for escaped := false; ; {
		c, err := m.src.ReadByte()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		m.add([]byte{c})
		if c == '"' && !escaped {
			break
		}
		escaped = c == '\\' && !escaped
		if len(m.key) < 256 {
			m.key = append(m.key, c)
		}
	}
	c, err = m.space()
	if err == nil && c == ':' {
		_, _ = m.src.Discard(1)
		if c, err = m.space(); err == nil && c == '[' {
			_, _ = m.src.Discard(1)
			return true, nil
		}
		m.buf, m.long = m.buf[:0], false // the value alone is the element
	}
	if err != nil && err != io.EOF {
		return false, err
	}
	return false, m.gather('}')
}

// space passes over white space and gives the byte after it without taking it.
func (m *Members) space() (byte, error) {
	for {
		b, err := m.src.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\n', '\r':
			_, _ = m.src.Discard(1)
		default:
			return b[0], nil
		}
	}
}

// drain takes all that is left.
func (m *Members) drain() error {
	for {
		if _, err := m.src.Peek(1); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		chunk, _ := m.src.Peek(m.src.Buffered())
		m.add(chunk)
		_, _ = m.src.Discard(len(chunk))
	}
}

// gather takes bytes up to the comma or the given bracket that ends the
// element, without taking that.
func (m *Members) gather(bracket byte) error {
	var depth int
	var quoted, escaped bool
	for {
		if _, err := m.src.Peek(1); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		chunk, _ := m.src.Peek(m.src.Buffered())
		for i, c := range chunk {
			switch {
			case escaped:
				escaped = false
				continue
			case quoted:
				escaped = c == '\\'
				quoted = c != '"'
				continue
			}
			end := false
			switch c {
			case '"':
				quoted = true
			case '{', '[':
				depth++
			case '}', ']':
				end = depth == 0 && c == bracket
				depth = max(depth-1, 0)
			case ',':
				end = depth == 0
			}
			if end {
				m.add(chunk[:i])
				_, _ = m.src.Discard(i)
				return nil
			}
		}
		m.add(chunk)
		_, _ = m.src.Discard(len(chunk))
	}
}

// add keeps bytes of the element while it is not too long.
func (m *Members) add(b []byte) {
	if m.long {
		return
	}
	m.buf = append(m.buf, b...)
	if len(m.buf) > feed.MaxLine {
		m.long = true
		m.buf = append(make([]byte, 0, keep), m.buf[:keep]...)
	}
}

func (m *Members) give() ([]byte, error) {
	m.n++
	if m.long {
		return nil, ErrTooLong
	}
	return m.buf, nil
}
