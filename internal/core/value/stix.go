package value

import (
	"strconv"

	"github.com/google/uuid"
)

// stixNamespace is the namespace of deterministic ids of cyber-observable
// objects (STIX 2.1 section 2.9).
var stixNamespace = uuid.MustParse("00abedb4-aa42-466c-9c01-fed23315a9b7")

// STIXType gives the type of the STIX 2.1 cyber-observable object that holds
// the value. Kinds without one (CVE, wallets) give false.
func (v Value) STIXType() (string, bool) {
	switch v.kind {
	case IPv4:
		return "ipv4-addr", true
	case IPv6:
		return "ipv6-addr", true
	case CIDR:
		if v.addr.Is4() {
			return "ipv4-addr", true
		}
		return "ipv6-addr", true
	case ASN:
		return "autonomous-system", true
	case Domain, Onion:
		return "domain-name", true
	case URL:
		return "url", true
	case Email:
		return "email-addr", true
	case MAC:
		return "mac-addr", true
	case MD5, SHA1, SHA256, SHA512, FileName:
		return "file", true
	}
	return "", false
}

// STIXID gives the deterministic id of that object, "type--uuid": UUIDv5 over
// the canonical JSON (RFC 8785) of the properties that STIX 2.1 names as
// contributing. An object with more of those properties has another id.
func (v Value) STIXID() (string, bool) {
	kind, ok := v.STIXType()
	if !ok {
		return "", false
	}
	var buf [256]byte
	id := uuid.NewSHA1(stixNamespace, v.appendContributing(buf[:0]))
	return kind + "--" + id.String(), true
}

func (v Value) appendContributing(b []byte) []byte {
	switch v.kind {
	case ASN:
		b = strconv.AppendUint(append(b, `{"number":`...), uint64(v.num), 10)
		return append(b, '}')
	case MD5, SHA1, SHA256, SHA512:
		name := map[Kind]string{MD5: "MD5", SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512"}[v.kind]
		b = append(append(append(b, `{"hashes":{"`...), name...), `":`...)
		return append(appendJSON(b, v.text), "}}"...)
	case FileName:
		return append(appendJSON(append(b, `{"name":`...), v.text), '}')
	case IPv4, IPv6, CIDR:
		b = append(b, `{"value":"`...)
		return append(v.AppendText(b), `"}`...)
	}
	return append(appendJSON(append(b, `{"value":`...), v.text), '}')
}

// appendJSON appends valid UTF-8 without control characters as a string of
// canonical JSON.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
