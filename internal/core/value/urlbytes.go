package value

import "unicode/utf8"

// Where in a URL a byte may stand as itself (RFC 3986 section 3). Brackets and
// braces never may, which is why defanged forms cannot be mistaken for a path.
const (
	unreservedByte uint8 = 1 << iota
	userByte
	pathByte
	queryByte
)

var urlBytes = func() (t [256]uint8) {
	for c := 0; c < 256; c++ {
		switch b := byte(c); {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '-', b == '.', b == '_', b == '~':
			t[c] = unreservedByte | userByte | pathByte | queryByte
		}
	}
	for _, c := range "!$&'()*+,;=:@/" {
		t[c] |= pathByte | queryByte
	}
	t['?'] |= queryByte
	t[':'] |= userByte
	return t
}()

// appendEncoded appends s with its percent-encoding made canonical: escapes of
// unreserved characters are decoded, other escapes get capitals, and every
// byte that may not stand in this part is escaped, a lone "%" too.
func appendEncoded(b []byte, s string, part uint8) ([]byte, error) {
	if !utf8.ValidString(s) {
		return b, errURLByte
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case urlBytes[c]&part != 0:
			b = append(b, c)
		case c < 0x20 || c == 0x7f:
			return b, errURLByte
		case c == '%' && i+2 < len(s) && hexDigit[s[i+1]] >= 0 && hexDigit[s[i+2]] >= 0:
			d := byte(hexDigit[s[i+1]])<<4 | byte(hexDigit[s[i+2]])
			if urlBytes[d]&unreservedByte != 0 {
				b = append(b, d)
			} else {
				b = appendEscape(b, d)
			}
			i += 2
		default:
			b = appendEscape(b, c)
		}
	}
	return b, nil
}

func appendEscape(b []byte, c byte) []byte {
	return append(b, '%', upperHex[c>>4], upperHex[c&15])
}

// isCanonicalEscape tells whether %hl may stay: capitals, and no unreserved
// character behind it.
func isCanonicalEscape(h, l byte) bool {
	x, y := hexDigit[h], hexDigit[l]
	return x >= 0 && y >= 0 && h < 'a' && l < 'a' && urlBytes[byte(x)<<4|byte(y)]&unreservedByte == 0
}

// removeDots removes the segments "." and ".." of a path in place, as RFC 3986
// section 5.2.4 says, and gives what is left. Empty segments stay.
func removeDots(p []byte) []byte {
	out := p[:0]
	for i := 0; i < len(p); {
		j := i + 1 // p[i] is "/"
		for j < len(p) && p[j] != '/' {
			j++
		}
		seg, last := p[i+1:j], j == len(p)
		switch string(seg) {
		case ".":
			if last {
				out = append(out, '/')
			}
		case "..":
			for len(out) > 0 {
				out = out[:len(out)-1]
				if p[len(out)] == '/' {
					break
				}
			}
			if last {
				out = append(out, '/')
			}
		default:
			out = append(out, p[i:j]...)
		}
		i = j
	}
	return out
}
