package value

import (
	"net/netip"
	"strings"

	"entente/internal/core/fault"
)

var (
	errIPv4   = invalid("not an IPv4 address", "write four numbers from 0 to 255 with dots and without leading zeros, such as 192.0.2.7")
	errIPv6   = invalid("not an IPv6 address", "write it as in RFC 4291, such as 2001:db8::1, without brackets and zone")
	errIP     = invalid("not an IP address", "write an IPv4 address such as 192.0.2.7 or an IPv6 address such as 2001:db8::1")
	errMapped = invalid("an IPv4 address written as IPv6", "read it as IPv4: the last four bytes are the address")
	errZone   = invalid("an IPv6 address with a zone", "drop the part from the per cent sign on: it means something on one machine only")
	errCIDR   = invalid("not a network in CIDR form", "write an address, a slash and the prefix length, such as 192.0.2.0/24")
)

// ParseIPv4 reads a dotted quad. Leading zeros are refused, since some
// programs read them as octal.
func ParseIPv4(s string) (Value, error) {
	a, ok := quad(s)
	if !ok {
		return Value{}, errIPv4
	}
	return Value{kind: IPv4, addr: netip.AddrFrom4(a)}, nil
}

// quad reads exactly four decimal numbers with dots between.
func quad(s string) (a [4]byte, ok bool) {
	if len(s) < 7 || len(s) > 15 {
		return a, false
	}
	part, digits, n := 0, 0, uint(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if d := uint(c - '0'); d <= 9 {
			if digits > 0 && n == 0 {
				return a, false
			}
			n = n*10 + d
			digits++
			if n > 255 {
				return a, false
			}
			continue
		}
		if c != '.' || digits == 0 || part == 3 {
			return a, false
		}
		a[part] = byte(n)
		part, digits, n = part+1, 0, 0
	}
	if part != 3 || digits == 0 {
		return a, false
	}
	a[3] = byte(n)
	return a, true
}

// ParseIPv6 reads an IPv6 address; its canonical form is that of RFC 5952. A
// zone and an IPv4-mapped address are refused (ParseIP reads the latter as
// IPv4).
func ParseIPv6(s string) (Value, error) {
	v, err := parse6(s)
	if err == nil && v.kind != IPv6 {
		return Value{}, errMapped
	}
	return v, err
}

func parse6(s string) (Value, error) {
	if len(s) < 2 || len(s) > 64 || strings.IndexByte(s, ':') < 0 {
		return Value{}, errIPv6
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return Value{}, errIPv6
	}
	if a.Zone() != "" {
		return Value{}, errZone
	}
	return FromAddr(a), nil
}

// ParseIP reads an IPv4 or an IPv6 address. An IPv4-mapped IPv6 address gives
// an IPv4 value (RFC 4291 2.5.5.2).
func ParseIP(s string) (Value, error) {
	for i := 0; i < len(s) && i < 5; i++ {
		switch s[i] {
		case '.':
			a, ok := quad(s)
			if !ok {
				return Value{}, errIPv4
			}
			return Value{kind: IPv4, addr: netip.AddrFrom4(a)}, nil
		case ':':
			return parse6(s)
		}
	}
	return Value{}, errIP
}

// ParseCIDR reads an address, a slash and a prefix length. Host bits must be
// zero; the error names the network that was probably meant.
func ParseCIDR(s string) (Value, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return Value{}, errCIDR
	}
	if m := p.Masked(); m.Addr() != p.Addr() {
		return Value{}, fault.Newf(fault.Invalid, "write the network "+m.String()+", or the address alone",
			"host bits are set in %s: the network is %s", s, m)
	}
	return FromPrefix(p), nil
}

// FromPrefix makes a CIDR value; host bits are cleared. A prefix of
// IPv4-mapped addresses becomes IPv4. An invalid prefix gives the zero Value.
func FromPrefix(p netip.Prefix) Value {
	if !p.IsValid() {
		return Value{}
	}
	a, bits := p.Addr(), p.Bits()
	if a.Is4In6() && bits >= 96 {
		a, bits = a.Unmap(), bits-96
	}
	m := netip.PrefixFrom(a, bits).Masked()
	return Value{kind: CIDR, addr: m.Addr(), bits: uint8(bits)}
}
