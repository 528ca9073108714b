package shadowserver

import (
	"strings"

	"entente/internal/core/rsit"
)

// remembered bounds the memos of a reader.
const remembered = 4096

// memo keeps the answers for texts that come again and again, so that a column
// with few distinct texts costs one look-up a row and keeps no row alive.
type memo[T any] struct {
	of    func(string) T
	known map[string]T
}

func newMemo[T any](of func(string) T) *memo[T] {
	return &memo[T]{of: of, known: make(map[string]T)}
}

func (m *memo[T]) get(text string) T {
	if v, ok := m.known[text]; ok {
		return v
	}
	if len(m.known) >= remembered {
		clear(m.known)
	}
	text = strings.Clone(text) // text is a part of the row
	v := m.of(text)
	m.known[text] = v
	return v
}

// tag is what the column tag says.
type tag struct {
	cve   string // the lowest CVE in it, lower case
	words []string
	taken bool // the system is in someone else's hands
}

// takenWords are the tags that say more than that a system can be attacked.
var takenWords = [...]string{"webshell", "implant", "device-implant", "backdoor", "compromised"}

func parseTag(text string) *tag {
	t := new(tag)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' || r == '|' || r == ' ' }) {
		word = clean(word)
		if isCVE(word) {
			if t.cve == "" || word < t.cve {
				t.cve = word
			}
			continue
		}
		for _, w := range takenWords {
			t.taken = t.taken || word == w
		}
		t.words = append(t.words, word)
	}
	return t
}

// clean gives a word as families are kept: lower case, no space around and no
// control characters.
func clean(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// isCVE tells whether word is a CVE id in lower case.
func isCVE(word string) bool {
	year, number, ok := strings.Cut(strings.TrimPrefix(word, "cve-"), "-")
	return ok && strings.HasPrefix(word, "cve-") && len(year) == 4 && digits(year) && len(number) >= 4 && digits(number)
}

// familyOf follows the rule of the report type: the first source that says
// something wins.
func (r *reader) familyOf(fields []string, t *tag) string {
	for i, source := range r.rep.family {
		switch {
		case source == "cve":
			if t.cve != "" {
				return t.cve
			}
			if id := r.words.get(text(fields, r.vulnerability)); isCVE(id) {
				return id
			}
		case source == "tag":
			for _, w := range t.words {
				if w != r.service {
					return w
				}
			}
			if t.cve != "" {
				return t.cve
			}
		case source[0] == '=':
			return r.service
		default:
			if at := r.familyFrom[i]; text(fields, at) != "" {
				word := r.words.get(fields[at])
				if word == fields[at] {
					r.taken[at] = true
				}
				if word != "" {
					return word
				}
			}
		}
	}
	return ""
}

// classOf gives the class of the report type, corrected by what the row says of
// itself: a probe that found a CVE is a vulnerable system whatever the type,
// and one that found an implant is a compromised one.
func (r *reader) classOf(fields []string, t *tag) rsit.Class {
	switch {
	case r.rep.scan && (t.taken || text(fields, r.implant) == "Y") && r.rep.class != rsit.C2Server:
		return rsit.SystemCompromise
	case r.rep.scan && t.cve != "" && (r.rep.class.Taxonomy() == "vulnerable" || r.rep.class == rsit.DeviceID):
		return rsit.VulnerableSystem
	case r.rep.name == "special" && strings.Contains(r.words.get(text(fields, r.status)), "compromised"):
		return rsit.SystemCompromise
	}
	return r.rep.class
}
