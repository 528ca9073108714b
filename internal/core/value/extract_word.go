package value

import (
	"strings"
	"unicode/utf8"
)

var errSuffix = invalid("a name below no public suffix", "check the end of the name")

// piece looks at t[lo:hi], which has no colon and no "@".
func (s *scan) piece(t string, lo, hi int, at func(int) int, end int, fanged bool) {
	for lo < hi && (t[lo] == '.' || t[lo] == '-') {
		lo++
	}
	for lo < hi && strings.IndexByte(".-_", t[hi-1]) >= 0 {
		hi, end = hi-1, -1
	}
	p := t[lo:hi]
	if len(p) < 3 {
		return
	}
	dots, letters := 0, false
	for i := 0; i < len(p); i++ {
		if p[i] == '.' {
			dots++
		} else if extractClass[p[i]]&xDigit == 0 {
			letters = true
		}
	}
	switch {
	case dots == 0:
		s.plain(p, at(lo), at(hi))
	case !letters:
		if dots == 3 {
			v, err := ParseIPv4(p)
			if err != nil {
				s.failed(IPv4, err, at(lo), at(hi))
				return
			}
			s.address(v, at(lo), at(hi), end)
		} else if v, err := ParseMAC(p); err == nil {
			s.found(v, at(lo), at(hi))
		}
	default:
		s.name(p, at(lo), at(hi), dots, fanged)
	}
}

// plain looks at a word without dots.
func (s *scan) plain(p string, start, end int) {
	var v Value
	var err error
	kind := None
	switch n := len(p); {
	case n > 2 && p[0] == 'A' && p[1] == 'S' && extractClass[p[2]]&xDigit != 0:
		if v, err = ParseASN(p); err == nil {
			s.found(v, start, end)
		}
		return
	case n >= 9 && p[3] == '-' && strings.EqualFold(p[:4], "CVE-") && extractClass[p[4]]&xDigit != 0:
		kind = CVE
		v, err = ParseCVE(p)
	case n == 17 && p[2] == '-':
		v, err = ParseMAC(p)
	case n == 42 && p[:2] == "0x":
		kind = Ethereum
		v, err = ParseEthereum(p)
	case n >= 14 && n <= 90 && strings.EqualFold(p[:3], "bc1"):
		kind = Bitcoin
		v, err = ParseBitcoin(p)
	case n >= 26 && n <= 35 && (p[0] == '1' || p[0] == '3') && isMixed(p):
		if v, err = ParseBitcoin(p); err != errBitcoin {
			kind = Bitcoin
		}
	case (n == 95 || n == 106) && (p[0] == '4' || p[0] == '8') && isMixed(p):
		kind = Monero
		v, err = ParseMonero(p)
	}
	if v.IsZero() && (len(p) == 32 || len(p) == 40 || len(p) == 64 || len(p) == 128) {
		if h, err := ParseHash(p); err == nil && strings.IndexFunc(p, func(r rune) bool { return r > '9' }) >= 0 {
			v, kind = h, h.kind
		}
	}
	switch {
	case !v.IsZero():
		s.found(v, start, end)
	case kind != None && err != nil:
		s.failed(kind, err, start, end)
	}
}

// isMixed tells whether a word has a digit, a capital and a small letter.
func isMixed(p string) bool {
	var digit, upper, lower bool
	for i := 0; i < len(p); i++ {
		c := p[i]
		digit = digit || c >= '0' && c <= '9'
		upper = upper || c >= 'A' && c <= 'Z'
		lower = lower || c >= 'a' && c <= 'z'
	}
	return digit && upper && lower
}

// name looks at a word with dots that is no number.
func (s *scan) name(p string, start, end, dots int, fanged bool) {
	last := p[strings.LastIndexByte(p, '.')+1:]
	if strings.EqualFold(last, "onion") {
		v, err := ParseOnion(p)
		if err != nil {
			s.failed(Onion, err, start, end)
			return
		}
		s.found(v, start, end)
		return
	}
	if len(last) == 4 && len(p) == 14 {
		if v, err := ParseMAC(p); err == nil {
			s.found(v, start, end)
			return
		}
	}
	if x := extensionOf(last); x == alwaysFile || x == fileIfShort && dots == 1 && !fanged {
		if v, err := ParseFileName(p); err == nil {
			s.found(v, start, end)
		}
		return
	}
	if dots == 1 && !fanged && isTitle(last) && !isTitle(p[:len(p)-len(last)-1]) {
		return // a full stop without a space: "the end.It was"
	}
	v, err := ParseDomain(p)
	if err != nil {
		return
	}
	if underSuffix(v.text) {
		s.found(v, start, end)
		return
	}
	if _, rule := suffixOf(v.text); rule == 0 && (fanged || !isTitle(last)) && last[0] < utf8.RuneSelf {
		s.failed(Domain, errSuffix, start, end)
	}
}

// isTitle tells whether a word is a capital and small letters.
func isTitle(p string) bool {
	return len(p) > 1 && p[0] >= 'A' && p[0] <= 'Z' && p[1:] == strings.ToLower(p[1:])
}
