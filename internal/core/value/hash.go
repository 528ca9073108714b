package value

import "strings"

var (
	errHash   = invalid("not a file hash", "write the 32, 40, 64 or 128 hexadecimal digits of an MD5, SHA-1, SHA-256 or SHA-512")
	errMD5    = invalid("not an MD5 hash", "write its 32 hexadecimal digits")
	errSHA1   = invalid("not a SHA-1 hash", "write its 40 hexadecimal digits")
	errSHA256 = invalid("not a SHA-256 hash", "write its 64 hexadecimal digits")
	errSHA512 = invalid("not a SHA-512 hash", "write its 128 hexadecimal digits")
)

// ParseHash reads a file hash; its length says which one it is.
func ParseHash(s string) (Value, error) {
	switch len(s) {
	case 32:
		return hexText(MD5, s, 32, errHash)
	case 40:
		return hexText(SHA1, s, 40, errHash)
	case 64:
		return hexText(SHA256, s, 64, errHash)
	case 128:
		return hexText(SHA512, s, 128, errHash)
	}
	return Value{}, errHash
}

// ParseMD5 reads an MD5 hash; canonical are lower-case digits.
func ParseMD5(s string) (Value, error) { return hexText(MD5, s, 32, errMD5) }

// ParseSHA1 reads a SHA-1 hash; canonical are lower-case digits.
func ParseSHA1(s string) (Value, error) { return hexText(SHA1, s, 40, errSHA1) }

// ParseSHA256 reads a SHA-256 hash; canonical are lower-case digits.
func ParseSHA256(s string) (Value, error) { return hexText(SHA256, s, 64, errSHA256) }

// ParseSHA512 reads a SHA-512 hash; canonical are lower-case digits.
func ParseSHA512(s string) (Value, error) { return hexText(SHA512, s, 128, errSHA512) }

func hexText(k Kind, s string, n int, fail error) (Value, error) {
	if len(s) != n {
		return Value{}, fail
	}
	for i := 0; i < len(s); i++ {
		if hexDigit[s[i]] < 0 {
			return Value{}, fail
		}
	}
	return Value{kind: k, text: strings.ToLower(s)}, nil
}

// hexDigit is the value of a hexadecimal digit, -1 for any other byte.
var hexDigit = func() (t [256]int8) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = int8(c - '0')
		case c >= 'a' && c <= 'f':
			t[c] = int8(c - 'a' + 10)
		case c >= 'A' && c <= 'F':
			t[c] = int8(c - 'A' + 10)
		default:
			t[c] = -1
		}
	}
	return t
}()
