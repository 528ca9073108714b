package stix

import (
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// load reads an object that a row refers to; nil where it is not in the text.
func (r *reader) load(id string) *thing {
	u, ok := uuidOf(id)
	if !ok {
		return nil
	}
	if t := r.at(u); t != nil && t.id == id {
		return t
	}
	return nil
}

func (r *reader) at(u uuid) *thing {
	fs := r.fieldsAt(u)
	if fs == nil {
		return nil
	}
	t := &thing{}
	if t.read(fs) != "" {
		return nil
	}
	return t
}

func (r *reader) fieldsAt(u uuid) []flatjson.Field {
	s, ok := r.index.spans[u]
	if !ok {
		return nil
	}
	raw := make([]byte, s.n)
	if n, _ := r.text.ReadAt(raw, s.at); n < len(raw) {
		return nil
	}
	fs, err := flatjson.Object(raw, nil)
	if err != nil {
		return nil
	}
	return fs
}

// time gives when the row is of, and the field that says it.
func (r *reader) time(t *thing) (int64, feed.Reason, string) {
	text, field := t.from, "valid_from"
	switch {
	case t.kind == "observed-data" && t.last != "":
		text, field = t.last, "last_observed"
	case t.kind == "observed-data":
		text, field = t.first, "first_observed"
	case t.kind == "sighting" && t.last != "":
		text, field = t.last, "last_seen"
	case t.kind == "sighting" && t.first != "":
		text, field = t.first, "first_seen"
	case t.kind == "sighting":
		text, field = t.created, "created"
	}
	if text == "" {
		return 0, feed.NoTime, field
	}
	at, ok := clock.ISO(text)
	if !ok {
		return 0, feed.BadTime, field
	}
	m, why := at.UTC(r.opt.Zone, r.opt.Now)
	return m, why, field
}

// state says whether the producer stands by the row no more: revoked, which
// counts as gone; no longer valid, or replaced by a newer version in the same
// text, which say nothing of the value.
func (r *reader) state(o *feed.Observation, t *thing, at int64) {
	u, ok := uuidOf(t.id)
	s, known := r.index.spans[u]
	until, dated := clock.ISO(t.until)
	switch {
	case t.revoked:
		o.Status, o.Offline = "revoked", true
	case ok && known && s.at != at:
		o.Status, o.Context = "superseded", true
	case dated && until.Zoned && !r.opt.Now.IsZero() && until.Micros <= r.opt.Now.UnixMicro():
		o.Status, o.Context = "expired", true
	}
}
