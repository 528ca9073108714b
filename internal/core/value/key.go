package value

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"net/netip"
	"strings"
)

var errKey = invalid("not the key of a value", "the key was cut or altered; take it again from where it came from")

// AppendKey appends the stable key to dst: the kind's byte, then 4 or 16
// address bytes, a network's address bytes and its length, 4 bytes of a number
// (big endian), or the canonical text. Equal values have equal keys and no
// others have. The zero Value appends nothing.
func (v Value) AppendKey(dst []byte) []byte {
	if v.kind == None {
		return dst
	}
	dst = append(dst, byte(v.kind))
	switch v.kind {
	case IPv4, IPv6:
		return appendAddr(dst, v.addr)
	case CIDR:
		return append(appendAddr(dst, v.addr), v.bits)
	case ASN:
		return binary.BigEndian.AppendUint32(dst, v.num)
	}
	return append(dst, v.text...)
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	if a.Is4() {
		b := a.As4()
		return append(dst, b[:]...)
	}
	b := a.As16()
	return append(dst, b[:]...)
}

// Key gives the stable key as a string of bytes.
func (v Value) Key() string {
	var buf [64]byte
	return string(v.AppendKey(buf[:0]))
}

// ParseKey reads what AppendKey wrote. Whatever is not exactly the key of a
// value is refused.
func ParseKey(key []byte) (Value, error) {
	if len(key) < 2 {
		return Value{}, errKey
	}
	kind, b := Kind(key[0]), key[1:]
	switch kind {
	case IPv4, IPv6:
		a, ok := netip.AddrFromSlice(b)
		if v := FromAddr(a); ok && v.kind == kind && a == v.addr {
			return v, nil
		}
		return Value{}, errKey
	case CIDR:
		a, ok := netip.AddrFromSlice(b[:len(b)-1])
		p := netip.PrefixFrom(a, int(b[len(b)-1]))
		if v := FromPrefix(p); ok && v.kind == CIDR && v.Prefix() == p {
			return v, nil
		}
		return Value{}, errKey
	case ASN:
		if len(b) != 4 || binary.BigEndian.Uint32(b) == 0 {
			return Value{}, errKey
		}
		return FromASN(binary.BigEndian.Uint32(b)), nil
	}
	s := string(b)
	v, err := Parse(kind, s)
	if err != nil || v.text != s {
		return Value{}, errKey
	}
	return v, nil
}

// Compare orders values as their keys are ordered: -1, 0 or 1.
func Compare(a, b Value) int {
	if a.kind != b.kind {
		return cmp.Compare(a.kind, b.kind)
	}
	switch a.kind {
	case IPv4, IPv6:
		return a.addr.Compare(b.addr)
	case CIDR:
		var x, y [18]byte
		return bytes.Compare(a.AppendKey(x[:0]), b.AppendKey(y[:0]))
	case ASN:
		return cmp.Compare(a.num, b.num)
	}
	return strings.Compare(a.text, b.text)
}
