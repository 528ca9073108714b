package custom

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

// row is the work space of one Read.
type row struct {
	m        *Mapping
	now      time.Time
	zone     *time.Location
	snapshot bool
	class    rsit.Class

	names  []string       // of the columns
	target map[string]int // column (of JSON: key) to the place of our field in fields
	at     []int          // for each column the place of our field, -1 for none
	found  []string       // by place in fields
	parsed []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// want notes which columns fill which field. One column may fill one field.
func (r *row) want() {
	r.target = map[string]int{}
	for i, f := range fields {
		if c := r.m.Fields[f]; c != "" {
			r.target[c] = i
		}
	}
	r.found = make([]string, len(fields))
}

// bind finds the mapping's columns among names and gives those that are absent.
func (r *row) bind(names []string) (absent []string) {
	r.want()
	r.at = make([]int, len(names))
	seen := map[string]int{}
	for i, n := range names {
		r.at[i] = -1
		if seen[n]++; seen[n] > 1 {
			n += "_" + strconv.Itoa(seen[n])
		} else if place, ok := r.target[n]; ok {
			r.at[i] = place
		}
		r.names = append(r.names, n)
	}
	for _, f := range fields {
		if c := r.m.Fields[f]; c != "" && seen[c] == 0 {
			absent = append(absent, c)
		}
	}
	return absent
}

func (r *row) fromCells(cells []string) (feed.Reason, string) {
	if len(cells) != len(r.names) {
		return feed.BadRow, ""
	}
	r.reset()
	for i, c := range cells {
		r.put(r.at[i], r.names[i], strings.TrimSpace(c))
	}
	return r.observe()
}

func (r *row) reset() {
	r.more.Drop()
	clear(r.found)
}

// put takes the text of one column.
func (r *row) put(place int, name, text string) {
	if text == "" || len(r.m.Empty) > 0 && r.m.Empty[strings.ToLower(text)] {
		return
	}
	if place >= 0 {
		r.found[place] = text
	} else {
		r.more.Text(name, text)
	}
}

func (r *row) fromObject(el []byte) (feed.Reason, string) {
	r.reset()
	fs, err := flatjson.Object(el, r.parsed[:0])
	r.parsed = fs
	if err == flatjson.ErrText || err != nil && (bytes.IndexByte(el, 0) >= 0 || !utf8.Valid(el)) {
		return feed.BadText, ""
	}
	if err != nil {
		return feed.BadRow, ""
	}
	if key := r.object("", fs); key != "" {
		return feed.BadText, key
	}
	return r.observe()
}

// object takes the members of an object. A nested one is entered where the
// mapping names a key inside it ("source.ip"). It gives the key of a text with
// NUL, which no field allows.
func (r *row) object(path string, fs []flatjson.Field) string {
	for i := range fs {
		f := &fs[i]
		key := path + string(f.Key)
		place, ok := r.target[key]
		switch {
		case f.Kind == flatjson.Null:
		case f.Kind == flatjson.Nested && !ok && r.inside(key+"."):
			sub, err := flatjson.Object(f.Raw, nil)
			if err != nil {
				return key
			}
			if bad := r.object(key+".", sub); bad != "" {
				return bad
			}
		case f.Kind == flatjson.Array || f.Kind == flatjson.Nested:
			r.more.Raw([]byte(key), f.Raw)
		case ok:
			text := strings.TrimSpace(string(f.Text()))
			if strings.IndexByte(text, 0) >= 0 {
				return key
			}
			r.put(place, key, text)
		case f.Kind == flatjson.String:
			r.put(-1, key, string(f.Text()))
		default:
			r.more.Raw([]byte(key), f.Raw)
		}
	}
	return ""
}

func (r *row) inside(prefix string) bool {
	for c := range r.target {
		if strings.HasPrefix(c, prefix) {
			return true
		}
	}
	return false
}

// get gives a field's text, else its constant.
func (r *row) get(field string) string {
	if t := r.found[slices.Index(fields, field)]; t != "" {
		return t
	}
	return r.m.Constants[field]
}

// observe turns the found texts into r.obs[0], or says why not and in which
// column.
func (r *row) observe() (feed.Reason, string) {
	o := &r.obs[0]
	*o = feed.Observation{}
	if why := r.time(o); why != 0 {
		return why, r.m.Fields["time"]
	}
	if !r.classify(o) {
		return feed.BadClass, r.m.Fields["class"]
	}
	if why, field := r.value(o); why != 0 {
		return why, field
	}
	if text := r.get("port"); text != "" {
		n, ok := decimal(text, 65535)
		if !ok || n == 0 {
			return feed.BadPort, r.m.Fields["port"]
		}
		o.Port = uint16(n)
	}
	if text := r.get("asn"); text != "" {
		digits := text
		if len(text) > 2 && strings.EqualFold(text[:2], "AS") {
			digits = text[2:]
		}
		if n, ok := decimal(digits, 1<<32-1); ok {
			o.ASN = uint32(n)
		} else {
			r.more.Text("asn", text) // a claim only: the row stands without it
		}
	}
	o.Family = strings.ToLower(r.get("family"))
	o.Transport = strings.ToLower(r.get("transport"))
	o.Country = strings.ToUpper(r.get("country"))
	o.Status = strings.ToLower(r.get("status"))
	o.Offline = o.Status != "" && r.m.Offline[o.Status]
	switch s := strings.ToLower(r.get("severity")); s {
	case "", "critical", "high", "medium", "low", "info":
		o.Severity = s
	default:
		r.more.Text("severity", r.get("severity"))
	}
	o.Details = r.more.Take()
	return 0, ""
}

// time reads the row's time by the first layout that fits and gives a time
// that can be: seconds read as milliseconds would lie in 1970.
func (r *row) time(o *feed.Observation) feed.Reason {
	text := r.get("time")
	if text == "" {
		if r.snapshot {
			return 0 // the snapshot's time counts
		}
		return feed.NoTime
	}
	why := feed.BadTime
	for _, l := range r.m.Layouts {
		t, ok := l.read(text)
		if !ok {
			continue
		}
		if o.Time, why = t.UTC(r.zone, r.now); why != feed.BadTime {
			return why
		}
	}
	return why
}

// classify finds the class: the mapping's words, RSIT's and IntelMQ's words,
// then the constant.
func (r *row) classify(o *feed.Observation) bool {
	o.Said = r.get("class")
	if o.Said != "" {
		var ok bool
		if o.Class, ok = r.m.ClassOf[strings.ToLower(o.Said)]; ok {
			return true
		}
		if o.Class, ok = rsit.FromIntelMQ("", o.Said); ok {
			return true
		}
	}
	o.Class = r.class
	return o.Class != 0
}
