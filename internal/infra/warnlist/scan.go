package warnlist

import "strings"

// scanner finds which of many substrings a text holds. The first four bytes of
// each substring stand in a bitmap; where four bytes of the text are in it, the
// substrings that begin so are compared. Substrings of fewer than four bytes
// are looked for one by one.
type scanner struct {
	kinds  kindSet
	bits   [1 << 10]uint64 // 65,536 bits
	starts map[uint32][]needle
	short  []needle
}

type needle struct {
	text string
	list uint16
}

func four(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func bitOf(key uint32) uint32 { return key * 0x9E3779B1 >> 16 }

// add takes one substring in lower case.
func (s *scanner) add(text string, list uint16) {
	n := needle{text, list}
	if len(text) < 4 {
		s.short = append(s.short, n)
		return
	}
	if s.starts == nil {
		s.starts = map[uint32][]needle{}
	}
	key := four(text)
	s.starts[key] = append(s.starts[key], n)
	b := bitOf(key)
	s.bits[b>>6] |= 1 << (b & 63)
}

// scan appends a hit for each list with a substring in text.
func (s *scanner) scan(l *Lists, text string, mask kindSet, on Part, out []Hit) []Hit {
	low := strings.ToLower(text) // no copy when it is lower case
	for i := 0; i+4 <= len(low); i++ {
		key := four(low[i:])
		b := bitOf(key)
		if s.bits[b>>6]&(1<<(b&63)) == 0 {
			continue
		}
		for _, n := range s.starts[key] {
			if l.kinds[n.list]&mask != 0 && strings.HasPrefix(low[i:], n.text) {
				out = l.hit(n.list, on, len(n.text) == len(low), out)
			}
		}
	}
	for _, n := range s.short {
		if l.kinds[n.list]&mask != 0 && strings.Contains(low, n.text) {
			out = l.hit(n.list, on, len(n.text) == len(low), out)
		}
	}
	return out
}
