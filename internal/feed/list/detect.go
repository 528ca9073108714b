package list

import (
	"bytes"

	"entente/internal/feed"
)

// Detect is never surer than 20: what another format knows is not a plain
// list. Four of five of the first lines must be entries.
func (Format) Detect(_ string, head []byte) int {
	s := sampled(head)
	switch {
	case s.lines == 0 && s.comments > 0:
		return 5 // a list that is empty now
	case s.lines == 0 || 5*s.entries() < 4*s.lines:
		return 0
	}
	return 20
}

// sample counts the first lines of a file by what they are.
type sample struct{ lines, values, paths, broken, comments int }

// entries counts the lines that are entries of a list, good or bad.
func (s sample) entries() int { return s.values + s.paths + s.broken }

// sampled looks at up to 200 entries of head; a last line that head cuts off
// does not count.
func sampled(head []byte) (s sample) {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	r := row{}
	for len(head) > 0 && s.lines < 200 {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		if !whole && s.lines > 0 && len(head) > 1000 {
			break
		}
		head = rest
		l, entry := split(line)
		if !entry {
			if len(trim(line)) > 0 {
				s.comments++
			}
			continue
		}
		s.lines++
		switch r.line(l) {
		case 0, feed.BadPort:
			s.values++
		case feed.NoValue:
			s.paths++
		default:
			if shaped(l.first) {
				s.broken++
			}
		}
	}
	return s
}

// shaped tells whether an entry that does not parse was at least meant as one,
// such as an onion name of version 2.
func shaped(entry []byte) bool {
	for _, c := range entry {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '-' || c > ':') && c != '_' && c != '[' && c != ']' {
			return false
		}
	}
	return bytes.IndexByte(entry, '.') > 0
}
