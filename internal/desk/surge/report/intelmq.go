package report

import (
	"strconv"
	"strings"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/ui"
)

// appendEvent appends an observation as one event of IntelMQ (3.x) with flat
// dotted keys, one line of JSON. Fields that IntelMQ's harmonisation would
// refuse are left out or moved below "extra.", never bent.
//
// IntelMQ knows four levels of TLP 1.0: CLEAR goes out as WHITE, and
// AMBER+STRICT as RED, because its AMBER would let the receiver's clients see
// it. The exact level is in extra.entente_tlp.
func appendEvent(b []byte, r *eventlog.Row) []byte {
	typ, taxonomy := intelmqType(r.Class)
	b = append(b, `{"__type":"Event","classification.type":"`...)
	b = append(b, typ...)
	b = append(b, `","classification.taxonomy":"`...)
	b = append(b, taxonomy...)
	b = append(b, '"')
	malware := false
	switch typ {
	case "infected-system", "c2-server", "malware-distribution", "malware-configuration", "dga-domain":
		malware = true
	}
	if r.Family != "" {
		b = appendJSONField(b, "classification.identifier", strings.ToLower(r.Family))
		if malware && printable(r.Family) {
			b = appendJSONField(b, "malware.name", strings.ToLower(r.Family))
		}
	}
	b = appendJSONField(b, "feed.name", r.Feed)
	at := r.Observed
	if at == 0 {
		at = r.Snapshot
	}
	if at != 0 {
		b = append(b, `,"time.source":"`...)
		b = appendTime(b, at, 0, "+00:00")
		b = append(b, '"')
	}
	ip := r.Addr.IsValid()
	if ip {
		b = append(b, `,"source.ip":"`...)
		b = r.Addr.AppendTo(b)
		b = append(b, '"')
	}
	switch r.Kind {
	case "domain", "onion":
		b = appendJSONField(b, "source.fqdn", r.Value)
	case "url":
		b = appendJSONField(b, "source.url", r.Value)
	case "email":
		b = appendJSONField(b, "source.account", r.Value)
	case "md5", "sha1", "sha256":
		b = append(b, `,"malware.hash.`...)
		b = append(b, r.Kind...)
		b = append(b, '"', ':')
		b = appendJSON(b, r.Value)
	case "ipv4", "ipv6":
		if !ip {
			b = appendJSONField(b, "source.ip", r.Value)
		}
	case "cidr":
		b = appendJSONField(b, "source.network", r.Value)
	case "asn":
	default:
		b = appendJSONField(b, "extra.entente_value", r.Value)
	}
	if r.Port != 0 {
		b = appendJSONNumber(b, "source.port", int64(r.Port))
	}
	if r.ASN != 0 {
		b = appendJSONNumber(b, "source.asn", int64(r.ASN))
	} else if r.Kind == "asn" {
		if n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(r.Value), "AS"), 10, 32); err == nil && n > 0 {
			b = appendJSONNumber(b, "source.asn", int64(n))
		}
	}
	if r.Prefix != "" && r.Kind != "cidr" {
		b = appendJSONField(b, "source.network", r.Prefix)
	}
	if kept(r.Network) {
		b = appendJSONField(b, "source.as_name", r.Network)
	}
	if len(r.Country) == 2 {
		b = appendJSONField(b, "source.geolocation.cc", r.Country)
	}
	switch r.Transport {
	case "tcp", "udp", "icmp", "sctp", "gre", "esp", "igmp", "ipv6-icmp":
		b = appendJSONField(b, "protocol.transport", r.Transport)
	}
	if kept(r.Status) {
		b = appendJSONField(b, "status", r.Status)
	}
	label := ui.ParseLabel(r.Label)
	b = append(b, `,"tlp":"`...)
	b = append(b, [...]string{"WHITE", "GREEN", "AMBER", "RED", "RED"}[label]...)
	b = append(b, `","extra.entente_tlp":"`...)
	b = append(b, label.Word()...)
	b = append(b, '"')
	if r.Class != typ {
		b = appendJSONField(b, "extra.entente_class", r.Class)
	}
	if r.Said != "" {
		b = appendJSONField(b, "extra.entente_said", r.Said)
	}
	if r.Severity != "" {
		b = appendJSONField(b, "extra.entente_severity", r.Severity)
	}
	if r.Mode == "snapshot" {
		b = append(b, `,"extra.entente_snapshot":"`...)
		b = appendTime(b, r.Snapshot, 0, "+00:00")
		b = append(b, '"')
	}
	b = appendJSONField(b, "extra.entente_owner", r.Owner)
	b = append(b, `,"extra.entente_case":"`...)
	b = appendID(b, r.Case)
	b = append(b, '"')
	b = appendExtra(b, r.Details)
	return append(b, "}\n"...)
}

// kept tells whether IntelMQ keeps a text: it drops these as empty.
func kept(s string) bool { return s != "" && s != "-" && s != "N/A" }

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// intelmqType gives IntelMQ's classification type and taxonomy of a class
// word. The taxonomy follows from the type (IntelMQ's own table).
func intelmqType(class string) (typ, taxonomy string) {
	switch class {
	case "infected-system", "c2-server", "malware-distribution", "malware-configuration":
		return class, "malicious-code"
	case "malware-dga-domain":
		return "dga-domain", "other"
	case "phishing", "copyright":
		return class, "fraud"
	case "unauthorised-use-of-resources":
		return "unauthorized-use-of-resources", "fraud"
	case "system-compromise", "application-compromise":
		return class, "intrusions"
	case "account-compromise":
		return "unprivileged-account-compromise", "intrusions"
	case "brute-force", "exploit":
		return class, "intrusion-attempts"
	case "scanner", "sniffing":
		return class, "information-gathering"
	case "ddos", "misconfiguration", "outage":
		return class, "availability"
	case "vulnerable-system", "ddos-amplifier", "potentially-unwanted-accessible", "information-disclosure", "weak-crypto":
		return class, "vulnerable"
	case "spam", "harmful-speech":
		return class, "abusive-content"
	case "data-leak":
		return class, "information-content-security"
	case "blocklist":
		return "blacklist", "other"
	case "undetermined":
		return class, "other"
	}
	return "other", "other"
}
