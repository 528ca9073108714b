package value

import "entente/internal/core/fault"

// Parse reads s as a value of kind k. It is strict: what it accepts has one
// canonical form, and Parse(k, v.String()) gives v back. Surrounding space is
// an error. The errors are of kind fault.Invalid and cost nothing to make.
// The value may keep s.
func Parse(k Kind, s string) (Value, error) {
	switch k {
	case IPv4:
		return ParseIPv4(s)
	case IPv6:
		return ParseIPv6(s)
	case CIDR:
		return ParseCIDR(s)
	case ASN:
		return ParseASN(s)
	case Domain:
		return ParseDomain(s)
	case URL:
		return ParseURL(s)
	case Email:
		return ParseEmail(s)
	case MAC:
		return ParseMAC(s)
	case MD5:
		return ParseMD5(s)
	case SHA1:
		return ParseSHA1(s)
	case SHA256:
		return ParseSHA256(s)
	case SHA512:
		return ParseSHA512(s)
	case FileName:
		return ParseFileName(s)
	case CVE:
		return ParseCVE(s)
	case Onion:
		return ParseOnion(s)
	case Bitcoin:
		return ParseBitcoin(s)
	case Ethereum:
		return ParseEthereum(s)
	case Monero:
		return ParseMonero(s)
	}
	return Value{}, errKind
}

// invalid makes one of the package's constant errors.
func invalid(text, remedy string) *fault.Error {
	return fault.New(fault.Invalid, text, remedy)
}

var errKind = invalid("no such kind of value", "use one of the words in docs/values.md, such as ipv4, domain or url")
