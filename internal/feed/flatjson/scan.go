// Package flatjson reads JSON objects whose members are mostly plain values, in
// one pass, strictly, without allocating; splits a stream of them into
// elements in bounded memory; and writes the details of an observation. It is
// shared by the feed formats that are JSON. It may import feed for its limits;
// never infra, a desk or a door.
package flatjson

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// The errors of Object.
var (
	ErrSyntax    = errors.New("not a JSON object")
	ErrTrailing  = errors.New("something follows the JSON object")
	ErrDuplicate = errors.New("a key stands twice in the JSON object")
	ErrDepth     = errors.New("the JSON is nested too deep")
	ErrText      = errors.New("the JSON holds bytes that are no UTF-8 or a control character")
)

// MaxDepth is how deep arrays and objects may be nested.
const MaxDepth = 32

// Kind is the kind of a JSON value.
type Kind uint8

// The kinds.
const (
	String Kind = iota + 1
	Number
	Bool
	Null
	Array
	Nested // an object
)

// Field is one member of an object. Its slices point into the data that was
// scanned, but for a key with escapes.
type Field struct {
	Key     []byte // unescaped
	Raw     []byte // the value as written; a string with its quotes
	Kind    Kind
	escaped bool
}

// Text gives a value as text: a string without quotes and escapes, a number or
// boolean as written, "" for null; arrays and objects as written.
func (f *Field) Text() []byte {
	switch {
	case f.Kind == Null:
		return nil
	case f.Kind != String:
		return f.Raw
	case f.escaped:
		return unescape(f.Raw[1 : len(f.Raw)-1])
	}
	return f.Raw[1 : len(f.Raw)-1]
}

// Object scans data, which must be one JSON object and white space, and appends
// its members to dst. It checks all of the syntax of RFC 8259, that text is
// UTF-8, that no key stands twice, and the depth.
func Object(data []byte, dst []Field) ([]Field, error) {
	s := scanner{b: data}
	s.space()
	if !s.take('{') {
		return dst, s.fail()
	}
	first := len(dst)
	s.space()
	if !s.take('}') {
		for {
			f, ok := s.member()
			if !ok {
				return dst, s.fail()
			}
			dst = append(dst, f)
			s.space()
			if s.take(',') {
				s.space()
				continue
			}
			if s.take('}') {
				break
			}
			return dst, s.fail()
		}
	}
	s.space()
	if s.i != len(data) {
		return dst, ErrTrailing
	}
	if duplicate(dst[first:]) {
		return dst, ErrDuplicate
	}
	return dst, nil
}

// duplicate finds a key that stands twice. Few fields share a mark, so the
// comparison of all with all is seldom made.
func duplicate(fs []Field) bool {
	if len(fs) > 64 {
		seen := make(map[string]struct{}, len(fs))
		for i := range fs {
			if _, twice := seen[string(fs[i].Key)]; twice {
				return true
			}
			seen[string(fs[i].Key)] = struct{}{}
		}
		return false
	}
	var marks [8]uint64
	for i := range fs {
		k := fs[i].Key
		h := uint(len(k)) * 131
		if n := len(k); n > 0 {
			h += uint(k[n-1])*31 + uint(k[n/2])*7 + uint(k[n*3/4])*17
		}
		word, bit := h>>6&7, uint64(1)<<(h&63)
		if marks[word]&bit != 0 {
			for j := range i {
				if bytes.Equal(fs[j].Key, k) {
					return true
				}
			}
		}
		marks[word] |= bit
	}
	return false
}

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
