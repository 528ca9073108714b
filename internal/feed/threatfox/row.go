package threatfox

import (
	"strings"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/columns"
	"entente/internal/feed/flatjson"
)

// threats gives the class of every threat type.
var threats = map[string]rsit.Class{
	"botnet_cc":        rsit.C2Server,
	"payload_delivery": rsit.MalwareDistribution,
	"payload":          rsit.MalwareDistribution, // the malware itself
	"cc_skimming":      rsit.MalwareDistribution, // hands out the script that reads cards
}

// indicator is what an indicator says, in all forms.
type indicator struct{ seen, value, kind, threat, malware string }

// reader is the work space of one Read.
type reader struct {
	now  time.Time
	obs  []feed.Observation
	more flatjson.Details
}

// row reads a row of the CSV.
func (r *reader) row(row *columns.Row) ([]feed.Observation, feed.Reason, string) {
	why, field := r.read(&indicator{seen: row.Get("first_seen_utc"), value: row.Get("ioc_value"), kind: row.Get("ioc_type"),
		threat: row.Get("threat_type"), malware: row.Get("malware_printable")})
	if why != 0 {
		return nil, why, field
	}
	r.more.Drop()
	row.Rest(&r.more)
	r.obs[0].Details = r.more.Take()
	return r.obs, 0, ""
}

// read turns an indicator into r.obs[0], or says why not and in which column.
func (r *reader) read(i *indicator) (why feed.Reason, field string) {
	o := &r.obs[0]
	*o = feed.Observation{}
	if i.seen == "" {
		return feed.NoTime, "first_seen_utc"
	}
	t, ok := clock.ISO(i.seen)
	if !ok {
		return feed.BadTime, "first_seen_utc"
	}
	if o.Time, why = t.UTC(time.UTC, r.now); why != 0 {
		return why, "first_seen_utc"
	}
	if o.Class, ok = threats[i.threat]; !ok {
		return feed.BadClass, "threat_type"
	}
	o.Said = i.threat
	if i.value == "" {
		return feed.NoValue, "ioc_value"
	}
	if why, field = pick(o, i); why != 0 {
		return why, field
	}
	if family := strings.ToLower(i.malware); family != "unknown malware" && family != "unknown" {
		o.Family = family
	}
	return 0, ""
}

// pick reads the value by its kind. A kind that we have no value for, such as
// SHA3, is told by the column of the kind.
func pick(o *feed.Observation, i *indicator) (feed.Reason, string) {
	var err error
	switch i.kind {
	case "ip:port":
		return service(o, i.value)
	case "domain":
		if strings.HasSuffix(strings.ToLower(i.value), ".onion") {
			o.Value, err = value.ParseOnion(i.value)
		} else {
			o.Value, err = value.ParseDomain(value.Refang(i.value))
		}
	case "url":
		o.Value, err = value.ParseURL(value.Refang(i.value))
	case "md5_hash":
		o.Value, err = value.ParseMD5(i.value)
	case "sha1_hash":
		o.Value, err = value.ParseSHA1(i.value)
	case "sha256_hash":
		o.Value, err = value.ParseSHA256(i.value)
	default:
		return feed.BadValue, "ioc_type"
	}
	if err != nil {
		return feed.BadValue, "ioc_value"
	}
	return 0, ""
}

// service reads 192.0.2.1:443 and [2001:db8::1]:443. The port is the last colon's,
// also where an IPv6 address lacks its brackets.
func service(o *feed.Observation, text string) (feed.Reason, string) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return feed.BadPort, "ioc_value"
	}
	host := text[:colon]
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	v, err := value.ParseIP(value.Refang(host))
	if err != nil {
		return feed.BadValue, "ioc_value"
	}
	port, ok := portOf(text[colon+1:])
	if !ok {
		return feed.BadPort, "ioc_value"
	}
	o.Value, o.Port = v, port
	return 0, ""
}

// portOf reads a port of 1 to 65535 without leading zeros.
func portOf(s string) (uint16, bool) {
	if s == "" || len(s) > 5 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return uint16(n), n <= 65535
}
