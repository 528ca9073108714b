// Package ui owns how things look wherever Entente shows them: colours and
// the style of printed pages, TLP chips, defanged values, times, numbers, and
// text from outside made harmless to read. It knows no page of any desk. It
// may import core and nothing else of Entente.
package ui

import (
	"strings"
	"unicode/utf8"
)

// Visible gives s with every character that could hide, reorder or forge what
// a reader sees replaced by a mark for it: control characters by their
// pictures (U+2400 and on), bidirectional controls, invisible characters and
// line separators by their number in ⟪⟫, invalid UTF-8 by U+FFFD.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	return string(AppendVisible(make([]byte, 0, len(s)+16), s))
}

// AppendVisible appends Visible(s) to b.
func AppendVisible(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c >= 0x20 && c < 0x7f:
				b = append(b, c)
			case c == 0x7f:
				b = append(b, "␡"...)
			default:
				b = utf8.AppendRune(b, 0x2400+rune(c))
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, "\ufffd"...)
		case deceptive(r):
			b = append(b, "⟪U+"...)
			b = appendHex(b, r)
			b = append(b, "⟫"...)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}

// deceptive tells whether r, beyond ASCII, changes how its neighbours are read
// without being seen itself. Joiners (U+200C, U+200D) are left: words of
// Persian and of Indian languages need them.
func deceptive(r rune) bool {
	switch {
	case r >= 0x80 && r < 0xa0, // C1 controls
		r == 0x061c, r == 0x200e, r == 0x200f, // marks of direction
		r >= 0x202a && r <= 0x202e, // embeddings and overrides
		r >= 0x2066 && r <= 0x2069, // isolates
		r == 0x2028, r == 0x2029,   // line and paragraph separators
		r == 0x200b, r == 0x2060, r == 0xfeff, r == 0x00ad, r == 0x180e, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, // nothing to see
		r >= 0xfff9 && r <= 0xfffb,   // interlinear annotation
		r >= 0xe0000 && r <= 0xe0fff, // tags
		r >= 0xfe00 && r <= 0xfe0f:   // variation selectors
		return true
	}
	return false
}

// plain tells whether every character of s is printable ASCII.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func appendHex(b []byte, r rune) []byte {
	const digits = "0123456789ABCDEF"
	n := 4
	for n < 6 && r>>(4*n) != 0 {
		n++
	}
	for n--; n >= 0; n-- {
		b = append(b, digits[r>>(4*n)&15])
	}
	return b
}

// Short cuts s after max characters, never inside one, and marks the cut.
func Short(s string, max int) string {
	if len(s) <= max {
		return s
	}
	n := 0
	for i := range s {
		if n == max {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n++
	}
	return s
}
