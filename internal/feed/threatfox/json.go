package threatfox

import (
	"slices"
	"strings"

	"entente/internal/feed"
	"entente/internal/feed/columns"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

// shape is what the beginning of a JSON file tells.
type shape struct {
	elements bool     // an array or lines of indicators, else one object that holds arrays of them
	all      int      // elements seen
	whole    bool     // an indicator with all that is required
	ours     bool     // an indicator that lacks something
	keys     []string // of the first one that lacks something
	answer   string   // what the API says of the request
}

// look finds out which of the forms a file has: one object with an array per id
// (the export), one object with an array of data (the API), or indicators alone.
func look(head []byte) (s shape) {
	see := func(fs []flatjson.Field) bool {
		found := map[string]bool{}
		for i := range fs {
			found[column(string(fs[i].Key))] = true
		}
		lacks := slices.ContainsFunc(table.Required, func(c string) bool { return !found[c] })
		s.whole = s.whole || !lacks
		if lacks && (found["ioc_value"] || found["ioc_type"]) {
			s.ours = true
			if s.keys == nil {
				for i := range fs[:min(len(fs), 20)] {
					s.keys = append(s.keys, column(string(fs[i].Key)))
				}
			}
		}
		return !s.whole
	}
	s.all = flatjson.FirstMembers(head, 20, func(_ []byte, _ bool, fs []flatjson.Field) bool { return see(fs) })
	if s.answer = answer(head); s.whole || s.ours || s.answer != "" {
		return s
	}
	if n := flatjson.First(head, 20, see); s.whole || s.ours || n == 0 {
		s.elements, s.all = true, n
	}
	return s
}

// answer gives what an answer of the API says of the request, "" for an export.
func answer(head []byte) string {
	m := flatjson.NewMembers(strings.NewReader(string(head[:min(len(head), 4<<10)])))
	for range 3 {
		el, err := m.Next()
		if err != nil {
			break
		}
		if key, single := m.Key(); single && string(key) == "query_status" {
			return strings.Trim(strings.TrimSpace(string(el)), `"`)
		}
	}
	return ""
}

// refused says why a JSON file is set aside.
func (s *shape) refused() *feed.Quarantine {
	switch {
	case s.whole:
		return nil
	case s.ours:
		return table.Lacking(columns.Header{Names: s.keys}, "ThreatFox")
	case s.answer != "" && s.answer != "ok" && s.answer != "no_result":
		return &feed.Quarantine{Reason: "not-this-format", Text: "the producer answers " + source.Display(s.answer[:min(len(s.answer), 60)]) + " in place of indicators",
			Remedy: "look at the request that fetched the file, and at its key"}
	case s.answer != "" || s.all == 0:
		return nil // no indicator now
	}
	return notOurs()
}

// column gives the column that a key is.
func column(key string) string {
	if now, ok := table.Former[key]; ok {
		return now
	}
	return key
}

// indicators passes over what an answer of the API says beside its data. In the
// export the keys are ids, and what stands there is an indicator or a broken one.
type indicators struct {
	*flatjson.Members
	n int64
}

// Next gives the next indicator.
func (s *indicators) Next() ([]byte, error) {
	for {
		el, err := s.Members.Next()
		if err == nil || err == flatjson.ErrTooLong {
			if key, single := s.Key(); single && beside(string(key), el) {
				continue
			}
			s.n++
		}
		return el, err
	}
}

// Number counts the indicators alone.
func (s *indicators) Number() int64 { return s.n }

// beside tells whether a member is no indicator: the answer to the request, or
// data that are none ("Your search did not yield any results", null).
func beside(key string, value []byte) bool {
	if key == "query_status" {
		return true
	}
	text := strings.TrimSpace(string(value))
	return key == "data" && (text == "null" || len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"')
}

// object reads an indicator.
func (r *reader) object(fs []flatjson.Field) ([]feed.Observation, feed.Reason, string) {
	r.more.Drop()
	var i indicator
	for k := range fs {
		f := &fs[k]
		text := ""
		if f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			text = strings.TrimSpace(string(f.Text()))
			if strings.IndexByte(text, 0) >= 0 {
				return nil, feed.BadText, string(f.Key)
			}
			if slices.Contains(none, text) {
				text = ""
			}
		}
		switch column(string(f.Key)) {
		case "first_seen_utc":
			i.seen = text
		case "ioc_value":
			i.value = text
		case "ioc_type":
			i.kind = text
		case "threat_type":
			i.threat = text
		case "malware_printable":
			i.malware = text
		default:
			if text != "" || f.Kind == flatjson.Array || f.Kind == flatjson.Nested {
				r.more.Raw(f.Key, f.Raw)
			}
		}
	}
	why, field := r.read(&i)
	if why != 0 {
		return nil, why, field
	}
	r.obs[0].Details = r.more.Take()
	return r.obs, 0, ""
}
