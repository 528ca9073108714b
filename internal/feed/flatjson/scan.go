// Package flatjson reads JSON objects whose members are mostly plain values, in
// one pass, strictly, without allocating; splits a stream of them into
// elements in bounded memory and hands each to a format; and writes the details
// of an observation. It is shared by the feed formats that are JSON. It may
// import feed; never infra, a desk or a door.
package flatjson

import (
	"bytes"
	"errors"
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
