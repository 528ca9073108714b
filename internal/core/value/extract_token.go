package value

import (
	"strings"
	"unicode/utf8"
)

var (
	errSuffix      = invalid("a name below no public suffix", "check the end of the name")
	errEmailSuffix = invalid("an e-mail address whose domain lies below no public suffix", "check the end of the address")
)

// token looks at text[begin:end], a run that may hold one value or several
// with colons between.
func (s *scan) token(begin, end int, fanged bool) {
	t := s.text[begin:end]
	s.from = s.from[:0]
	if fanged {
		t = s.unfang(begin, end)
	}
	at := func(i int) int { // where byte i of t, or its end, stands in the text
		if !fanged {
			return begin + i
		}
		if i == len(t) {
			return end
		}
		return s.from[i]
	}
	if strings.IndexByte(t, '@') >= 0 {
		if lo, hi, ok := s.email(t, begin, fanged, at); ok {
			s.pieces(t, 0, lo, at, -1, fanged)
			s.pieces(t, hi, len(t), at, end, fanged)
			return
		}
	}
	s.pieces(t, 0, len(t), at, end, fanged)
}

// unfang gives a token's live text and fills s.from.
func (s *scan) unfang(begin, end int) string {
	s.live = s.live[:0]
	for i := begin; i < end; {
		live, n := fang(s.text[i:end])
		if n == 0 {
			live, n = s.text[i:i+1], 1
		}
		s.live = append(s.live, live...)
		for range len(live) {
			s.from = append(s.from, i)
		}
		i += n
	}
	return string(s.live)
}

// email looks for one e-mail address in t. It gives the part of t that it
// took; ok is false if there is nothing like an address.
func (s *scan) email(t string, begin int, fanged bool, at func(int) int) (lo, hi int, ok bool) {
	sign := strings.IndexByte(t, '@')
	lo = strings.LastIndexByte(t[:sign], ':') + 1
	for lo < sign && strings.IndexByte(".-+%_", t[lo]) >= 0 && t[lo] != '_' {
		lo++
	}
	hi = sign + 1
	for hi < len(t) && t[hi] != ':' && t[hi] != '@' && t[hi] != '%' && t[hi] != '+' {
		hi++
	}
	for hi > sign+1 && strings.IndexByte(".-_", t[hi-1]) >= 0 {
		hi--
	}
	if lo == sign || hi == sign+1 || hi < len(t) && t[hi] == '@' {
		return 0, 0, false
	}
	local, start := t[lo:sign], at(lo)
	if lo == 0 && !fanged {
		for start > 1 && begin-start < 64 && s.text[start-1] == '\'' && extractClass[s.text[start-2]]&xAlnum != 0 {
			start -= 2
			for start > 0 && extractClass[s.text[start-1]]&xAlnum != 0 {
				start--
			}
		}
		local = s.text[start : begin+sign]
	}
	v, err := ParseEmail(local + t[sign:hi])
	if err != nil {
		return 0, 0, false
	}
	if host, _ := v.Host(); host.kind == Domain && !underSuffix(host.text) {
		s.failed(Email, errEmailSuffix, start, at(hi))
		return lo, hi, true
	}
	if n := len(s.out.Found); n > 0 && s.out.Found[n-1].End > start {
		return 0, 0, false
	}
	s.found(v, start, at(hi))
	return lo, hi, true
}

// pieces looks at t[lo:hi]: first whole, for values with colons, then between
// the colons. End is where the token ends in the text if hi is its end, else -1.
func (s *scan) pieces(t string, lo, hi int, at func(int) int, end int, fanged bool) {
	for {
		cut := strings.IndexAny(t[lo:hi], "%+@")
		if cut < 0 {
			break
		}
		s.between(t, lo, lo+cut, at, -1, fanged)
		lo += cut + 1
	}
	s.between(t, lo, hi, at, end, fanged)
}

// between does the work of pieces where no other mark than colons is left.
func (s *scan) between(t string, lo, hi int, at func(int) int, end int, fanged bool) {
	if strings.Count(t[lo:hi], ":") >= 2 && s.colons(t, lo, hi, at, end) {
		return
	}
	for lo < hi {
		n := strings.IndexByte(t[lo:hi], ':')
		if n < 0 {
			s.piece(t, lo, hi, at, end, fanged)
			return
		}
		s.piece(t, lo, lo+n, at, -1, fanged)
		lo += n + 1
	}
}

// colons takes t[lo:hi] for a MAC or an IPv6 address if it is one.
func (s *scan) colons(t string, lo, hi int, at func(int) int, end int) bool {
	for hi > lo && (strings.IndexByte(".-_", t[hi-1]) >= 0 || t[hi-1] == ':' && !strings.HasSuffix(t[lo:hi], "::")) {
		hi, end = hi-1, -1
	}
	for lo < hi && (strings.IndexByte(".-_", t[lo]) >= 0 || t[lo] == ':' && !strings.HasPrefix(t[lo:hi], "::")) {
		lo++
	}
	if v, err := ParseMAC(t[lo:hi]); err == nil {
		s.found(v, at(lo), at(hi))
		return true
	}
	digit := false
	for i := lo; i < hi; i++ {
		digit = digit || extractClass[t[i]]&xDigit != 0
		if hexDigit[t[i]] < 0 && t[i] != ':' && t[i] != '.' {
			return false
		}
	}
	v, err := ParseIP(t[lo:hi])
	if err != nil || !digit {
		return false
	}
	if v.kind == IPv4 { // mapped: a prefix length would count other bits
		end = -1
	}
	s.address(v, at(lo), at(hi), end)
	return true
}

// address takes an address, with the prefix length after it if there is one.
func (s *scan) address(v Value, start, stop, end int) {
	if end == stop && stop < len(s.text) {
		slash := 0
		if s.text[stop] == '/' {
			slash = 1
		} else if live, n := fang(s.text[stop:min(len(s.text), stop+8)]); live == "/" {
			slash = n
		}
		i := stop + slash
		for slash > 0 && i < len(s.text) && extractClass[s.text[i]]&xDigit != 0 {
			i++
		}
		digits := i - stop - slash
		whole := i == len(s.text) || extractClass[s.text[i]]&xAlnum == 0 && strings.IndexByte("/_-%", s.text[i]) < 0
		if slash > 0 && digits > 0 && digits <= 3 && whole {
			network, err := ParseCIDR(v.String() + "/" + s.text[i-digits:i])
			if err == nil {
				s.found(network, start, i)
				return
			}
			s.failed(CIDR, err, start, i)
		}
	}
	s.found(v, start, stop)
}

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
