package flatjson

import (
	"bufio"
	"errors"
	"io"

	"entente/internal/feed"
)

// Cursor walks through one JSON text of any size in bounded memory: containers
// are entered member by member, what is taken whole is at most feed.MaxLine
// long. It finds where values end; whether one is JSON is for Object to say, so
// that garbage in an array spoils only its own element. It is not safe for
// several goroutines.
type Cursor struct {
	src  *bufio.Reader
	pos  int64
	deep int
	buf  []byte
	long bool
}

// ErrShape says that a container is not what it should be: the text has another
// structure, or ends in the middle. What follows cannot be read.
var ErrShape = errors.New("the JSON is broken or ends in the middle")

const maxKey = 1 << 10

// NewCursor gives a cursor at the beginning of r. A byte order mark is passed
// over.
func NewCursor(r io.Reader) *Cursor { return newCursor(r, headSize) }

func newCursor(r io.Reader, size int) *Cursor {
	c := &Cursor{src: bufio.NewReaderSize(r, size)}
	if mark, _ := c.src.Peek(3); string(mark) == "\xef\xbb\xbf" {
		c.drop(3)
	}
	return c
}

// From says that the cursor's text begins at an offset of another.
func (c *Cursor) From(at int64) *Cursor {
	c.pos += at
	return c
}

// Pos gives the offset of the byte that comes next.
func (c *Cursor) Pos() int64 { return c.pos }

// Text gives the beginning of the value that Raw gave or passed over last.
func (c *Cursor) Text() []byte { return c.buf[:min(len(c.buf), keep)] }

// Peek passes over white space and gives the byte after it without taking it;
// io.EOF at the end.
func (c *Cursor) Peek() (byte, error) {
	for {
		b, err := c.src.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\n', '\r':
			c.drop(1)
		default:
			return b[0], nil
		}
	}
}

func (c *Cursor) drop(n int) {
	n, _ = c.src.Discard(n)
	c.pos += int64(n)
}

// next takes the byte after white space; the end is ErrShape.
func (c *Cursor) next() (byte, error) {
	b, err := c.Peek()
	if err != nil {
		return 0, shape(err)
	}
	c.drop(1)
	return b, nil
}

func shape(err error) error {
	if err == io.EOF {
		return ErrShape
	}
	return err
}

// Object enters an object and calls member with each key. member takes the
// value by Raw, Skip, Object or Array.
func (c *Cursor) Object(member func(key string) error) error {
	if b, err := c.next(); err != nil || b != '{' {
		return fail(err)
	}
	c.deep++
	defer func() { c.deep-- }()
	for first := true; ; first = false {
		b, err := c.next()
		if err == nil && b == ',' && !first {
			b, err = c.next()
		} else if err == nil && b == '}' {
			return nil
		} else if !first {
			return fail(err)
		}
		if err != nil || b != '"' {
			return fail(err)
		}
		key, err := c.key()
		if err != nil {
			return err
		}
		if b, err := c.next(); err != nil || b != ':' {
			return fail(err)
		}
		if err := member(key); err != nil {
			return err
		}
	}
}

// Array enters an array and calls element at each of its elements, which takes
// it by Raw, Skip, Object or Array.
func (c *Cursor) Array(element func() error) error {
	if b, err := c.next(); err != nil || b != '[' {
		return fail(err)
	}
	c.deep++
	defer func() { c.deep-- }()
	if b, err := c.Peek(); err == nil && b == ']' {
		c.drop(1)
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		b, err := c.next()
		switch {
		case err == nil && b == ',':
		case err == nil && b == ']':
			return nil
		default:
			return fail(err)
		}
	}
}

func fail(err error) error {
	if err == nil {
		return ErrShape
	}
	return err
}

// key reads a key after its first quote.
func (c *Cursor) key() (string, error) {
	s := make([]byte, 1, 24)
	s[0] = '"'
	for escaped := false; ; {
		b, err := c.src.ReadByte()
		if err != nil {
			return "", shape(err)
		}
		c.pos++
		if s = append(s, b); len(s) > maxKey {
			return "", ErrShape
		}
		switch {
		case escaped:
			escaped = false
		case b == '\\':
			escaped = true
		case b == '"':
			scan := scanner{b: s}
			esc, ok := scan.str()
			if !ok {
				return "", ErrShape
			}
			if esc {
				return string(unescape(s[1 : len(s)-1])), nil
			}
			return string(s[1 : len(s)-1]), nil
		}
	}
}

// Raw takes the value that comes next, as written: inside a container all bytes
// up to its comma or closing bracket, else one object or array, or the rest of
// the line. It is valid until the next call. A value longer than feed.MaxLine is
// passed over: ErrTooLong.
func (c *Cursor) Raw() ([]byte, error) { return c.raw(true) }

// Skip passes over the value that comes next.
func (c *Cursor) Skip() error {
	_, err := c.raw(false)
	if err == ErrTooLong {
		return nil
	}
	return err
}

func (c *Cursor) raw(hold bool) ([]byte, error) {
	c.buf, c.long = c.buf[:0], false
	first, err := c.Peek()
	if err != nil {
		return nil, err
	}
	brackets := c.deep > 0 || first == '{' || first == '['
	var depth int
	var quoted, escaped bool
	for {
		if _, err := c.src.Peek(1); err == io.EOF && c.deep == 0 {
			return c.give(hold)
		} else if err == io.EOF {
			return nil, ErrShape
		} else if err != nil {
			return nil, err
		}
		chunk, _ := c.src.Peek(c.src.Buffered())
		for i, b := range chunk {
			switch {
			case escaped:
				escaped = false
			case quoted:
				escaped = b == '\\'
				quoted = b != '"'
			case b == '"':
				quoted = brackets
			case b == '{' || b == '[':
				depth++
			case b == '}' || b == ']':
				if depth == 0 && c.deep > 0 {
					return c.cut(chunk[:i], hold)
				}
				if depth--; depth <= 0 && c.deep == 0 && brackets {
					return c.cut(chunk[:i+1], hold)
				}
			case b == ',' && depth == 0 && c.deep > 0, b == '\n' && !brackets:
				return c.cut(chunk[:i], hold)
			}
		}
		c.add(chunk, hold)
		c.drop(len(chunk))
	}
}

func (c *Cursor) cut(b []byte, hold bool) ([]byte, error) {
	c.add(b, hold)
	c.drop(len(b))
	return c.give(hold)
}

// add keeps bytes of the value while it is not too long.
func (c *Cursor) add(b []byte, hold bool) {
	if !hold || c.long {
		return
	}
	if c.buf = append(c.buf, b...); len(c.buf) > feed.MaxLine {
		c.long = true
		c.buf = append(make([]byte, 0, keep), c.buf[:keep]...)
	}
}

func (c *Cursor) give(hold bool) ([]byte, error) {
	if hold && c.long {
		return nil, ErrTooLong
	}
	return c.buf, nil
}
