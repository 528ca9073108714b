package xarf

import (
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// three reads a report of version 3. Who reports stays in the details; a report
// that may not be disclosed goes to nobody's clients.
func (r *reader) three(fs []flatjson.Field) (feed.Reason, string) {
	var s said
	n := names{when: "Date", kind: "ReportType", source: "SourceIp", url: "Url", port: "SourcePort", transport: "Protocol"}
	var report []flatjson.Field
	for i := range fs {
		f := &fs[i]
		switch string(f.Key) {
		case "Report":
			var err error
			if report, err = flatjson.Object(f.Raw, nil); err != nil {
				return feed.BadRow, "Report"
			}
			continue
		case "Disclosure":
			if f.Kind == flatjson.Bool && f.Raw[0] == 'f' {
				s.label = "AMBER+STRICT"
			}
		}
		r.more.Value(string(f.Key), f.Raw)
	}
	for i := range report {
		if bad, field := r.ofReport(&report[i], &s, &n); bad {
			return feed.BadText, field
		}
	}
	class, category, ok := classThree(s.kind)
	if !ok {
		return feed.BadClass, n.kind
	}
	r.obs[0].Said = s.category + "/" + s.kind
	s.category = category
	return r.finish(&s, class, &n)
}

// ofReport reads one field of Report; bad where it holds a NUL.
func (r *reader) ofReport(f *flatjson.Field, s *said, n *names) (bad bool, field string) {
	key := string(f.Key)
	t, clean := text(f)
	if !clean {
		return true, key
	}
	var to *string
	switch key {
	case "ReportClass":
		to = &s.category
	case "ReportType":
		to = &s.kind
	case "Date":
		to = &s.when
	case "SourceIp", "SourceIP":
		to = &s.source
	case "SourcePort":
		to = &s.port
	case "Url", "URL", "SourceUrl":
		to = &s.url
	case "Protocol":
		to = &s.transport
	case "Source", "AdditionalInfo":
		if f.Kind == flatjson.Nested {
			return r.nested(f, s, n)
		}
	}
	switch {
	case to != nil && *to == "" && t != "":
		*to = t
	default:
		r.more.Value(key, f.Raw)
	}
	return false, ""
}

// nested reads Source and what of AdditionalInfo we have a place for.
func (r *reader) nested(f *flatjson.Field, s *said, n *names) (bad bool, field string) {
	inner, err := flatjson.Object(f.Raw, nil)
	if err != nil {
		return false, ""
	}
	for i := range inner {
		g := &inner[i]
		t, clean := text(g)
		if !clean {
			return true, string(g.Key)
		}
		var to *string
		switch string(f.Key) + "." + string(g.Key) {
		case "Source.IP", "Source.Ip":
			to, n.source = &s.source, "Source.IP"
		case "Source.Port":
			to = &s.port
		case "Source.URL", "Source.Url":
			to, n.url = &s.url, "Source.URL"
		case "Source.Domain":
			if s.source == "" {
				to, n.source = &s.source, "Source.Domain"
			}
		case "AdditionalInfo.MalwareFamily":
			to = &s.family
		case "AdditionalInfo.TargetBrand":
			to = &s.brand
		}
		switch {
		case to != nil && *to == "" && t != "":
			*to = t
		default:
			r.more.Value(string(g.Key), g.Raw)
		}
	}
	return false, ""
}
