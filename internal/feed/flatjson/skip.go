package flatjson

import "unicode/utf8"

// scanner walks over b. After a failure err may say why; nil means syntax.
type scanner struct {
	b   []byte
	i   int
	err error
}

func (s *scanner) fail() error {
	if s.err != nil {
		return s.err
	}
	return ErrSyntax
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) take(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) member() (f Field, ok bool) {
	start := s.i
	escaped, ok := s.str()
	if !ok {
		return f, false
	}
	f.Key = s.b[start+1 : s.i-1]
	if escaped {
		f.Key = unescape(f.Key)
	}
	s.space()
	if !s.take(':') {
		return f, false
	}
	s.space()
	start = s.i
	f.Kind, f.escaped, ok = s.value(1)
	f.Raw = s.b[start:s.i]
	return f, ok
}

// value passes over one value at the given depth.
func (s *scanner) value(depth int) (k Kind, escaped, ok bool) {
	if s.i >= len(s.b) {
		return 0, false, false
	}
	switch c := s.b[s.i]; c {
	case '"':
		escaped, ok = s.str()
		return String, escaped, ok
	case '{':
		return Nested, false, s.nest(depth, '}', true)
	case '[':
		return Array, false, s.nest(depth, ']', false)
	case 't':
		return Bool, false, s.word("true")
	case 'f':
		return Bool, false, s.word("false")
	case 'n':
		return Null, false, s.word("null")
	default:
		return Number, false, s.number()
	}
}

func (s *scanner) word(w string) bool {
	if len(s.b)-s.i >= len(w) && string(s.b[s.i:s.i+len(w)]) == w {
		s.i += len(w)
		return true
	}
	return false
}

// nest passes over an array, or an object with its keys.
func (s *scanner) nest(depth int, end byte, keys bool) bool {
	if depth >= MaxDepth {
		s.err = ErrDepth
		return false
	}
	s.i++
	s.space()
	if s.take(end) {
		return true
	}
	for {
		if keys {
			if _, ok := s.str(); !ok {
				return false
			}
			s.space()
			if !s.take(':') {
				return false
			}
			s.space()
		}
		if _, _, ok := s.value(depth + 1); !ok {
			return false
		}
		s.space()
		if s.take(end) {
			return true
		}
		if !s.take(',') {
			return false
		}
		s.space()
	}
}

func (s *scanner) number() bool {
	s.take('-')
	if s.take('0') {
		// a leading zero stands alone
	} else if !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i]-'0' <= 9 {
		s.i++
	}
	return s.i > start
}

// plainByte marks the bytes that stand for themselves in a string.
var plainByte = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// str passes over a string and tells whether it holds escapes.
func (s *scanner) str() (escaped, ok bool) {
	if !s.take('"') {
		return false, false
	}
	start, high := s.i, false
	for b := s.b; s.i < len(b); {
		c := b[s.i]
		if plainByte[c] {
			s.i++
			continue
		}
		switch {
		case c == '"':
			if high && !utf8.Valid(b[start:s.i]) {
				s.err = ErrText
				return false, false
			}
			s.i++
			return escaped, true
		case c == '\\':
			if !s.escape() {
				return false, false
			}
			escaped = true
		case c >= 0x80:
			high = true
			s.i++
		default:
			s.err = ErrText
			return false, false
		}
	}
	return false, false
}

func (s *scanner) escape() bool {
	if s.i+1 >= len(s.b) {
		return false
	}
	switch s.b[s.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return true
	case 'u':
		if s.i+6 > len(s.b) {
			return false
		}
		for _, c := range s.b[s.i+2 : s.i+6] {
			if hex(c) < 0 {
				return false
			}
		}
		s.i += 6
		return true
	}
	return false
}
