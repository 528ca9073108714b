package flatjson

import (
	"bufio"
	"errors"
	"io"
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
