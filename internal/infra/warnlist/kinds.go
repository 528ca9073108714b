package warnlist

import "entente/internal/core/value"

// kindSet is a set of kinds of value.
type kindSet uint32

const addrKinds = kindSet(1<<value.IPv4 | 1<<value.IPv6)

func kinds(list ...value.Kind) (s kindSet) {
	for _, k := range list {
		s |= 1 << k
	}
	return s
}

// attributeKinds maps a type of MISP attribute to our kinds. Composite types
// name an address or a name together with something else and count as their
// parts, but domain|ip, which stands in nearly every list, counts as nothing:
// the lists that mean domains or addresses also name them alone.
var attributeKinds = map[string]kindSet{
	"ip-src": addrKinds | 1<<value.CIDR, "ip-dst": addrKinds | 1<<value.CIDR,
	"ip-src|port": addrKinds | 1<<value.CIDR, "ip-dst|port": addrKinds | 1<<value.CIDR,
	"hostname": 1 << value.Domain, "domain": 1 << value.Domain, "hostname|port": 1 << value.Domain,
	"url": 1 << value.URL, "uri": 1 << value.URL, "link": 1 << value.URL,
	"md5": 1 << value.MD5, "sha1": 1 << value.SHA1, "sha256": 1 << value.SHA256, "sha512": 1 << value.SHA512,
	"filename|md5": 1 << value.MD5, "filename|sha1": 1 << value.SHA1,
	"filename|sha256": 1 << value.SHA256, "filename|sha512": 1 << value.SHA512,
	"x509-fingerprint-md5": 1 << value.MD5, "x509-fingerprint-sha1": 1 << value.SHA1,
	"x509-fingerprint-sha256": 1 << value.SHA256,
	"filename":                1 << value.FileName,
	"email":                   1 << value.Email, "email-src": 1 << value.Email, "email-dst": 1 << value.Email,
	"target-email": 1 << value.Email, "whois-registrant-email": 1 << value.Email, "dns-soa-email": 1 << value.Email,
	"AS": 1 << value.ASN, "mac-address": 1 << value.MAC, "vulnerability": 1 << value.CVE,
	"btc": 1 << value.Bitcoin, "xmr": 1 << value.Monero,
}

// kindsOf gives the kinds that a list's attributes name.
func kindsOf(attributes []string) (s kindSet) {
	for _, a := range attributes {
		s |= attributeKinds[a]
	}
	return s
}
