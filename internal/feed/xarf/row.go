package xarf

import (
	"bytes"
	"net/netip"
	"strings"
	"unicode/utf8"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/list"
)

// said is what a report says, of either version.
type said struct {
	category, kind         string
	when                   string
	source, url            string
	port, servicePort      string
	transport              string
	family, cve            string
	service, brand         string
	severity, country, asn string
	label                  string
}

// names are the fields' names in a version, for rejects and details.
type names struct{ when, kind, source, url, port, servicePort, transport string }

// row turns a report into r.obs[0], or says why not and in which field.
func (r *reader) row(el []byte) (feed.Reason, string) {
	fs, err := flatjson.Object(el, r.fields[:0])
	r.fields = fs
	switch {
	case err == nil:
	case err == flatjson.ErrText, bytes.IndexByte(el, 0) >= 0, !utf8.Valid(el):
		return feed.BadText, ""
	default:
		return feed.BadRow, ""
	}
	r.more.Drop()
	r.obs[0] = feed.Observation{}
	switch version(fs) {
	case 4:
		return r.four(fs)
	case 3:
		return r.three(fs)
	}
	return feed.BadRow, "xarf_version"
}

// text reads a plain value; false where it holds a NUL.
func text(f *flatjson.Field) (string, bool) {
	if f.Kind == flatjson.Array || f.Kind == flatjson.Nested {
		return "", true
	}
	t := bytes.TrimSpace(f.Text())
	return string(t), bytes.IndexByte(t, 0) < 0
}

// finish reads what was said into the observation.
func (r *reader) finish(s *said, class rsit.Class, n *names) (feed.Reason, string) {
	o := &r.obs[0]
	o.Class = class
	if s.when == "" {
		return feed.NoTime, n.when
	}
	t, ok := clock.ISO(s.when)
	if !ok {
		return feed.BadTime, n.when
	}
	var why feed.Reason
	if o.Time, why = t.UTC(r.zone, r.now); why != 0 {
		return why, n.when
	}
	if why, field := r.target(s, n); why != 0 {
		return why, field
	}
	if why, field := r.service(s, n); why != 0 {
		return why, field
	}
	o.Family = r.familyOf(s)
	o.Severity = severity(s.severity)
	o.Country = strings.ToUpper(s.country)
	if v, err := value.ParseASN(s.asn); err == nil {
		o.ASN = v.ASN()
	} else {
		r.more.Text("asn", s.asn)
	}
	o.Label = r.stricter(s.label)
	o.Details = r.more.Take()
	return 0, ""
}

// target picks what acts: for pages and files the URL, else the source.
func (r *reader) target(s *said, n *names) (feed.Reason, string) {
	o := &r.obs[0]
	if s.url != "" && (s.source == "" || pages(s.category, o.Class)) {
		v, err := value.ParseURL(value.Refang(s.url))
		if err != nil {
			return feed.BadValue, n.url
		}
		o.Value = v
		if ip, err := netip.ParseAddr(s.source); err == nil && ip.Zone() == "" {
			o.At = ip.Unmap()
		} else if s.source != s.url {
			r.more.Text(n.source, s.source)
		}
		return 0, ""
	}
	if s.source == "" {
		return feed.NoValue, n.source
	}
	v, port, why := list.Parse(s.source)
	if why != 0 {
		return why, n.source
	}
	o.Value, o.Port = v, port
	r.more.Text(n.url, s.url)
	return 0, ""
}

// service reads port and transport. The port of a weak service is the
// service's; of an attack it is the one that the source sent from.
func (r *reader) service(s *said, n *names) (feed.Reason, string) {
	o := &r.obs[0]
	port, field, rest, other := s.port, n.port, s.servicePort, n.servicePort
	if s.category == "vulnerability" && s.servicePort != "" {
		port, field, rest, other = rest, other, port, field
	}
	if rest != port {
		r.more.Text(other, rest)
	}
	if port != "" {
		p, ok := (&flatjson.Field{Kind: flatjson.Number, Raw: []byte(port)}).Number(65535)
		if !ok || p == 0 {
			return feed.BadPort, field
		}
		if o.Value.Kind() == value.URL {
			r.more.Text(field, port) // a URL has its own
		} else {
			o.Port = uint16(p)
		}
	}
	switch low := strings.ToLower(s.transport); low {
	case "tcp", "udp", "icmp", "sctp":
		o.Transport = low
	default:
		r.more.Text(n.transport, s.transport)
	}
	return 0, ""
}

// familyOf gives the malware, else the weakness, service or brand that the
// class is about. What is not taken is kept.
func (r *reader) familyOf(s *said) string {
	var family string
	switch r.obs[0].Class {
	case rsit.VulnerableSystem:
		family, s.cve = s.cve, ""
	case rsit.UnwantedAccessible, rsit.Misconfiguration:
		family, s.service = s.service, ""
	case rsit.Phishing:
		family, s.brand = s.brand, ""
	}
	if family == "" {
		family, s.family = s.family, ""
	}
	r.more.Text("malware_family", s.family)
	r.more.Text("cve_id", s.cve)
	r.more.Text("service", s.service)
	r.more.Text("target_brand", s.brand)
	if family == "" {
		return r.family
	}
	return strings.ToLower(family)
}

func severity(word string) string {
	switch low := strings.ToLower(word); low {
	case "critical", "high", "medium", "low", "info":
		return low
	case "informational":
		return "info"
	}
	return ""
}
