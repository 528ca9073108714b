package flatjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

func hex(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

func hex4(b []byte) rune {
	return hex(b[0])<<12 | hex(b[1])<<8 | hex(b[2])<<4 | hex(b[3])
}

// unescape gives the text of a string's inside that was scanned before. Half a
// surrogate pair becomes U+FFFD.
func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex4(b[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if i+6 < len(b) && b[i+1] == '\\' && b[i+2] == 'u' {
					pair = utf16.DecodeRune(r, hex4(b[i+3:]))
				}
				if r = pair; r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return out
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Control characters are escaped and
// bytes that are no UTF-8 become U+FFFD.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plainByte[c] {
			i++
			continue
		}
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(string(s[i:min(len(s), i+utf8.UTFMax)]))
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		dst = append(dst, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c >= 0x80:
			dst = append(dst, "\ufffd"...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// Details builds the JSON object of an observation's other columns. The zero
// value is ready; it is used again for the next row after Take.
type Details struct{ buf []byte }

// Text adds a member, unless text is empty.
func (d *Details) Text(key, text string) {
	if text != "" {
		d.key(key)
		d.buf = AppendString(d.buf, text)
	}
}

// Raw adds a member whose value is JSON already.
func (d *Details) Raw(key, raw []byte) {
	d.buf = AppendString(d.sep(), key)
	d.buf = append(append(d.buf, ':'), raw...)
}

func (d *Details) key(key string) {
	d.buf = append(AppendString(d.sep(), key), ':')
}

func (d *Details) sep() []byte {
	if len(d.buf) == 0 {
		return append(d.buf, '{')
	}
	return append(d.buf, ',')
}

// Take gives the object, nil if it has no members. It is the caller's to keep.
func (d *Details) Take() []byte {
	if len(d.buf) == 0 {
		return nil
	}
	out := make([]byte, len(d.buf)+1)
	copy(out, d.buf)
	out[len(d.buf)] = '}'
	d.buf = d.buf[:0]
	return out
}

// Drop forgets what was added.
func (d *Details) Drop() { d.buf = d.buf[:0] }
