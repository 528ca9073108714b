package value

import (
	"strings"
	"unicode/utf8"
)

var errEmailSuffix = invalid("an e-mail address whose domain lies below no public suffix", "check the end of the address")

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
		if m, ok := s.email(t, begin, fanged, at); ok {
			s.pieces(t, 0, m.lo, at, -1, fanged)
			if m.err != nil {
				s.failed(Email, m.err, m.start, at(m.hi))
			} else {
				s.found(m.v, m.start, at(m.hi))
			}
			s.pieces(t, m.hi, len(t), at, end, fanged)
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

// mailbox is an e-mail address in a token: t[lo:hi], which starts in the text
// at start, or before the token if the name has an apostrophe.
type mailbox struct {
	lo, hi, start int
	v             Value
	err           error
}

// email looks for one e-mail address in t; ok is false if there is nothing
// like an address.
func (s *scan) email(t string, begin int, fanged bool, at func(int) int) (m mailbox, ok bool) {
	sign := strings.IndexByte(t, '@')
	lo := strings.LastIndexByte(t[:sign], ':') + 1
	for lo < sign && strings.IndexByte(".-+%_", t[lo]) >= 0 && t[lo] != '_' {
		lo++
	}
	hi := sign + 1
	for hi < len(t) && t[hi] != ':' && t[hi] != '@' && t[hi] != '%' && t[hi] != '+' {
		hi++
	}
	for hi > sign+1 && strings.IndexByte(".-_", t[hi-1]) >= 0 {
		hi--
	}
	if lo == sign || hi == sign+1 || hi < len(t) && t[hi] == '@' {
		return m, false
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
		return m, false
	}
	if n := len(s.out.Found); n > 0 && s.out.Found[n-1].End > start {
		return m, false
	}
	m = mailbox{lo: lo, hi: hi, start: start, v: v}
	if host, _ := v.Host(); host.kind == Domain && !underSuffix(host.text) {
		m.err = errEmailSuffix
	}
	return m, true
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
		if slash > 0 && digits > 0 && digits <= 3 && endsNumber(s.text[i:]) {
			s.past = i
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

// endsNumber tells whether rest may follow a prefix length: no word, no path,
// and a mark only at the end of its word.
func endsNumber(rest string) bool {
	switch {
	case rest == "":
		return true
	case rest[0] == '/' || rest[0] >= utf8.RuneSelf:
		return false
	case strings.IndexByte(".:-", rest[0]) >= 0:
		return len(rest) == 1 || extractClass[rest[1]]&xToken == 0
	}
	return extractClass[rest[0]]&xToken == 0
}
