package judge

import (
	"net/netip"

	"github.com/gaissmai/bart"
)

// Special is one block of address space that no organisation on the Internet
// has, or one that lies in such a block and is reachable all the same.
type Special struct {
	Prefix netip.Prefix
	Name   string // "" if it is reachable
	Source string
}

// Specials lists the special-purpose address registries of IANA (RFC 6890 and
// its updates), multicast, and the site-local block that RFC 3879 withdrew.
// Teredo and 6to4 carry real hosts and are not in it.
func Specials() []Special { return append([]Special(nil), specials...) }

// Bogon gives the name of the special block an address lies in, "" if it may
// belong to somebody.
func Bogon(a netip.Addr) string {
	name, _ := specialTable.Lookup(a.Unmap().WithZone(""))
	return name
}

var specialTable = func() *bart.Table[string] {
	t := &bart.Table[string]{}
	for _, s := range specials {
		t.Insert(s.Prefix, s.Name)
	}
	return t
}()

func block(prefix, name, source string) Special {
	return Special{netip.MustParsePrefix(prefix), name, source}
}

var specials = []Special{
	block("0.0.0.0/8", "this network", "RFC 791"),
	block("10.0.0.0/8", "private use", "RFC 1918"),
	block("100.64.0.0/10", "shared address space", "RFC 6598"),
	block("127.0.0.0/8", "loopback", "RFC 1122"),
	block("169.254.0.0/16", "link local", "RFC 3927"),
	block("172.16.0.0/12", "private use", "RFC 1918"),
	block("192.0.0.0/24", "protocol assignments", "RFC 6890"),
	block("192.0.0.9/32", "", "RFC 7723"),
	block("192.0.0.10/32", "", "RFC 8155"),
	block("192.0.2.0/24", "documentation (TEST-NET-1)", "RFC 5737"),
	block("192.88.99.0/24", "6to4 relay anycast, withdrawn", "RFC 7526"),
	block("192.168.0.0/16", "private use", "RFC 1918"),
	block("198.18.0.0/15", "benchmarking", "RFC 2544"),
	block("198.51.100.0/24", "documentation (TEST-NET-2)", "RFC 5737"),
	block("203.0.113.0/24", "documentation (TEST-NET-3)", "RFC 5737"),
	block("224.0.0.0/4", "multicast", "RFC 5771"),
	block("240.0.0.0/4", "reserved", "RFC 1112"),
	block("255.255.255.255/32", "limited broadcast", "RFC 919"),
	block("::/128", "unspecified", "RFC 4291"),
	block("::1/128", "loopback", "RFC 4291"),
	block("64:ff9b:1::/48", "translation, local use", "RFC 8215"),
	block("100::/64", "discard only", "RFC 6666"),
	block("100:0:0:1::/64", "dummy", "RFC 9780"),
	block("2001::/23", "protocol assignments", "RFC 2928"),
	block("2001::/32", "", "RFC 4380"),
	block("2001:1::1/128", "", "RFC 7723"),
	block("2001:1::2/128", "", "RFC 8155"),
	block("2001:1::3/128", "", "RFC 9665"),
	block("2001:2::/48", "benchmarking", "RFC 5180"),
	block("2001:3::/32", "", "RFC 7450"),
	block("2001:4:112::/48", "", "RFC 7535"),
	block("2001:10::/28", "ORCHID, withdrawn", "RFC 4843"),
	block("2001:20::/28", "", "RFC 7343"),
	block("2001:30::/28", "", "RFC 9374"),
	block("2001:db8::/32", "documentation", "RFC 3849"),
	block("3fff::/20", "documentation", "RFC 9637"),
	block("5f00::/16", "segment routing", "RFC 9602"),
	block("fc00::/7", "unique local", "RFC 4193"),
	block("fe80::/10", "link local", "RFC 4291"),
	block("fec0::/10", "site local, withdrawn", "RFC 3879"),
	block("ff00::/8", "multicast", "RFC 4291"),
}
