package report

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/infra/ui"
)

// stixObject holds what the objects of one case have in common.
type stixObject struct {
	refs     []string // ids of the case's observables
	marked   string   // `,"object_marking_refs":["..."]`
	created  int64
	modified int64
	data     [16]byte // UUID of the observed data, 0 if there is none
	pattern  []byte   // STIX pattern of the asset, empty if it can have none
	name     []byte
}

func (b *bundle) begin(c *Case, label ui.Label) {
	b.refs = b.refs[:0]
	b.pattern = b.pattern[:0]
	b.data = [16]byte{}
	b.marked = b.marks[label]
	b.created = c.First
	if b.created == 0 {
		b.created = b.now
	}
	b.modified = max(b.now, b.created)
}

// common begins an object of the case: type, id, sender, times, marking.
func (b *bundle) common(typ string, id [16]byte) {
	b.next()
	b.buf = append(b.buf, `{"type":"`...)
	b.buf = append(b.buf, typ...)
	b.buf = append(b.buf, `","spec_version":"2.1","id":"`...)
	b.buf = append(b.buf, typ...)
	b.buf = append(b.buf, "--"...)
	b.buf = appendUUID(b.buf, id)
	b.buf = append(b.buf, `","created_by_ref":"`...)
	b.buf = append(b.buf, b.node...)
	b.buf = append(b.buf, `","created":"`...)
	b.buf = appendMillis(b.buf, b.created)
	b.buf = append(b.buf, `","modified":"`...)
	b.buf = appendMillis(b.buf, b.modified)
	b.buf = append(b.buf, '"')
	b.buf = append(b.buf, b.marked...)
}

// appendMillis appends a time cut to milliseconds, as STIX wants created and
// modified.
func appendMillis(b []byte, us int64) []byte {
	return appendTime(b, us-us%1000, 3, "Z")
}

func (b *bundle) own(what string, c *Case) [16]byte {
	var room [96]byte
	return uuid5(b.ns, append(append(room[:0], what...), c.ID...))
}

// observedData writes what was seen, when and how often.
func (b *bundle) observedData(c *Case) {
	b.data = b.own("observed-data|", c)
	b.common("observed-data", b.data)
	b.buf = append(b.buf, `,"first_observed":"`...)
	b.buf = appendMillis(b.buf, b.created)
	b.buf = append(b.buf, `","last_observed":"`...)
	b.buf = appendMillis(b.buf, max(c.Last, b.created))
	b.buf = append(b.buf, '"')
	b.buf = appendJSONNumber(b.buf, "number_observed", min(max(c.Count, 1), 999_999_999))
	b.buf = append(b.buf, `,"object_refs":[`...)
	for i, ref := range b.refs {
		if i > 0 {
			b.buf = append(b.buf, ',')
		}
		b.buf = append(b.buf, '"')
		b.buf = append(b.buf, ref...)
		b.buf = append(b.buf, '"')
	}
	b.buf = append(b.buf, `],"labels":["rsit:`...)
	b.buf = append(b.buf, c.Class.String()...)
	b.buf = append(b.buf, '"')
	if c.Family != "" {
		b.buf = append(b.buf, ',')
		b.buf = appendJSON(b.buf, "family:"+c.Family)
	}
	if c.Severity != "" {
		b.buf = append(b.buf, ',')
		b.buf = appendJSON(b.buf, "severity:"+c.Severity)
	}
	b.buf = append(b.buf, ',')
	b.buf = appendJSON(b.buf, "owner:"+c.Owner)
	b.buf = append(b.buf, `],"external_references":[{"source_name":"entente-case"`...)
	b.buf = appendJSONField(b.buf, "external_id", c.ID)
	b.buf = append(b.buf, "}]}"...)
}

// indicator writes what others may look for, and why we think so.
func (b *bundle) indicator(c *Case) {
	if len(b.pattern) == 0 || b.data == ([16]byte{}) {
		return
	}
	id := b.own("indicator|", c)
	b.common("indicator", id)
	b.name = append(b.name[:0], c.Class.String()...)
	if c.Family != "" {
		b.name = append(append(b.name, ' '), c.Family...)
	}
	b.buf = append(b.buf, `,"name":`...)
	b.buf = appendJSON(b.buf, string(b.name))
	b.buf = append(b.buf, `,"indicator_types":["malicious-activity"],"pattern":`...)
	b.buf = appendJSON(b.buf, string(b.pattern))
	b.buf = append(b.buf, `,"pattern_type":"stix","valid_from":"`...)
	b.buf = appendMillis(b.buf, b.created)
	b.buf = append(b.buf, `"}`...)
	b.relation(c, "based-on", "indicator--", id, "observed-data--", b.data)
	if c.Family != "" && c.Class != rsit.Phishing {
		b.relation(c, "indicates", "indicator--", id, "malware--", b.malware(c.Family))
	}
}

func (b *bundle) relation(c *Case, kind, from string, a [16]byte, to string, z [16]byte) {
	b.common("relationship", b.own("relationship|"+kind+"|", c))
	b.buf = append(b.buf, `,"relationship_type":"`...)
	b.buf = append(b.buf, kind...)
	b.buf = append(b.buf, `","source_ref":"`...)
	b.buf = appendUUID(append(b.buf, from...), a)
	b.buf = append(b.buf, `","target_ref":"`...)
	b.buf = appendUUID(append(b.buf, to...), z)
	b.buf = append(b.buf, `"}`...)
}

// victim writes the sighting of a malware family or of a CVE at the owner.
func (b *bundle) victim(c *Case) {
	family := strings.ToUpper(c.Family)
	if c.Kind == "cve" {
		family = strings.ToUpper(c.Value)
	}
	var of string
	var id [16]byte
	switch {
	case isCVE(family):
		of, id = "vulnerability--", b.vulnerability(family)
	case c.Class == rsit.InfectedSystem && c.Family != "":
		of, id = "malware--", b.malware(c.Family)
	default:
		return
	}
	owner := uuid5(b.ns, []byte("organisation|"+c.Owner))
	ref := string(appendUUID([]byte("identity--"), owner))
	if b.seen.first(owner) {
		b.identity(ref, c.Owner)
	}
	b.common("sighting", b.own("sighting|", c))
	b.buf = append(b.buf, `,"first_seen":"`...)
	b.buf = appendMillis(b.buf, b.created)
	b.buf = append(b.buf, `","last_seen":"`...)
	b.buf = appendMillis(b.buf, max(c.Last, b.created))
	b.buf = append(b.buf, '"')
	b.buf = appendJSONNumber(b.buf, "count", min(max(c.Count, 0), 999_999_999))
	b.buf = append(b.buf, `,"sighting_of_ref":"`...)
	b.buf = appendUUID(append(b.buf, of...), id)
	if b.data != ([16]byte{}) {
		b.buf = append(b.buf, `","observed_data_refs":["observed-data--`...)
		b.buf = appendUUID(b.buf, b.data)
		b.buf = append(b.buf, `"],"where_sighted_refs":["`...)
	} else {
		b.buf = append(b.buf, `","where_sighted_refs":["`...)
	}
	b.buf = append(b.buf, ref...)
	b.buf = append(b.buf, `"]}`...)
}

// malware writes the object of a family at its first use.
func (b *bundle) malware(family string) [16]byte {
	id := uuid5(b.ns, []byte("malware|"+family))
	if b.seen.first(id) {
		b.named("malware", id, family)
		b.buf = append(b.buf, `,"is_family":true}`...)
	}
	return id
}

// vulnerability writes the object of a CVE at its first use.
func (b *bundle) vulnerability(cve string) [16]byte {
	id := uuid5(b.ns, []byte("vulnerability|"+cve))
	if b.seen.first(id) {
		b.named("vulnerability", id, cve)
		b.buf = append(b.buf, `,"external_references":[{"source_name":"cve"`...)
		b.buf = appendJSONField(b.buf, "external_id", cve)
		b.buf = append(b.buf, "}]}"...)
	}
	return id
}

func (b *bundle) named(typ string, id [16]byte, name string) {
	b.next()
	b.buf = append(b.buf, `{"type":"`...)
	b.buf = append(b.buf, typ...)
	b.buf = append(b.buf, `","spec_version":"2.1","id":"`...)
	b.buf = append(b.buf, typ...)
	b.buf = append(b.buf, "--"...)
	b.buf = appendUUID(b.buf, id)
	b.buf = append(b.buf, `","created_by_ref":"`...)
	b.buf = append(b.buf, b.node...)
	b.buf = append(b.buf, `","created":"`+fixed+`","modified":"`+fixed+`"`...)
	b.buf = appendJSONField(b.buf, "name", name)
}

func isCVE(s string) bool {
	if len(s) < 13 || s[:4] != "CVE-" || s[8] != '-' {
		return false
	}
	for i := 4; i < len(s); i++ {
		if i != 8 && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
