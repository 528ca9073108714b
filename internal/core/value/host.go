package value

import (
	"net/netip"
	"strings"
)

// Host gives the host of a URL as a Domain, Onion, IPv4 or IPv6 value, and the
// domain of an e-mail address as a Domain or Onion value. Other kinds have none.
func (v Value) Host() (Value, bool) {
	switch v.kind {
	case Email:
		return nameValue(v.text[strings.LastIndexByte(v.text, '@')+1:]), true
	case URL:
		host, _ := v.authority()
		if host[0] == '[' {
			a, err := netip.ParseAddr(host[1 : len(host)-1])
			return FromAddr(a), err == nil
		}
		if a, ok := quad(host); ok {
			return Value{kind: IPv4, addr: netip.AddrFrom4(a)}, true
		}
		return nameValue(host), true
	}
	return Value{}, false
}

// HostPort gives the port of a URL: the one it names, else the default of its
// scheme, else 0. Other kinds give 0.
func (v Value) HostPort() uint16 {
	if v.kind != URL {
		return 0
	}
	if _, port := v.authority(); port != "" {
		n, _ := decimal(port, 65535)
		return uint16(n)
	}
	s, _ := findScheme(v.text[:strings.IndexByte(v.text, ':')])
	return s.port
}

// authority gives host (an IPv6 address in brackets) and port of a canonical URL.
func (v Value) authority() (host, port string) {
	s := v.text[strings.IndexByte(v.text, ':')+3:]
	for i := 0; i < len(s); i++ {
		if s[i] == '/' || s[i] == '?' {
			s = s[:i]
			break
		}
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	if s[0] == '[' {
		end := strings.IndexByte(s, ']') + 1
		return s[:end], strings.TrimPrefix(s[end:], ":")
	}
	host, port, _ = strings.Cut(s, ":")
	return host, port
}

// nameValue makes a value of a host name that is known to be canonical.
func nameValue(name string) Value {
	if isOnion(name) {
		return Value{kind: Onion, text: name}
	}
	return Value{kind: Domain, text: name}
}
