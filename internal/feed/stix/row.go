package stix

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/spool"
)

// reader is the work space of one Read.
type reader struct {
	ctx     context.Context
	opt     feed.Options
	text    *spool.Text
	index   *index
	label   string
	bundled bool // a bundle or envelope was seen

	fields []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// row turns an object into r.obs, or says why not and in which field. Objects
// that say nothing of a value are no rows.
func (r *reader) row(at int64, raw []byte, bad error) (why feed.Reason, field string, isRow bool) {
	if bad == flatjson.ErrTooLong {
		kind := flatjson.Outline(raw)["type"]
		return feed.LineTooLong, "", kind == "" || rows(kind)
	}
	fs, err := flatjson.Object(raw, r.fields[:0])
	r.fields = fs
	switch {
	case err == nil:
	case err == flatjson.ErrText, bytes.IndexByte(raw, 0) >= 0, !utf8.Valid(raw):
		return feed.BadText, "", true
	default:
		return feed.BadRow, "", true
	}
	r.more.Drop()
	r.obs = r.obs[:0]
	var t thing
	if field := t.read(fs); field != "" {
		return feed.BadText, field, true
	}
	if t.kind == "" {
		return feed.BadRow, "type", true
	}
	if !rows(t.kind) {
		return 0, "", false
	}
	why, field = r.read(&t, at, fs)
	return why, field, true
}

func rows(kind string) bool {
	return kind == "indicator" || kind == "observed-data" || kind == "sighting"
}

// read reads one row. found is where its values come from: itself, or what a
// sighting refers to.
func (r *reader) read(t *thing, at int64, fs []flatjson.Field) (feed.Reason, string) {
	like := feed.Observation{Context: t.benign() || t.count == "0"}
	found, ref := r.sources(t)
	if len(found) == 0 {
		return feed.NoValue, ref
	}
	marks := t.marks
	for _, f := range found {
		marks = append(marks, f.marks...)
		like.Context = like.Context || f.benign()
		if like.Class == 0 {
			like.Class, like.Said = r.class(f)
		}
	}
	if like.Class == 0 {
		like.Class = r.opt.Class
	}
	if like.Class == 0 && like.Context {
		like.Class = rsit.Undetermined
	}
	if like.Class == 0 {
		return feed.BadClass, "labels"
	}
	why, used := feed.Reason(0), ""
	if like.Time, why, used = r.time(t); why != 0 {
		return why, used
	}
	list, why, field := r.values(found, like.Class)
	if why != 0 {
		if t.kind == "sighting" {
			field = ref
		}
		return why, field
	}
	r.state(&like, t, at)
	r.family(&like, t, found)
	like.Severity = severity(t, found)
	like.Label = r.stricter(marks)
	for i := range fs {
		switch key := string(fs[i].Key); key {
		case "type", "spec_version", used:
		case "revoked", "pattern_type":
			if t.revoked && key == "revoked" {
				r.more.Value(key, fs[i].Raw)
			}
		default:
			r.more.Value(key, fs[i].Raw)
		}
	}
	like.Details = r.more.Take()
	for _, v := range list {
		o := like
		o.Value, o.At, o.Port, o.Transport = v.value, v.at, v.port, v.transport
		r.obs = append(r.obs, o)
	}
	return 0, ""
}

// sources gives the objects whose values a row is about, and the field that
// names them: for a sighting its observed data, else what it is a sighting of.
func (r *reader) sources(t *thing) (found []*thing, field string) {
	if t.kind != "sighting" {
		return []*thing{t}, ""
	}
	for _, id := range t.refs {
		if f := r.load(id); f != nil && f.kind == "observed-data" && len(found) < maxTargets {
			found = append(found, f)
		}
	}
	if f := r.load(t.of); f != nil && (f.kind == "indicator" || f.kind == "observed-data") {
		if len(found) == 0 {
			return []*thing{f}, "sighting_of_ref"
		}
		// The indicator says what the observed data are of, not what they are.
		return append(found, &thing{kind: "about", id: f.id, labels: f.labels, phases: f.phases, marks: f.marks}), "observed_data_refs"
	}
	return found, "sighting_of_ref"
}

// class gives the class that an object's words say: its labels and types, its
// kill chain, the infrastructure that it indicates, the observed data that it is
// based on.
func (r *reader) class(t *thing) (rsit.Class, string) {
	if c, said := wordsOf(t.labels, labels); c != 0 {
		return c, said
	}
	if c, said := wordsOf(t.phases, chains); c != 0 {
		return c, said
	}
	if c := r.index.class(t.id); c != 0 {
		return c, "indicates infrastructure"
	}
	u, ok := uuidOf(t.id)
	for _, to := range r.index.leads[u] {
		if data := r.at(to); ok && data != nil && data.kind == "observed-data" {
			if c, said := wordsOf(data.labels, labels); c != 0 {
				return c, said
			}
		}
	}
	return 0, ""
}

// family takes what a sighting is of, else what the row or its sources name.
func (r *reader) family(o *feed.Observation, t *thing, found []*thing) {
	o.Family = r.index.family(t.of)
	for _, f := range append([]*thing{t}, found...) {
		if o.Family == "" {
			o.Family = f.tagged("family:")
		}
		if o.Family == "" {
			o.Family = r.index.family(f.id)
		}
	}
	if o.Family == "" {
		o.Family = strings.ToLower(r.opt.Family)
	}
}

func severity(t *thing, found []*thing) string {
	for _, f := range append([]*thing{t}, found...) {
		switch word := f.tagged("severity:"); word {
		case "critical", "high", "medium", "low", "info":
			return word
		}
	}
	return ""
}

// stricter gives the label of markings where it is stricter than the file's.
func (r *reader) stricter(marks []string) string {
	own := r.index.label(marks)
	if own == "" && r.opt.Label == "" {
		own = "AMBER"
	}
	if s := sharing.StrictestTLP(r.label, own); s != r.label {
		return s
	}
	return ""
}
