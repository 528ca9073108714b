package flatjson

import (
	"io"

	"entente/internal/feed"
)

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
