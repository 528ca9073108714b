package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

var errURLSuffix = invalid("a URL whose host lies below no public suffix", "check the end of the host name")

// urls finds the URLs of a chunk, looks at what stands before each, and gives
// where the last one ends.
func (s *scan) urls(start, end int) int {
	for i := start; i < end; i++ {
		c := s.text[i]
		if c != ':' && c != '[' && c != '(' && c != '{' {
			continue
		}
		n := schemeEnd(s.text[i:end])
		if n == 0 {
			continue
		}
		begin, ok := schemeStart(s.text[start:i])
		if !ok {
			continue
		}
		begin += start
		stop := urlEnd(s.text[:end], i+n)
		if stop == i+n {
			continue
		}
		s.tokens(start, begin)
		s.url(begin, stop)
		start, i = stop, stop-1
	}
	return start
}

// schemeEnd gives the length of "://" in any spelling at the start of t, else 0.
func schemeEnd(t string) int {
	if t[0] == ':' {
		if strings.HasPrefix(t, "://") {
			return 3
		}
		live, n := fang(t[1:])
		switch {
		case live == "//":
			return n + 1
		case live == "/":
			if again, m := fang(t[1+n:]); again == "/" {
				return 1 + n + m
			}
		}
		return 0
	}
	live, n := fang(t)
	switch {
	case live == "://":
		return n
	case live == ":" && strings.HasPrefix(t[n:], "//"):
		return n + 2
	case live == ":":
		if next, m := fang(t[n:]); next == "//" {
			return n + m
		}
	}
	return 0
}

// schemeStart finds where a known scheme starts that ends where t ends.
func schemeStart(t string) (int, bool) {
	i := len(t)
	for i > 0 && len(t)-i < 12 && (extractClass[t[i-1]]&xAlnum != 0 || t[i-1] == '+' || t[i-1] == '*') {
		i--
	}
	var buf [16]byte
	for ; i < len(t); i++ {
		name := appendRefanged(buf[:0], t[i:]+"://")
		for j, c := range name {
			if c >= 'A' && c <= 'Z' {
				name[j] = c + 0x20
			}
		}
		if _, ok := findScheme(string(name[:len(name)-3])); ok {
			return i, true
		}
	}
	return 0, false
}

// urlEnd gives where a URL ends whose host starts at i, the last sentence mark
// and unpaired bracket left out.
func urlEnd(t string, i int) int {
	end := i
	for end < len(t) {
		c := t[end]
		if c == '\'' || c == ']' && strings.HasPrefix(t[end:], "](") {
			break
		}
		if (c == ',' || c == ';') && startsURL(t[end+1:]) {
			break
		}
		if c < utf8.RuneSelf {
			end++
			continue
		}
		r, n := utf8.DecodeRuneInString(t[end:])
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S) || r == utf8.RuneError {
			break
		}
		end += n
	}
	return trimURL(t, i, end)
}

// trimURL moves end back over sentence marks and closing brackets without an
// opening one.
func trimURL(t string, i, end int) int {
	var surplus [3]int // closing minus opening, for (), [] and {}
	for _, c := range []byte(t[i:end]) {
		if p := strings.IndexByte("([{)]}", c); p >= 3 {
			surplus[p-3]++
		} else if p >= 0 {
			surplus[p]--
		}
	}
	for ; end > i; end-- {
		c := t[end-1]
		if strings.IndexByte(".,:;!?*", c) >= 0 {
			continue
		}
		p := strings.IndexByte(")]}", c)
		if p < 0 || surplus[p] <= 0 {
			break
		}
		surplus[p]--
	}
	return end
}

// startsURL tells whether t starts with a scheme and "://" in any spelling.
func startsURL(t string) bool {
	for i := 0; i < len(t) && i < 12; i++ {
		switch c := t[i]; {
		case extractClass[c]&xAlnum != 0 || c == '+' || c == '*':
		case c == ':' || extractClass[c]&xBracket != 0:
			if schemeEnd(t[i:]) == 0 {
				return false
			}
			n, ok := schemeStart(t[:i])
			return ok && n == 0
		default:
			return false
		}
	}
	return false
}

func (s *scan) url(start, end int) {
	v, err := ParseURL(Refang(s.text[start:end]))
	if err == nil {
		if host, _ := v.Host(); host.kind == Domain && !underSuffix(host.text) {
			err = errURLSuffix
		}
	}
	if err != nil {
		s.failed(URL, err, start, end)
		return
	}
	s.found(v, start, end)
}
