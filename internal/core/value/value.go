// Package value owns typed data in canonical form: addresses, domains, URLs,
// hashes, wallets and their kin. It parses strictly, keeps one canonical form
// and one stable key per value, and finds values in free text. It imports only
// the standard library and small pure libraries; nothing else of Entente but
// fault.
package value

import (
	"net/netip"
)

// Kind is the type of a value. The numbers are part of stored keys: never
// reorder or reuse them.
type Kind uint8

// The kinds.
const (
	None     Kind = 0
	IPv4     Kind = 1
	IPv6     Kind = 2
	CIDR     Kind = 3
	ASN      Kind = 4
	Domain   Kind = 5
	URL      Kind = 6
	Email    Kind = 7
	MAC      Kind = 8
	MD5      Kind = 9
	SHA1     Kind = 10
	SHA256   Kind = 11
	SHA512   Kind = 12
	FileName Kind = 13
	CVE      Kind = 14
	Onion    Kind = 15
	Bitcoin  Kind = 16
	Ethereum Kind = 17
	Monero   Kind = 18
)

var kindNames = [...]string{"", "ipv4", "ipv6", "cidr", "asn", "domain", "url", "email", "mac", "md5", "sha1", "sha256", "sha512", "file-name", "cve", "onion", "bitcoin", "ethereum", "monero"}

// String gives the kind's word, as files, pages and JSON show it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// KindOf finds a kind by its word.
func KindOf(word string) (Kind, bool) {
	for i, n := range kindNames {
		if i > 0 && n == word {
			return Kind(i), true
		}
	}
	return None, false
}

// Value is a datum in canonical form. Values are comparable with ==; the zero
// Value is of kind None. Only the Parse functions make others, so a Value that
// exists is valid.
type Value struct {
	kind Kind
	bits uint8      // prefix length of a CIDR
	num  uint32     // number of an ASN
	addr netip.Addr // IPv4, IPv6, CIDR
	text string     // canonical text of every other kind
}

// Kind gives the value's kind.
func (v Value) Kind() Kind { return v.kind }

// IsZero tells whether v is no value.
func (v Value) IsZero() bool { return v.kind == None }

// Addr gives the address of an IPv4 or IPv6 value, the zero Addr otherwise.
func (v Value) Addr() netip.Addr {
	if v.kind == IPv4 || v.kind == IPv6 {
		return v.addr
	}
	return netip.Addr{}
}

// Prefix gives the network of a CIDR value, the zero Prefix otherwise.
func (v Value) Prefix() netip.Prefix {
	if v.kind == CIDR {
		return netip.PrefixFrom(v.addr, int(v.bits))
	}
	return netip.Prefix{}
}

// ASN gives the number of an ASN value, 0 otherwise.
func (v Value) ASN() uint32 { return v.num }

// FromAddr makes an IPv4 or IPv6 value. An IPv4-mapped IPv6 address becomes
// IPv4 (RFC 4291 2.5.5.2); a zone is dropped. The zero Addr gives the zero Value.
func FromAddr(a netip.Addr) Value {
	a = a.Unmap().WithZone("")
	switch {
	case a.Is4():
		return Value{kind: IPv4, addr: a}
	case a.Is6():
		return Value{kind: IPv6, addr: a}
	}
	return Value{}
}
