package flatjson

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"entente/internal/feed"
	"entente/internal/feed/lines"
)

// ErrTooLong stands for one element longer than feed.MaxLine. It was skipped
// without being held; Text gives its beginning, and Next may go on.
var ErrTooLong = errors.New("element longer than the limit")

const (
	headSize = 64 << 10
	keep     = 4 << 10
)

// Elements splits a text into the JSON values it is made of: JSON lines, one
// array, or values one after another over several lines. It finds where each
// ends; whether it is JSON is for Object to say. In an array all bytes up to
// the comma belong to the element, so that garbage spoils only its own. An
// array that is never closed gives one more element, which is none. Memory is
// bounded by one element of feed.MaxLine. It is not safe for several
// goroutines.
type Elements struct {
	lines *lines.Reader // for JSON lines, else nil
	src   *bufio.Reader // for the others
	array bool          // inside an array that is not closed yet
	begun bool          // past its bracket
	n     int64
	buf   []byte
	text  []byte
	long  bool
}

// NewElements gives the elements of r. The first bytes tell which of the three
// it is.
func NewElements(r io.Reader) *Elements {
	src := bufio.NewReaderSize(r, headSize)
	if mark, _ := src.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = src.Discard(3)
	}
	head, _ := src.Peek(headSize)
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) > 0 && head[0] == '[':
		return &Elements{src: src, array: true}
	case spread(head):
		return &Elements{src: src}
	}
	return &Elements{lines: lines.New(src)}
}

// spread tells whether head begins with an object that spans lines.
func spread(head []byte) bool {
	first, rest, more := bytes.Cut(head, []byte("\n"))
	first = bytes.TrimSpace(first)
	if len(first) == 0 || first[0] != '{' || first[len(first)-1] == '}' || !more {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] != '{'
}

// Number gives the number of the last element: its line in JSON lines, else
// its place from 1.
func (e *Elements) Number() int64 {
	if e.lines != nil {
		return e.lines.Line()
	}
	return e.n
}

// Text gives the last element again, or the beginning of one that was too long.
func (e *Elements) Text() []byte { return e.text }

// Next gives the next element, valid until the next call, io.EOF at the end,
// or ErrTooLong.
func (e *Elements) Next() ([]byte, error) {
	if e.lines == nil {
		return e.nextValue()
	}
	for {
		b, err := e.lines.Next()
		e.text = e.lines.Text()
		if err == lines.ErrTooLong {
			return nil, ErrTooLong
		}
		if err != nil || len(bytes.TrimSpace(b)) > 0 {
			return b, err
		}
	}
}

func (e *Elements) nextValue() ([]byte, error) {
	e.buf, e.long = e.buf[:0], false
	c, err := e.space()
	if err == nil && e.array && !e.begun {
		e.begun = true
		_, _ = e.src.Discard(1)
		c, err = e.space()
	}
	if err == nil && e.array && c == ']' {
		e.array = false
		_, _ = e.src.Discard(1)
		return e.nextValue()
	}
	if err == io.EOF && e.array {
		e.array = false
		e.add([]byte("the array is not closed"))
		return e.give()
	}
	if err != nil {
		return nil, err
	}
	return e.gather(e.array || c == '{' || c == '[')
}

// space passes over white space and gives the byte after it without taking it.
func (e *Elements) space() (byte, error) {
	for {
		b, err := e.src.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\n', '\r':
			_, _ = e.src.Discard(1)
		default:
			return b[0], nil
		}
	}
}

// gather takes bytes up to the end of the element: in an array the comma or
// the closing bracket, which it takes too; else the bracket that closes the
// first, or the end of the line where the element does not begin with one.
func (e *Elements) gather(brackets bool) ([]byte, error) {
	var depth int
	var quoted, escaped bool
	for {
		if _, err := e.src.Peek(1); err == io.EOF {
			return e.give()
		} else if err != nil {
			return nil, err
		}
		chunk, _ := e.src.Peek(e.src.Buffered())
		for i, c := range chunk {
			if quoted {
				switch {
				case escaped:
					escaped = false
				case c == '\\':
					escaped = true
				case c == '"':
					quoted = false
				}
				continue
			}
			switch c {
			case '"':
				quoted = brackets
			case '{', '[':
				depth++
			case '}', ']':
				if depth == 0 && e.array && c == ']' {
					e.array = false
					return e.cut(chunk[:i], i+1)
				}
				depth = max(depth-1, 0)
				if depth == 0 && !e.array && brackets {
					return e.cut(chunk[:i+1], i+1)
				}
			case ',':
				if depth == 0 && e.array {
					return e.cut(chunk[:i], i+1)
				}
			case '\n':
				if !brackets {
					return e.cut(chunk[:i], i+1)
				}
			}
		}
		e.add(chunk)
		_, _ = e.src.Discard(len(chunk))
	}
}

// add keeps bytes of the element while it is not too long.
func (e *Elements) add(b []byte) {
	if e.long {
		return
	}
	e.buf = append(e.buf, b...)
	if len(e.buf) > feed.MaxLine {
		e.long = true
		e.buf = append(make([]byte, 0, keep), e.buf[:keep]...)
	}
}

// cut ends the element with b and takes n bytes of the source.
func (e *Elements) cut(b []byte, n int) ([]byte, error) {
	e.add(b)
	_, _ = e.src.Discard(n)
	return e.give()
}

func (e *Elements) give() ([]byte, error) {
	e.n++
	e.text = e.buf
	if e.long {
		return nil, ErrTooLong
	}
	return e.buf, nil
}
