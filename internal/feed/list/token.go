package list

import (
	"strings"

	"entente/internal/core/value"
	"entente/internal/feed"
)

// add appends an observation of v.
func (r *row) add(v value.Value, port uint16) {
	o := r.like
	o.Value, o.Port = v, port
	r.obs = append(r.obs, o)
}

// Parse reads one entry, live or defanged. A network of one address is that
// address; a host with a path and no scheme is a URL of http, the scheme that
// lists leave out; a path alone names nothing that acts.
func Parse(s string) (v value.Value, port uint16, why feed.Reason) {
	if strings.IndexByte(s, '[') > 0 || strings.ContainsAny(s, "({") || len(s) > 4 && (s[0]|0x20 == 'h' && s[1] != 't' && s[1] != 'T' || s[0]|0x20 == 'f' && s[1]|0x20 == 'x') {
		s = value.Refang(s)
	}
	var slash, colon, dot, at, letter bool
	colons := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.':
			dot = true
		case c == ':':
			colon = true
			colons++
		case c == '/':
			slash = true
		case c == '@':
			at = true
		default:
			letter = true
		}
	}
	switch {
	case s == "":
		return v, 0, feed.NoValue
	case !letter && !slash && !colon && !at && dot:
		return done(value.ParseIPv4(s))
	case slash:
		return slashed(s)
	case s[0] == '[':
		return bracketed(s)
	case colons > 1:
		return done(value.ParseIP(s))
	case at:
		return done(value.ParseEmail(s))
	case colon:
		return hostPort(s)
	case !dot:
		return dotless(s)
	}
	return done(name(s))
}

// done gives the reason for a parser's error.
func done(v value.Value, err error) (value.Value, uint16, feed.Reason) {
	if err != nil {
		return v, 0, feed.BadValue
	}
	return v, 0, 0
}

// name reads a domain or onion name, also with the marks of blocker lists.
func name(s string) (value.Value, error) {
	switch s[0] {
	case '*', '.':
		s = strings.TrimPrefix(strings.TrimPrefix(s, "*"), ".")
	case '|':
		s = strings.TrimSuffix(strings.TrimPrefix(s, "||"), "^")
	}
	if len(s) > 6 && strings.EqualFold(s[len(s)-6:], ".onion") {
		return value.ParseOnion(s)
	}
	return value.ParseDomain(s)
}

// slashed reads URLs, networks, and hosts with a path.
func slashed(s string) (v value.Value, port uint16, why feed.Reason) {
	if s[0] == '/' {
		return v, 0, feed.NoValue
	}
	i := strings.IndexByte(s, '/')
	if i+1 < len(s) && s[i+1] == '/' && i > 0 && s[i-1] == ':' {
		return done(value.ParseURL(s))
	}
	if tail := s[i+1:]; len(tail) <= 3 && allDigits(tail) {
		if _, err := value.ParseIP(s[:i]); err == nil {
			v, err = value.ParseCIDR(s)
			if p := v.Prefix(); err == nil && p.IsSingleIP() {
				v = value.FromAddr(p.Addr())
			}
			return done(v, err)
		}
	}
	if !strings.ContainsAny(s[:i], ".:") {
		return v, 0, feed.NoValue // "wp-content/x.php": a path without its first slash
	}
	return done(value.ParseURL("http://" + strings.TrimPrefix(strings.TrimPrefix(s, "||"), "*.")))
}

// bracketed reads [2001:db8::1] and [2001:db8::1]:443.
func bracketed(s string) (v value.Value, port uint16, why feed.Reason) {
	end := strings.IndexByte(s, ']')
	if end < 0 || strings.IndexByte(s[:end], ':') < 0 {
		// an entry that was defanged at its beginning, such as "[www].example.org", is none
		return v, 0, feed.BadValue
	}
	v, err := value.ParseIP(s[1:end])
	if err != nil {
		return v, 0, feed.BadValue
	}
	switch rest := s[end+1:]; {
	case rest == "":
		return v, 0, 0
	case rest[0] != ':':
		return v, 0, feed.BadValue
	default:
		if port, why = portOf(rest[1:]); why != 0 {
			return value.Value{}, 0, why
		}
		return v, port, 0
	}
}

// hostPort reads address:port and name:port.
func hostPort(s string) (v value.Value, port uint16, why feed.Reason) {
	host, tail, _ := strings.Cut(s, ":")
	if host == "" {
		return v, 0, feed.BadValue
	}
	v, err := value.ParseIPv4(host)
	if err != nil {
		if v, err = name(host); err != nil {
			return v, 0, feed.BadValue
		}
	}
	if port, why = portOf(tail); why != 0 {
		return value.Value{}, 0, why
	}
	return v, port, 0
}

// dotless reads hashes and AS numbers.
func dotless(s string) (v value.Value, port uint16, why feed.Reason) {
	if len(s) > 2 && len(s) <= 12 && strings.EqualFold(s[:2], "as") && allDigits(s[2:]) {
		return done(value.ParseASN(s))
	}
	return done(value.ParseHash(s))
}

// portOf reads a port of 1 to 65535 without leading zeros.
func portOf(s string) (uint16, feed.Reason) {
	if len(s) == 0 || len(s) > 5 || s[0] == '0' || !allDigits(s) {
		return 0, feed.BadPort
	}
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	if n > 65535 {
		return 0, feed.BadPort
	}
	return uint16(n), 0
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}
