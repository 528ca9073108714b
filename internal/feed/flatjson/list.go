package flatjson

import (
	"bytes"
	"strconv"
)

// List scans data, which must be one JSON array and white space, and appends
// its elements as written to dst.
func List(data []byte, dst [][]byte) ([][]byte, error) {
	s := scanner{b: data}
	s.space()
	if !s.take('[') {
		return dst, s.fail()
	}
	s.space()
	for closed := s.take(']'); !closed; {
		s.space()
		from := s.i
		if _, _, ok := s.value(1); !ok {
			return dst, s.fail()
		}
		dst = append(dst, data[from:s.i])
		s.space()
		if closed = s.take(']'); !closed && !s.take(',') {
			return dst, s.fail()
		}
	}
	s.space()
	if s.i != len(data) {
		return dst, ErrTrailing
	}
	return dst, nil
}

// Text gives the text of one value as written: a string without quotes and
// escapes, "" for null and for what is no JSON, else the value as it is.
func Text(raw []byte) string {
	s := scanner{b: bytes.TrimSpace(raw)}
	kind, escaped, ok := s.value(1)
	if !ok || s.i != len(s.b) {
		return ""
	}
	f := Field{Raw: s.b, Kind: kind, escaped: escaped}
	return string(f.Text())
}

// Empty tells whether a value says nothing: null, "", [] or {}.
func Empty(raw []byte) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" || string(raw) == `""` {
		return true
	}
	if end := len(raw) - 1; end > 0 && (raw[0] == '[' && raw[end] == ']' || raw[0] == '{' && raw[end] == '}') {
		return len(bytes.TrimSpace(raw[1:end])) == 0
	}
	return false
}

const (
	outlineDepth = 7
	outlinePaths = 4096
)

// Outline gives what the beginning of a JSON text says, for formats that look
// for their own: each path down to the seventh level ("Event.Attribute[].type")
// with the text of its first plain value, "" for containers. The text may end
// anywhere. Several values one after another count as one.
func Outline(head []byte) map[string]string {
	out := map[string]string{}
	c := newCursor(bytes.NewReader(head), 4096)
	for {
		b, err := c.Peek()
		if err != nil || b != '{' && b != '[' || c.outline("", 0, out) != nil {
			return out
		}
	}
}

func (c *Cursor) outline(path string, depth int, out map[string]string) error {
	b, err := c.Peek()
	if err != nil {
		return err
	}
	seen, known := out[path]
	switch {
	case b == '{' && depth < outlineDepth && len(out) < outlinePaths:
		out[path] = seen
		return c.Object(func(key string) error {
			if path != "" {
				key = path + "." + key
			}
			return c.outline(key, depth+1, out)
		})
	case b == '[' && depth < outlineDepth && len(out) < outlinePaths:
		out[path] = seen
		return c.Array(func() error { return c.outline(path+"[]", depth+1, out) })
	}
	raw, err := c.Raw()
	if err == nil && !known && len(out) < outlinePaths {
		if len(raw) > 0 && raw[0] != '{' && raw[0] != '[' {
			seen = Text(raw)
		}
		out[path] = seen
	}
	if err == ErrTooLong {
		return nil
	}
	return err
}

// Number reads a JSON number or a string that is one, without sign and
// fraction.
func (f *Field) Number(limit uint64) (uint64, bool) {
	if f.Kind != String && f.Kind != Number {
		return 0, false
	}
	text := string(bytes.TrimSpace(f.Text()))
	if len(text) > 1 && text[0] == '0' || len(text) > 0 && text[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && n <= limit
}

// Value adds a member whose value is JSON already, without the white space
// between its tokens, unless it is Empty.
func (d *Details) Value(key string, raw []byte) {
	if Empty(raw) {
		return
	}
	d.key(key)
	quoted, escaped := false, false
	for _, b := range raw {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped = b == '\\'
			quoted = b != '"'
		case b == '"':
			quoted = true
		case b == ' ' || b == '\t' || b == '\n' || b == '\r':
			continue
		}
		d.buf = append(d.buf, b)
	}
}
