package value

import (
	"net/netip"
	"strconv"
	"strings"
)

// maxURL is the longest URL in bytes, before and after it is made canonical.
const maxURL = 16384

var (
	errURL       = invalid("not a URL", "write scheme, ://, host and path, such as https://www.example.org/login")
	errURLScheme = invalid("a URL with a scheme that names no host or is not known", "docs/values.md lists the schemes")
	errURLHost   = invalid("a URL whose host is no address and no full name", "the host is an IPv4 address, an IPv6 address in brackets or a name such as www.example.org")
	errURLPort   = invalid("a URL with a bad port", "a port is a number from 1 to 65535 without leading zeros")
	errURLLong   = invalid("a URL that is too long", "a URL has at most 16384 bytes")
	errURLByte   = invalid("a URL with a control character or broken UTF-8", "remove line breaks, tabs and other control characters")
)

// ParseURL reads a URL that names a host. Its canonical form loses only what
// no server can tell apart, and the fragment, which is never sent:
// docs/values.md has the rules. A URL that is canonical already is kept as it
// is and costs no allocation.
func ParseURL(s string) (Value, error) {
	if isCanonicalURL(s) {
		return Value{kind: URL, text: s}, nil
	}
	t, err := canonicalURL(s)
	if err != nil {
		return Value{}, err
	}
	return Value{kind: URL, text: t}, nil
}

// urlParts are the parts of a URL as they stand in its text.
type urlParts struct {
	scheme *scheme
	user   string // with no "@"
	host   string // without brackets
	six    bool   // the host stood in brackets
	port   string
	path   string
	query  string // with its "?", "" if there is none
}

func splitURL(s string) (p urlParts, err error) {
	if len(s) > maxURL {
		return p, errURLLong
	}
	i := strings.Index(s, "://")
	if i <= 0 || i > 16 {
		return p, errURL
	}
	var ok bool
	if p.scheme, ok = findScheme(strings.ToLower(s[:i])); !ok {
		return p, errURLScheme
	}
	s = s[i+3:]
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s = s[:i]
	}
	auth := s
	if i := strings.IndexAny(s, "/?"); i >= 0 {
		auth, p.path = s[:i], s[i:]
	}
	if i := strings.IndexByte(p.path, '?'); i >= 0 {
		p.path, p.query = p.path[:i], p.path[i:]
	}
	if i := strings.LastIndexByte(auth, '@'); i >= 0 {
		p.user, auth = auth[:i], auth[i+1:]
	}
	if strings.HasPrefix(auth, "[") {
		i := strings.IndexByte(auth, ']')
		if i < 0 {
			return p, errURLHost
		}
		p.six, p.host, auth = true, auth[1:i], auth[i+1:]
		if auth != "" && auth[0] != ':' {
			return p, errURLHost
		}
		p.port = strings.TrimPrefix(auth, ":")
	} else {
		p.host, p.port, _ = strings.Cut(auth, ":")
	}
	return p, nil
}

// canonicalURL does the whole work. Its result is a fixed point.
func canonicalURL(s string) (string, error) {
	p, err := splitURL(s)
	if err != nil {
		return "", err
	}
	var buf [512]byte
	b := append(buf[:0], p.scheme.name...)
	b = append(b, "://"...)
	if p.user != "" {
		if b, err = appendEncoded(b, p.user, userByte); err != nil {
			return "", err
		}
		b = append(b, '@')
	}
	if b, err = appendHost(b, p.host, p.six); err != nil {
		return "", err
	}
	if p.port != "" {
		n, ok := decimal(p.port, 65535)
		if !ok || n == 0 {
			return "", errURLPort
		}
		if uint16(n) != p.scheme.port {
			b = strconv.AppendUint(append(b, ':'), n, 10)
		}
	}
	start := len(b)
	if b, err = appendEncoded(b, p.path, pathByte); err != nil {
		return "", err
	}
	b = b[:start+len(removeDots(b[start:]))]
	switch {
	case len(b) == start && p.scheme.root:
		b = append(b, '/')
	case len(b) == start+1 && !p.scheme.root && p.query == "":
		b = b[:start]
	case len(b) == start && p.query != "":
		b = append(b, '/')
	}
	if b, err = appendEncoded(b, p.query, queryByte); err != nil {
		return "", err
	}
	if len(b) > maxURL {
		return "", errURLLong
	}
	return string(b), nil
}

// appendHost appends the canonical host of a URL.
func appendHost(b []byte, host string, six bool) ([]byte, error) {
	if six {
		v, err := parse6(host)
		switch {
		case err != nil:
			return b, errURLHost
		case v.kind == IPv4:
			return v.AppendText(b), nil
		}
		return append(v.AppendText(append(b, '[')), ']'), nil
	}
	host = strings.TrimSuffix(host, ".")
	if a, ok := quad(host); ok {
		return netip.AddrFrom4(a).AppendTo(b), nil
	}
	t, err := hostText(host)
	if err != nil {
		return b, errURLHost
	}
	return append(b, t...), nil
}

// hostText gives the canonical text of a domain or onion name.
func hostText(s string) (string, error) {
	t, err := nameText(s, 2)
	if err != nil {
		return "", err
	}
	if isOnion(t) {
		return onionText(t)
	}
	return t, nil
}

// isCanonicalURL tells of nearly every canonical URL that it is one, without
// an allocation; it never says so of another.
func isCanonicalURL(s string) bool {
	var sc *scheme
	var rest string
	switch {
	case len(s) > maxURL || len(s) < 8:
		return false
	case s[:7] == "http://":
		sc, rest = &schemes[0], s[7:]
	case s[:8] == "https://":
		sc, rest = &schemes[1], s[8:]
	default:
		return false
	}
	n := 0
	for n < len(rest) && rest[n] != '/' && rest[n] != ':' {
		n++
	}
	host := rest[:n]
	if _, ok := quad(host); !ok {
		if ace, err := plainName(host, 2); err != nil || ace || isOnion(host) {
			return false
		}
	}
	if n < len(rest) && rest[n] == ':' {
		end := strings.IndexByte(rest, '/')
		if end < 0 {
			return false
		}
		port, ok := decimal(rest[n+1:end], 65535)
		if !ok || port == 0 || uint16(port) == sc.port {
			return false
		}
		n = end
	}
	return n < len(rest) && isCanonicalPath(rest[n:])
}

// isCanonicalPath checks a path that starts with "/", and a query.
func isCanonicalPath(s string) bool {
	allowed := pathByte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if urlBytes[c]&allowed == 0 {
			switch {
			case c == '?' && allowed == pathByte:
				allowed = queryByte
			case c == '%' && i+2 < len(s) && isCanonicalEscape(s[i+1], s[i+2]):
				i += 2
			default:
				return false
			}
			continue
		}
		if c == '.' && allowed == pathByte && s[i-1] == '/' {
			j := i + 1
			if j < len(s) && s[j] == '.' {
				j++
			}
			if j == len(s) || s[j] == '/' || s[j] == '?' {
				return false
			}
		}
	}
	return true
}
