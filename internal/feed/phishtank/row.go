package phishtank

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

// reader is the work space of one Read.
type reader struct {
	zone *time.Location
	now  time.Time

	items  [][]byte
	fields []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// said is what an entry says of itself, in both forms.
type said struct{ url, submitted, checked, verified, online string }

// row reads a row of the CSV, which has no addresses.
func (r *reader) row(row *columns.Row) ([]feed.Observation, feed.Reason, string) {
	s := said{url: row.Get("url"), submitted: row.Get("submission_time"), verified: row.Get("verified"), online: row.Get("online")}
	if s.submitted == "" {
		s.checked = row.Get("verification_time")
	}
	o, why, field := r.entry(&s)
	if why != 0 {
		return nil, why, field
	}
	r.more.Drop()
	row.Rest(&r.more)
	o.Details = r.more.Take()
	r.obs = append(r.obs[:0], o)
	return r.obs, 0, ""
}

// object reads an entry of the JSON.
func (r *reader) object(fs []flatjson.Field) ([]feed.Observation, feed.Reason, string) {
	r.more.Drop()
	var s said
	var network []byte
	for i := range fs {
		f := &fs[i]
		text := ""
		if f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			text = strings.TrimSpace(string(f.Text()))
			if strings.IndexByte(text, 0) >= 0 {
				return nil, feed.BadText, string(f.Key)
			}
		}
		switch string(f.Key) {
		case "url":
			s.url = text
		case "submission_time":
			s.submitted = text
		case "verification_time":
			s.checked = text
		case "verified":
			s.verified = text
		case "online":
			s.online = text
		case "details":
			if f.Kind == flatjson.Array || f.Kind == flatjson.Nested {
				network = f.Raw
			}
		default:
			if f.Kind != flatjson.Null && (f.Kind != flatjson.String || text != "") {
				r.more.Raw(f.Key, f.Raw)
			}
		}
	}
	o, why, field := r.entry(&s)
	if why != 0 {
		return nil, why, field
	}
	if s.submitted != "" {
		r.more.Text("verification_time", s.checked)
	}
	if why := r.networks(o, network); why != 0 {
		return nil, why, "details"
	}
	return r.obs, 0, ""
}

// entry reads what both forms have. An entry that nobody has verified is held
// for phishing by one person only: what it is has not been determined.
func (r *reader) entry(s *said) (o feed.Observation, why feed.Reason, field string) {
	text, field := s.submitted, "submission_time"
	if text == "" {
		text, field = s.checked, "verification_time"
	}
	if text == "" {
		return o, feed.NoTime, "submission_time"
	}
	t, ok := clock.ISO(text)
	if !ok {
		return o, feed.BadTime, field
	}
	if o.Time, why = t.UTC(r.zone, r.now); why != 0 {
		return o, why, field
	}
	if s.url == "" {
		return o, feed.NoValue, "url"
	}
	v, err := value.ParseURL(value.Refang(s.url))
	if err != nil {
		return o, feed.BadValue, "url"
	}
	o.Value, o.Class = v, rsit.Phishing
	switch strings.ToLower(s.verified) {
	case "yes", "y", "true":
		o.Said = "verified"
	case "no", "n", "false":
		o.Class, o.Said = rsit.Undetermined, "unverified"
	}
	switch word := strings.ToLower(s.online); word {
	case "yes", "y", "true":
		o.Status = "online"
	case "no", "n", "false":
		o.Status, o.Offline = "offline", true
	default:
		o.Status = word
	}
	return o, 0, ""
}

// mostNetworks is how many addresses an entry may have: each becomes an
// observation with all that the entry says.
const mostNetworks = 256

// networks makes one observation per address that the producer found for the
// URL, each with what it says of that address. One that is no address is a
// claim beside the URL that says nothing.
func (r *reader) networks(o feed.Observation, raw []byte) feed.Reason {
	r.obs, r.items = r.obs[:0], r.items[:0]
	if raw != nil {
		r.items = flatjson.Items(raw, r.items)
	}
	if len(r.items) > mostNetworks {
		return feed.BadRow
	}
	rest := r.more.Take()
	for _, item := range r.items {
		fs, err := flatjson.Object(item, r.fields[:0])
		if r.fields = fs; err != nil {
			return feed.BadRow
		}
		next := o
		for i := range fs {
			text := strings.TrimSpace(string(fs[i].Text()))
			switch string(fs[i].Key) {
			case "ip_address":
				if v, err := value.ParseIP(text); err == nil {
					next.At = v.Addr()
				}
			case "announcing_network":
				if v, err := value.ParseASN(text); err == nil {
					next.ASN = v.ASN()
				}
			case "country":
				next.Country = strings.ToUpper(text)
			}
		}
		r.obs = append(r.obs, next)
	}
	if len(r.obs) == 0 {
		o.Details = rest
		r.obs = append(r.obs, o)
		return 0
	}
	for i := range r.obs {
		r.obs[i].Details = with(rest, r.items[i])
	}
	return 0
}

// with gives the details of an entry with what is said of one of its addresses.
func with(rest, network []byte) []byte {
	out := make([]byte, 0, len(rest)+len(network)+len(`{"details":}`))
	if len(rest) == 0 {
		out = append(out, '{')
	} else {
		out = append(append(out, rest[:len(rest)-1]...), ',')
	}
	return append(append(append(out, `"details":`...), network...), '}')
}
