package value

import "strings"

// Defang gives the text in a form that no program takes for a link or an
// address: hxxps[://]evil[.]example/x, 192[.]0[.]2[.]7, 2001[:]db8[:][:]1,
// user[@]example[.]org. Refang turns it back exactly. Hashes, wallets, file
// names and other kinds that nothing can follow keep their text.
func (v Value) Defang() string {
	var buf [256]byte
	b := buf[:0]
	switch v.kind {
	case IPv4, IPv6, CIDR, Domain, Onion:
		b = appendFanged(b, v.String(), ".:")
	case Email:
		at := strings.LastIndexByte(v.text, '@')
		b = appendFanged(b, v.text[:at], "")
		b = appendFanged(b, v.text[at:], "@.")
	case URL:
		i := strings.IndexByte(v.text, ':')
		rest := v.text[i+3:]
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		auth := rest[:end]
		at := strings.LastIndexByte(auth, '@') + 1
		host, _ := v.authority()
		b = append(b, quietScheme(v.text[:i])...)
		b = append(b, "[://]"...)
		b = appendFanged(b, auth[:at], "@")
		b = appendFanged(b, host, ".:")
		b = append(b, auth[at+len(host):]...)
		b = appendFanged(b, rest[end:], "")
	case FileName:
		b = appendFanged(b, v.text, "")
	default:
		return v.String()
	}
	return string(b)
}

func quietScheme(s string) string {
	switch s {
	case "http":
		return "hxxp"
	case "https":
		return "hxxps"
	case "ftp":
		return "fxp"
	}
	return s
}

// appendFanged appends s with brackets around each byte of set, and around
// each opening bracket that Refang would otherwise take for a defanged form.
func appendFanged(b []byte, s, set string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		_, n := fang(s[i:])
		if n > 0 || strings.IndexByte(set, c) >= 0 {
			b = append(b, '[', c, ']')
		} else {
			b = append(b, c)
		}
	}
	return b
}

// Refang turns the usual defanged spellings back into live text: hxxp, fxp and
// h**p before "://"; . : @ / and :// in square brackets, round brackets or
// braces; and the words dot and at in them. Other text is kept.
func Refang(s string) string {
	if !strings.ContainsAny(s, "[({") && quietPrefix(s) == 0 {
		return s
	}
	var buf [256]byte
	return string(appendRefanged(buf[:0], s))
}

func appendRefanged(b []byte, s string) []byte {
	if n := quietPrefix(s); n > 0 {
		b = appendLoud(b, s[:n])
		s = s[n:]
	}
	for i := 0; i < len(s); {
		live, n := fang(s[i:])
		if n == 0 {
			b = append(b, s[i])
			i++
			continue
		}
		b = append(b, live...)
		i += n
	}
	return b
}

// fang reads one defanged form at the start of s and gives its live text and
// its length, 0 if there is none. A bracket in square brackets is the bracket
// itself: so does Defang protect what only looks defanged.
func fang(s string) (live string, n int) {
	if len(s) < 3 {
		return "", 0
	}
	var end byte
	switch s[0] {
	case '[':
		end = ']'
		if s[2] == ']' && (s[1] == '[' || s[1] == '(' || s[1] == '{') {
			return s[1:2], 3
		}
	case '(':
		end = ')'
	case '{':
		end = '}'
	default:
		return "", 0
	}
	// The longest form is a bracket, a space, "://", a space, a bracket.
	i := 1
	if s[i] == ' ' {
		i++
	}
	for _, form := range fangs {
		if len(s)-i <= len(form.said) || !strings.EqualFold(s[i:i+len(form.said)], form.said) {
			continue
		}
		j := i + len(form.said)
		if s[j] == ' ' && j+1 < len(s) {
			j++
		}
		if s[j] == end {
			return form.live, j + 1
		}
	}
	return "", 0
}

var fangs = [...]struct{ said, live string }{
	{".", "."}, {"dot", "."}, {"://", "://"}, {":", ":"}, {"@", "@"}, {"at", "@"}, {"//", "//"}, {"/", "/"}, {"punkt", "."},
}

// quietPrefix gives the length of a defanged scheme (hxxp, hXXps, h**p, fxp)
// at the start of s that is followed by "://" in any spelling, else 0.
func quietPrefix(s string) int {
	n := 0
	switch {
	case len(s) > 4 && (s[0]|0x20) == 'h' && (s[3]|0x20) == 'p' && isHushed(s[1]) && isHushed(s[2]) &&
		(s[1]|0x20 != 't' || s[2]|0x20 != 't'):
		n = 4
		if s[4]|0x20 == 's' {
			n = 5
		}
	case len(s) > 3 && strings.EqualFold(s[:3], "fxp"):
		n = 3
	default:
		return 0
	}
	rest := s[n:]
	if strings.HasPrefix(rest, "://") {
		return n
	}
	live, m := fang(rest)
	if live == "://" || live == ":" && strings.HasPrefix(rest[m:], "//") {
		return n
	}
	if strings.HasPrefix(rest, ":") {
		if live, _ := fang(rest[1:]); live == "//" || live == "/" {
			return n
		}
	}
	return 0
}

func isHushed(c byte) bool { return c|0x20 == 'x' || c == '*' || c|0x20 == 't' }

func appendLoud(b []byte, s string) []byte {
	if s[0]|0x20 == 'f' {
		return append(b, "ftp"...)
	}
	return append(append(b, "http"...), s[4:]...)
}
