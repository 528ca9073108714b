package n6

import (
	"bytes"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// reader is the work space of one Read.
type reader struct {
	zone   *time.Location
	now    time.Time
	labels labels

	found  [keys][]byte
	places []place
	whole  bool // the addresses stay in the details too
	items  [][]byte
	fields []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// row turns an event into observations, or says why not and in which key.
func (r *reader) row(fs []flatjson.Field) ([]feed.Observation, feed.Reason, string) {
	r.more.Drop()
	r.found, r.obs, r.places, r.whole = [keys][]byte{}, r.obs[:0], r.places[:0], false
	for i := range fs {
		f := &fs[i]
		switch k := keyOf(f.Key); {
		case f.Kind == flatjson.Null:
		case k == address && (f.Kind == flatjson.Array || f.Kind == flatjson.Nested):
			r.found[k] = f.Raw
		case k != other && k != address && f.Kind != flatjson.Array && f.Kind != flatjson.Nested:
			if r.found[k] = bytes.TrimSpace(f.Text()); bytes.IndexByte(r.found[k], 0) >= 0 {
				return nil, feed.BadText, names[k]
			}
		default:
			r.more.Raw(f.Key, f.Raw)
		}
	}
	if why, field := r.event(); why != 0 {
		return nil, why, field
	}
	return r.obs, 0, ""
}

// event reads the found keys in the order of the rules.
func (r *reader) event() (feed.Reason, string) {
	if len(r.found[when]) == 0 {
		return feed.NoTime, "time"
	}
	t, ok := clock.ISO(string(r.found[when]))
	if !ok {
		return feed.BadTime, "time"
	}
	var like feed.Observation
	var why feed.Reason
	if like.Time, why = t.UTC(r.zone, r.now); why != 0 {
		return why, "time"
	}
	c, ok := categories[string(r.found[kind])]
	if !ok {
		return feed.BadClass, "category"
	}
	like.Class, like.Said, like.Family = c.class, string(r.found[kind]), c.family
	if text := string(r.found[name]); c.named {
		like.Family = strings.ToLower(text)
	} else {
		r.more.Text("name", text)
	}
	if why, field := r.ports(&like, c.acts); why != 0 {
		return why, field
	}
	like.Transport = strings.ToLower(string(r.found[proto]))
	r.standing(&like)
	word := string(r.found[restriction])
	if like.Label = r.labels.of(word); word != "public" && word != "need-to-know" && word != "internal" {
		r.more.Text("restriction", word)
	}
	if why := r.addresses(c.acts); why != 0 {
		return why, "address"
	}
	return r.act(c.acts, like)
}

// ports takes the port of what acts: of a host its service, which n6 calls the
// destination; of a source the one that it sent from.
func (r *reader) ports(o *feed.Observation, acts part) (feed.Reason, string) {
	mine, far := dport, sport
	if acts == bySource {
		mine, far = sport, dport
	}
	if text := r.found[mine]; len(text) > 0 {
		n, ok := number(text, 65535)
		if !ok || n == 0 {
			return feed.BadPort, names[mine]
		}
		o.Port = uint16(n)
	}
	r.more.Text(names[far], string(r.found[far]))
	return 0, ""
}

// standing reads whether an entry of a blacklist still stands: the status of the
// REST API, or the type of a message of the Stream API.
func (r *reader) standing(o *feed.Observation) {
	o.Status = strings.ToLower(string(r.found[status]))
	switch text := string(r.found[message]); text {
	case "bl-delist":
		o.Status = "delisted"
	case "bl-expire":
		o.Status = "expired"
	default:
		r.more.Text("type", text)
	}
	switch o.Status {
	case "delisted", "expired", "replaced":
		o.Offline = true
	}
}

// number reads a decimal number without sign and leading zeros.
func number(b []byte, limit uint64) (uint64, bool) {
	if len(b) == 0 || len(b) > 10 || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, n <= limit
}
