package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"unicode/utf8"
)

// appendExtra appends each member of a JSON object as a field "extra.name" of
// an IntelMQ event. Names are put into the form that IntelMQ takes (lower-case
// letters, digits and "_", at least two characters); a name that is taken then
// gets a number. Values go out as they are. Text that is no JSON object goes
// out whole as extra.details.
func appendExtra(b []byte, object []byte) []byte {
	object = bytes.TrimSpace(object)
	if len(object) == 0 {
		return b
	}
	start := len(b)
	out, ok := appendMembers(b, object)
	if !ok || !utf8.Valid(object) {
		return appendJSONField(b[:start], "extra.details", string(object))
	}
	return out
}

func appendMembers(b []byte, o []byte) ([]byte, bool) {
	if len(o) < 2 || o[0] != '{' {
		return b, false
	}
	var room [32]string
	used := room[:0]
	i := space(o, 1)
	if i < len(o) && o[i] == '}' {
		return b, space(o, i+1) == len(o)
	}
	for {
		end, ok := str(o, i)
		if !ok {
			return b, false
		}
		name := o[i+1 : end-1]
		i = space(o, end)
		if i >= len(o) || o[i] != ':' {
			return b, false
		}
		i = space(o, i+1)
		end, ok = skip(o, i, 0)
		if !ok {
			return b, false
		}
		if v := o[i:end]; string(v) != "null" && string(v) != `""` {
			b = append(b, `,"extra.`...)
			at := len(b)
			b = appendName(b, name)
			for n := 2; slices.Contains(used, string(b[at:])); n++ {
				b = appendName(b[:at], name)
				b = append(b, '_')
				b = strconv.AppendInt(b, int64(n), 10)
			}
			used = append(used, string(b[at:]))
			b = append(b, '"', ':')
			b = appendOneLine(b, v)
		}
		i = space(o, end)
		if i >= len(o) {
			return b, false
		}
		if o[i] == '}' {
			return b, space(o, i+1) == len(o)
		}
		if o[i] != ',' {
			return b, false
		}
		i = space(o, i+1)
	}
}

// appendName puts a member's name into IntelMQ's form.
func appendName(b, name []byte) []byte {
	at := len(b)
	for _, c := range name {
		switch {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
			b = append(b, c)
		case len(b) > at && b[len(b)-1] != '_':
			b = append(b, '_')
		}
	}
	for len(b)-at < 2 {
		b = append(b, '_')
	}
	if string(b[at:min(len(b), at+8)]) == "entente_" {
		b = append(b, "_said"...) // ours are not to be forged
	}
	return b
}

// appendOneLine appends a JSON value, its line breaks between tokens made
// spaces.
func appendOneLine(b, v []byte) []byte {
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return append(b, v...)
	}
	for _, c := range v {
		if c == '\n' || c == '\r' {
			c = ' '
		}
		b = append(b, c)
	}
	return b
}

func space(o []byte, i int) int {
	for i < len(o) && (o[i] == ' ' || o[i] == '\t' || o[i] == '\n' || o[i] == '\r') {
		i++
	}
	return i
}

// str gives the end of the JSON string that begins at i.
func str(o []byte, i int) (int, bool) {
	if i >= len(o) || o[i] != '"' {
		return i, false
	}
	for i++; i < len(o); i++ {
		switch c := o[i]; {
		case c == '"':
			return i + 1, true
		case c < 0x20:
			return i, false
		case c == '\\':
			i++
		}
	}
	return i, false
}

// skip gives the end of the JSON value that begins at i.
func skip(o []byte, i, depth int) (int, bool) {
	if i >= len(o) || depth > 100 {
		return i, false
	}
	switch o[i] {
	case '"':
		return str(o, i)
	case '{', '[':
		closing := o[i] + 2
		i = space(o, i+1)
		if i < len(o) && o[i] == closing {
			return i + 1, true
		}
		for {
			var ok bool
			if closing == '}' {
				if i, ok = str(o, i); !ok {
					return i, false
				}
				if i = space(o, i); i >= len(o) || o[i] != ':' {
					return i, false
				}
				i = space(o, i+1)
			}
			if i, ok = skip(o, i, depth+1); !ok {
				return i, false
			}
			i = space(o, i)
			if i >= len(o) {
				return i, false
			}
			if o[i] == closing {
				return i + 1, true
			}
			if o[i] != ',' {
				return i, false
			}
			i = space(o, i+1)
		}
	}
	return literal(o, i)
}

// literal gives the end of the number, true, false or null that begins at i.
func literal(o []byte, i int) (int, bool) {
	from := i
	for i < len(o) && (o[i] >= '0' && o[i] <= '9' || o[i] >= 'a' && o[i] <= 'z' || o[i] == '-' || o[i] == '+' || o[i] == '.' || o[i] == 'E') {
		i++
	}
	return i, json.Valid(o[from:i])
}
