package value

import (
	"net/netip"
	"strconv"
)

// String gives the canonical text, "" for the zero Value.
func (v Value) String() string {
	switch v.kind {
	case IPv4, IPv6, CIDR, ASN:
		var buf [64]byte
		return string(v.AppendText(buf[:0]))
	}
	return v.text
}

// AppendText appends the canonical text to dst.
func (v Value) AppendText(dst []byte) []byte {
	switch v.kind {
	case IPv4, IPv6:
		return v.addr.AppendTo(dst)
	case CIDR:
		return netip.PrefixFrom(v.addr, int(v.bits)).AppendTo(dst)
	case ASN:
		return strconv.AppendUint(append(dst, "AS"...), uint64(v.num), 10)
	}
	return append(dst, v.text...)
}
