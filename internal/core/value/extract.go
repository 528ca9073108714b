package value

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a piece of a text: the bytes from Start up to End.
type Span struct{ Start, End int }

// Found is a value and where in the text it stands.
type Found struct {
	Value      Value
	Start, End int
}

// Failed is what looked like a value of a kind and is none, and why.
type Failed struct {
	Kind       Kind
	Start, End int
	Why        string
}

// Extraction is what Extract found, each list in the order of the text. Found
// spans do not overlap.
type Extraction struct {
	Found  []Found
	Failed []Failed
	Cards  []Span // card numbers: mask them, see MaskCards
}

// Extract finds the values in free text, live or defanged. The longest whole
// thing wins: a URL over its host, an e-mail address over its domain. Domains,
// and the hosts of URLs and e-mail addresses, must lie below a public suffix;
// file names must end in a known extension. docs/values.md has the rules.
// Values do not keep text alive.
func Extract(text []byte) Extraction {
	s := scan{text: string(text)}
	t := s.text
	for i := 0; i < len(t); {
		if extractClass[t[i]]&xBreak != 0 {
			i++
			continue
		}
		start, seen := i, uint8(0)
		for ; i < len(t); i++ {
			c := extractClass[t[i]]
			if c&xBreak != 0 {
				break
			}
			seen |= c
		}
		if seen&xTrigger != 0 || i-start >= shortestPlain {
			s.chunk(start, i, seen)
		}
	}
	sortByStart(s.out.Failed)
	return s.out
}

// shortestPlain is the length of the shortest value that is letters only.
const shortestPlain = 26

// The classes of bytes in free text.
const (
	xBreak   uint8 = 1 << iota // ends whatever stands before it
	xDot                       // "."
	xColon                     // ":" and "@"
	xDigit                     // 0 to 9
	xBracket                   // "[", "(", "{": may start a defanged form
	xToken                     // may stand in an address, a name, a hash
	xAlnum
	xTrigger = xDot | xColon | xDigit | xBracket
)

var extractClass = func() (t [256]uint8) {
	for c := 0; c < 256; c++ {
		switch b := byte(c); {
		case b <= ' ' || b == 0x7f || strings.IndexByte("\"<>`|\\", b) >= 0:
			t[c] = xBreak
		case b >= '0' && b <= '9':
			t[c] = xDigit | xToken | xAlnum
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z':
			t[c] = xToken | xAlnum
		}
	}
	t['.'] = xDot | xToken
	t[':'], t['@'] = xColon|xToken, xColon|xToken
	t['-'], t['_'], t['+'], t['%'] = xToken, xToken, xToken, xToken
	t['['], t['('], t['{'] = xBracket, xBracket, xBracket
	return t
}()

// scan is the state of one extraction.
type scan struct {
	text string
	out  Extraction
	live []byte // a token without its defanging
	from []int  // where each byte of live stands in text
	card int    // end of the last card number
	past int    // end of the last prefix length, which stands after its token
}

func (s *scan) found(v Value, start, end int) {
	v.text = strings.Clone(v.text)
	s.out.Found = append(s.out.Found, Found{v, start, end})
}

func (s *scan) failed(k Kind, err error, start, end int) {
	s.out.Failed = append(s.out.Failed, Failed{k, start, end, err.Error()})
}

// chunk looks at a run of bytes without breaks.
func (s *scan) chunk(start, end int, seen uint8) {
	if seen&xTrigger == xDot && end-start < shortestPlain {
		// Most of these are words before a full stop.
		dot := strings.IndexByte(s.text[start:end], '.') + start
		if dot+1 == end || extractClass[s.text[dot+1]]&xAlnum == 0 && s.text[dot+1] < utf8.RuneSelf &&
			strings.IndexByte(s.text[dot+1:end], '.') < 0 {
			return
		}
	}
	if seen&xDigit != 0 {
		s.cards(start, end)
	}
	if seen&(xColon|xBracket) != 0 {
		start = s.urls(start, end)
	}
	s.tokens(start, end)
}

// tokens cuts a stretch without URLs into runs of bytes that addresses, names
// and hashes consist of, and looks at each.
func (s *scan) tokens(start, end int) {
	for i := start; i < end; {
		i = max(i, s.past)
		begin, fanged, useful := i, false, false
		for i < end {
			c := s.text[i]
			k := extractClass[c]
			if k&xToken != 0 {
				useful = useful || k&(xDot|xColon|xDigit) != 0
				i++
				continue
			}
			if c >= utf8.RuneSelf {
				r, n := utf8.DecodeRuneInString(s.text[i:end])
				if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
					break
				}
				i += n
				continue
			}
			if k&xBracket == 0 {
				break
			}
			live, n := fang(s.text[i:end])
			if live != "." && live != ":" && live != "@" {
				break
			}
			fanged, useful = true, true
			i += n
		}
		if i > begin && (useful || i-begin >= shortestPlain) {
			s.token(begin, i, fanged)
		}
		if i < end && i == begin {
			i += max(1, brokenRune(s.text[i:end]))
		}
	}
}

// brokenRune gives the length of the character at the start of s.
func brokenRune(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func sortByStart(f []Failed) {
	slices.SortStableFunc(f, func(a, b Failed) int { return a.Start - b.Start })
}
