package xarf

import (
	"strings"

	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

var namesFour = names{when: "timestamp", kind: "type", source: "source_identifier", url: "url", port: "source_port", servicePort: "service_port", transport: "protocol"}

// four reads a report of version 4.
func (r *reader) four(fs []flatjson.Field) (feed.Reason, string) {
	var s said
	n := namesFour
	for i := range fs {
		f := &fs[i]
		t, clean := text(f)
		if !clean {
			return feed.BadText, string(f.Key)
		}
		to := s.place(string(f.Key), &n)
		switch {
		case string(f.Key) == "xarf_version":
			if !strings.HasPrefix(t, "4.") && t != "4" {
				return feed.BadRow, "xarf_version"
			}
			r.more.Text("xarf_version", t)
		case string(f.Key) == "tags":
			s.label = tagged(f.Raw)
			r.more.Value("tags", f.Raw)
		case to != nil && *to == "" && t != "" && (to != &s.country || len(t) == 2):
			*to = t
		default:
			r.more.Value(string(f.Key), f.Raw)
		}
	}
	class, ok := classFour(s.category, s.kind)
	if !ok {
		return feed.BadClass, "type"
	}
	r.obs[0].Said = s.category + "/" + s.kind
	return r.finish(&s, class, &n)
}

// place gives where a field's text belongs, nil for the details.
func (s *said) place(key string, n *names) *string {
	switch key {
	case "category":
		return &s.category
	case "class": // before the release of version 4
		return &s.category
	case "type":
		return &s.kind
	case "timestamp":
		return &s.when
	case "source_identifier":
		return &s.source
	case "url", "infringing_url":
		n.url = key
		return &s.url
	case "source_port":
		return &s.port
	case "service_port":
		return &s.servicePort
	case "protocol":
		return &s.transport
	case "malware_family":
		return &s.family
	case "cve_id":
		return &s.cve
	case "service":
		return &s.service
	case "target_brand":
		return &s.brand
	case "severity", "risk_level":
		return &s.severity
	case "country_code", "geographic_location":
		return &s.country
	case "asn":
		return &s.asn
	}
	return nil
}

// tagged gives the strictest label among a report's tags ("tlp:amber"), "" for
// none.
func tagged(raw []byte) (label string) {
	tags, err := flatjson.List(raw, nil)
	if err != nil {
		return ""
	}
	for _, t := range tags {
		if word := strings.ToLower(flatjson.Text(t)); strings.HasPrefix(word, "tlp:") {
			label = sharing.StrictestTLP(label, word)
		}
	}
	return label
}
