package value

import "strings"

var errASN = invalid("not the number of an autonomous system", "write AS and a number from 1 to 4294967295 without leading zeros, such as AS64496")

// FromASN makes an ASN value. Zero is no autonomous system (RFC 7607) and
// gives the zero Value.
func FromASN(n uint32) Value {
	if n == 0 {
		return Value{}
	}
	return Value{kind: ASN, num: n}
}

// ParseASN reads "AS64496", "64496" or, with the letters, the dotted form of
// RFC 5396 ("AS1.10"). Letters may have either case.
func ParseASN(s string) (Value, error) {
	lettered := len(s) > 2 && s[0]|0x20 == 'a' && s[1]|0x20 == 's'
	if lettered {
		s = s[2:]
	}
	if high, low, dotted := strings.Cut(s, "."); dotted && lettered {
		h, ok1 := decimal(high, 1<<16-1)
		l, ok2 := decimal(low, 1<<16-1)
		if !ok1 || !ok2 || h == 0 && l == 0 {
			return Value{}, errASN
		}
		return FromASN(uint32(h<<16 | l)), nil
	}
	n, ok := decimal(s, 1<<32-1)
	if !ok || n == 0 {
		return Value{}, errASN
	}
	return FromASN(uint32(n)), nil
}

// decimal reads a number up to limit, without sign or leading zeros.
func decimal(s string, limit uint64) (n uint64, ok bool) {
	if s == "" || len(s) > 10 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		d := uint64(s[i] - '0')
		if s[i] < '0' || d > 9 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, n <= limit
}
