package misp

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// reader is the work space of one Read.
type reader struct {
	opt   feed.Options
	label string

	fields []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// attribute is what an attribute says.
type attribute struct {
	kind, text        string
	when, first, last string
	detect, deleted   bool
	marks
}

// row turns an attribute into r.obs[0], or says why not and in which field. An
// attribute that is neither marked for detection nor names anything that acts
// only describes, and is no row.
func (r *reader) row(h *header, thing *object, raw []byte, bad error) (why feed.Reason, field string, isRow bool) {
	if bad == flatjson.ErrTooLong {
		return feed.LineTooLong, "", true
	}
	fs, err := flatjson.Object(raw, r.fields[:0])
	r.fields = fs
	switch {
	case bad == nil && err == nil:
	case err == flatjson.ErrText, bad == flatjson.ErrText, bytes.IndexByte(raw, 0) >= 0, !utf8.Valid(raw):
		return feed.BadText, "", true
	default:
		return feed.BadRow, "", true
	}
	r.more.Drop()
	r.about(h, thing)
	var a attribute
	if field := a.read(fs, &r.more); field != "" {
		return feed.BadText, field, true
	}
	if thing != nil {
		a.deleted = a.deleted || thing.deleted
		if a.first == "" && a.last == "" {
			a.first, a.last = thing.first, thing.last
		}
	}
	if !a.detect && !acts(a.kind) {
		return 0, "", false
	}
	why, field = r.observe(&a, h, thing)
	return why, field, true
}

// about keeps what the row is part of.
func (r *reader) about(h *header, thing *object) {
	r.more.Text("event_uuid", h.uuid)
	r.more.Text("event_info", h.info)
	r.more.Text("event_org", h.org)
	if thing != nil {
		r.more.Text("object_name", thing.name)
		r.more.Text("object_uuid", thing.uuid)
		r.more.Text("object_comment", thing.comment)
	}
}

// read takes the fields of an attribute; what has no place goes to the details.
// It gives the field that holds a NUL.
func (a *attribute) read(fs []flatjson.Field, more *flatjson.Details) (bad string) {
	for i := range fs {
		f := &fs[i]
		t := ""
		if f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			text := bytes.TrimSpace(f.Text())
			if t = string(text); strings.IndexByte(t, 0) >= 0 {
				return string(f.Key)
			}
		}
		switch string(f.Key) {
		case "type":
			a.kind = t
		case "value":
			a.text = t
			continue
		case "timestamp":
			a.when = t
			continue
		case "first_seen":
			a.first = t
			continue
		case "last_seen":
			a.last = t
			continue
		case "to_ids":
			if a.detect = truth(f); a.detect {
				continue
			}
		case "deleted":
			if a.deleted = truth(f); !a.deleted {
				continue
			}
		case "Tag":
			a.marks = markings(f.Raw)
		case "Galaxy", "disable_correlation":
			continue // the clusters are among the tags
		}
		more.Value(string(f.Key), f.Raw)
	}
	return ""
}

// observe reads an attribute that is a row.
func (r *reader) observe(a *attribute, h *header, thing *object) (feed.Reason, string) {
	o := &r.obs[0]
	*o = feed.Observation{Context: !a.detect || a.deleted}
	if !acts(a.kind) {
		return feed.NoValue, "type"
	}
	above := []*marks{&a.marks, &h.marks}
	if thing != nil {
		above = []*marks{&a.marks, &thing.marks, &h.marks}
	}
	if r.class(o, above); o.Class == 0 {
		return feed.BadClass, "Tag"
	}
	why, field := feed.Reason(0), ""
	if o.Time, why, field = r.time(a, h); why != 0 {
		return why, field
	}
	if a.text == "" {
		return feed.NoValue, "value"
	}
	if why := target(o, a.kind, a.text, &r.more); why != 0 {
		return why, "value"
	}
	if a.deleted {
		o.Status = "deleted" // the producer took its word back; that says nothing of the value
	}
	own := r.opt.Label
	for _, m := range above {
		own = sharing.StrictestTLP(own, m.label)
		if o.Family == "" {
			o.Family = m.family
		}
	}
	if r.opt.Label == "" && h.label == "" {
		own = sharing.StrictestTLP(own, "AMBER")
	}
	if own != sharing.StrictestTLP(r.label, "") {
		o.Label = own
	}
	if o.Family == "" {
		o.Family = strings.ToLower(r.opt.Family)
	}
	o.Details = r.more.Take()
	return 0, ""
}

// class takes the class of the nearest tag; then --class; of tags that say no
// more than "other", only where there is no --class. What is not for detection
// opens no case and needs none.
func (r *reader) class(o *feed.Observation, above []*marks) {
	for _, m := range above {
		weak := m.class == rsit.Other || m.class == rsit.Undetermined
		if m.class != 0 && (!weak || r.opt.Class == 0) {
			o.Class, o.Said = m.class, m.said
			return
		}
	}
	if o.Class = r.opt.Class; o.Class == 0 && o.Context {
		o.Class = rsit.Undetermined
	}
}

// time is the last time that the producer says; else when the attribute was
// written; else the event's.
func (r *reader) time(a *attribute, h *header) (int64, feed.Reason, string) {
	for _, s := range []struct{ field, text string }{{"last_seen", a.last}, {"first_seen", a.first}} {
		if s.text == "" {
			continue
		}
		if s.field == "last_seen" {
			r.more.Text("first_seen", a.first)
		}
		t, ok := clock.ISO(s.text)
		if !ok {
			return 0, feed.BadTime, s.field
		}
		m, why := t.UTC(r.opt.Zone, r.opt.Now)
		return m, why, s.field
	}
	for _, text := range []string{a.when, h.when} {
		if text == "" || text == "0" {
			continue
		}
		secs, err := strconv.ParseInt(text, 10, 48)
		if err != nil || !clock.Bounds(secs*1_000_000, r.opt.Now) {
			return 0, feed.BadTime, "timestamp"
		}
		return secs * 1_000_000, 0, ""
	}
	if h.date == "" {
		return 0, feed.NoTime, "timestamp"
	}
	t, ok := clock.ISO(h.date)
	if !ok {
		return 0, feed.BadTime, "date"
	}
	zone := r.opt.Zone
	if zone == nil {
		zone = time.UTC // a day is its beginning
	}
	m, why := t.UTC(zone, r.opt.Now)
	return m, why, "date"
}
