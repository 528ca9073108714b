package stix

import (
	"bytes"
	"strings"

	"entente/internal/feed/flatjson"
)

// thing is what an object of any type says, as far as rows need it.
type thing struct {
	kind, id, name    string
	created, modified string
	from, until       string // valid_from, valid_until
	first, last       string // first_observed or first_seen, and last
	count             string
	pattern, language string
	labels            []string // labels, indicator types
	kinds             []string // infrastructure_types
	phases            []string // "kill chain/phase"
	marks             []string
	refs              []string // object_refs, observed_data_refs
	of                string   // sighting_of_ref
	relation          string
	source, target    string
	objects           []byte // observables inside the object (STIX 2.0)
	revoked           bool
}

// read takes the fields; bad is the one that holds a NUL.
func (t *thing) read(fs []flatjson.Field) (bad string) {
	for i := range fs {
		f := &fs[i]
		if to := t.place(string(f.Key)); to != nil {
			if f.Kind == flatjson.Array || f.Kind == flatjson.Nested {
				continue
			}
			text := bytes.TrimSpace(f.Text())
			if bytes.IndexByte(text, 0) >= 0 {
				return string(f.Key)
			}
			*to = string(text)
			continue
		}
		switch string(f.Key) {
		case "labels", "indicator_types":
			t.labels = append(t.labels, texts(f.Raw)...)
		case "infrastructure_types":
			t.kinds = texts(f.Raw)
		case "object_refs", "observed_data_refs":
			t.refs = texts(f.Raw)
		case "object_marking_refs":
			t.marks = append(t.marks, texts(f.Raw)...)
		case "granular_markings":
			t.marks = append(t.marks, granular(f.Raw)...)
		case "kill_chain_phases":
			t.phases = phases(f.Raw)
		case "revoked":
			t.revoked = f.Kind == flatjson.Bool && f.Raw[0] == 't'
		case "objects":
			if f.Kind == flatjson.Nested {
				t.objects = f.Raw
			}
		}
	}
	return ""
}

// place gives where a field's text belongs, nil for one that is no text.
func (t *thing) place(key string) *string {
	switch key {
	case "type":
		return &t.kind
	case "id":
		return &t.id
	case "name":
		return &t.name
	case "created":
		return &t.created
	case "modified":
		return &t.modified
	case "valid_from":
		return &t.from
	case "valid_until":
		return &t.until
	case "first_observed", "first_seen":
		return &t.first
	case "last_observed", "last_seen":
		return &t.last
	case "count":
		return &t.count
	case "pattern":
		return &t.pattern
	case "pattern_type":
		return &t.language
	case "sighting_of_ref":
		return &t.of
	case "relationship_type":
		return &t.relation
	case "source_ref":
		return &t.source
	case "target_ref":
		return &t.target
	}
	return nil
}

// texts reads a list of texts.
func texts(raw []byte) (out []string) {
	list, err := flatjson.List(raw, nil)
	if err != nil {
		return nil
	}
	for _, v := range list {
		if s := strings.TrimSpace(flatjson.Text(v)); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func phases(raw []byte) (out []string) {
	list, err := flatjson.List(raw, nil)
	if err != nil {
		return nil
	}
	for _, v := range list {
		out = append(out, member(v, "kill_chain_name")+"/"+member(v, "phase_name"))
	}
	return out
}
