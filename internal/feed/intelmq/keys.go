package intelmq

// key is a key of IntelMQ's harmonisation that becomes a field of ours; all
// others go to the details.
type key uint8

const (
	other key = iota
	sourceIP
	sourceNetwork
	sourceURL
	sourceFQDN
	sourcePort
	sourceASN
	sourceCountry
	hashMD5
	hashSHA1
	hashSHA256
	malwareName
	taxonomy
	typ
	timeSource
	timeObservation
	status
	transport
	severity
	tlp
	keys
)

// keyOf finds a key; the compiler makes a search by length of the switch.
func keyOf(b []byte) key {
	switch string(b) {
	case "source.ip":
		return sourceIP
	case "source.network":
		return sourceNetwork
	case "source.url":
		return sourceURL
	case "source.fqdn":
		return sourceFQDN
	case "source.port":
		return sourcePort
	case "source.asn":
		return sourceASN
	case "source.geolocation.cc":
		return sourceCountry
	case "malware.hash.md5":
		return hashMD5
	case "malware.hash.sha1":
		return hashSHA1
	case "malware.hash.sha256":
		return hashSHA256
	case "malware.name":
		return malwareName
	case "classification.taxonomy":
		return taxonomy
	case "classification.type":
		return typ
	case "time.source":
		return timeSource
	case "time.observation":
		return timeObservation
	case "status":
		return status
	case "protocol.transport":
		return transport
	case "extra.severity":
		return severity
	case "tlp":
		return tlp
	}
	return other
}
