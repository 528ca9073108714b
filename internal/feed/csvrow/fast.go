package csvrow

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// fast splits a line that has no quote or only whole quoted fields without a
// quote inside. It gives false, and leaves no trace, when the line needs more.
func (r *Reader) fast(line []byte) bool {
	if bytes.IndexByte(line, 0) >= 0 {
		return false
	}
	text := string(line)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if strings.IndexByte(text, '"') < 0 {
		r.fields = splitPlain(r.fields[:0], text, r.comma)
		return true
	}
	fields, ok := splitQuoted(r.fields[:0], text, r.comma, r.tolerant)
	r.fields = fields
	return ok
}

// splitPlain splits text at comma; it knows no quotes.
func splitPlain(fields []string, text string, comma byte) []string {
	for {
		i := strings.IndexByte(text, comma)
		if i < 0 {
			return append(fields, text)
		}
		fields = append(fields, text[:i])
		text = text[i+1:]
	}
}

// splitQuoted splits text at comma, taking quotes only around whole fields. It
// gives false at a quote anywhere else.
func splitQuoted(fields []string, text string, comma byte, tolerant bool) ([]string, bool) {
	for {
		if len(text) == 0 || text[0] != '"' {
			i := strings.IndexByte(text, comma)
			field := text
			if i >= 0 {
				field = text[:i]
			}
			if strings.IndexByte(field, '"') >= 0 {
				return fields, false
			}
			fields = append(fields, field)
			if i < 0 {
				return fields, true
			}
			text = text[i+1:]
			continue
		}
		q := strings.IndexByte(text[1:], '"') + 1
		if q == 0 || tolerant && text[q-1] == '\\' && q > 1 {
			return fields, false
		}
		fields = append(fields, text[1:q])
		if q+1 == len(text) {
			return fields, true
		}
		if text[q+1] != comma {
			return fields, false
		}
		text = text[q+2:]
	}
}
