package value

import (
	"strings"
	"unicode/utf8"
)

var errEmail = invalid("not an e-mail address", "write a plain name, @ and a full domain, such as user@example.org")

// ParseEmail reads an address of a plain name (RFC 5321 Dot-string, or UTF-8
// as in RFC 6531) and a domain or onion name. The domain becomes canonical; the
// name before @ is kept as it is, since only its own host may say what it means.
// Quoted names and address literals are refused.
func ParseEmail(s string) (Value, error) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 512 || !isLocal(s[:at]) {
		return Value{}, errEmail
	}
	host, err := hostText(s[at+1:])
	if err != nil {
		return Value{}, err
	}
	if len(host)+at+1 > 254 {
		return Value{}, errEmail
	}
	if host == s[at+1:] {
		return Value{kind: Email, text: s}, nil
	}
	return Value{kind: Email, text: s[:at+1] + host}, nil
}

// isLocal checks the part before @: atoms with single dots between.
func isLocal(s string) bool {
	dot := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.':
			if dot {
				return false
			}
			dot = true
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c >= 0x80:
		case strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0:
		default:
			return false
		}
		dot = false
	}
	return !dot && utf8.ValidString(s)
}
