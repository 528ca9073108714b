package n6

// key is a key of n6 that becomes a field of ours; all others go to the details.
type key uint8

const (
	other key = iota
	when
	kind
	restriction
	address
	link
	fqdn
	sha256
	sha1
	md5
	certificate
	email
	name
	sport
	dport
	proto
	status
	message
	keys
)

var names = [keys]string{when: "time", kind: "category", restriction: "restriction", address: "address", link: "url", fqdn: "fqdn",
	sha256: "sha256", sha1: "sha1", md5: "md5", certificate: "x509fp_sha1", email: "email", name: "name", sport: "sport", dport: "dport",
	proto: "proto", status: "status", message: "type"}

func keyOf(b []byte) key {
	switch string(b) {
	case "time":
		return when
	case "category":
		return kind
	case "restriction":
		return restriction
	case "address":
		return address
	case "url":
		return link
	case "fqdn":
		return fqdn
	case "sha256":
		return sha256
	case "sha1":
		return sha1
	case "md5":
		return md5
	case "x509fp_sha1":
		return certificate
	case "email":
		return email
	case "name":
		return name
	case "sport":
		return sport
	case "dport":
		return dport
	case "proto":
		return proto
	case "status":
		return status
	case "type":
		return message
	}
	return other
}
