package intelmq

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// reader is the work space of one Read.
type reader struct {
	zone  *time.Location
	now   time.Time
	label string

	fields []flatjson.Field
	found  [keys][]byte
	obs    []feed.Observation
	more   flatjson.Details
}

func (r *reader) scan(el []byte) ([]flatjson.Field, error) {
	fs, err := flatjson.Object(el, r.fields[:0])
	r.fields = fs
	return fs, err
}

// row turns an event into r.obs[0], or says why not and in which key.
func (r *reader) row(el []byte) (feed.Reason, string) {
	fs, err := r.scan(el)
	switch err {
	case nil:
	case flatjson.ErrText:
		return feed.BadText, ""
	default:
		if bytes.IndexByte(el, 0) >= 0 || !utf8.Valid(el) {
			return feed.BadText, ""
		}
		return feed.BadRow, ""
	}
	r.more.Drop()
	r.found = [keys][]byte{}
	for i := range fs {
		f := &fs[i]
		k := keyOf(f.Key)
		if k != other && f.Kind != flatjson.Array && f.Kind != flatjson.Nested {
			if r.found[k] = bytes.TrimSpace(f.Text()); bytes.IndexByte(r.found[k], 0) >= 0 {
				return feed.BadText, string(f.Key)
			}
		} else if f.Kind != flatjson.Null {
			r.more.Raw(f.Key, f.Raw)
		}
	}
	return r.event()
}

// event reads the found keys in the order of the rules.
func (r *reader) event() (feed.Reason, string) {
	o := &r.obs[0]
	*o = feed.Observation{}
	why, field := feed.Reason(0), "time.source"
	if o.Time, why, field = r.time(); why != 0 {
		return why, field
	}
	var ok bool
	if o.Class, ok = rsit.FromIntelMQ(string(r.found[taxonomy]), string(r.found[typ])); !ok {
		return feed.BadClass, "classification.type"
	}
	o.Said = said(r.found[taxonomy], r.found[typ])
	if why, field := r.value(o); why != 0 {
		return why, field
	}
	if why, field := r.service(o); why != 0 {
		return why, field
	}
	o.Family = strings.ToLower(string(r.found[malwareName]))
	o.Country = strings.ToUpper(string(r.found[sourceCountry]))
	o.Status = strings.ToLower(string(r.found[status]))
	o.Offline = offline(o.Status)
	o.Severity = word(severities, r.found[severity])
	o.Label = r.stricter()
	o.Details = r.more.Take()
	return 0, ""
}

// time reads time.source, else time.observation. Both must name their zone.
func (r *reader) time() (int64, feed.Reason, string) {
	text, field := r.found[timeSource], "time.source"
	if len(text) == 0 {
		text, field = r.found[timeObservation], "time.observation"
	} else if t := r.found[timeObservation]; len(t) > 0 {
		r.more.Text("time.observation", string(t))
	}
	if len(text) == 0 {
		return 0, feed.NoTime, "time.source"
	}
	t, ok := clock.ISO(string(text))
	if !ok {
		return 0, feed.BadTime, field
	}
	m, why := t.UTC(r.zone, r.now)
	return m, why, field
}

// service reads port, transport and ASN.
func (r *reader) service(o *feed.Observation) (feed.Reason, string) {
	if p := r.found[sourcePort]; len(p) > 0 {
		n, ok := number(p, 65535)
		if !ok || n == 0 {
			return feed.BadPort, "source.port"
		}
		o.Port = uint16(n)
	}
	if a := r.found[sourceASN]; len(a) > 0 {
		n, ok := number(a, 1<<32-1)
		if !ok {
			r.more.Text("source.asn", string(a)) // a claim only: the row stands without it
		}
		o.ASN = uint32(n)
	}
	o.Transport = word(transports, r.found[transport])
	if o.Transport == "" && len(r.found[transport]) > 0 {
		o.Transport = strings.ToLower(string(r.found[transport]))
	}
	return 0, ""
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

// offline tells whether IntelMQ's status word says that the thing is gone.
func offline(s string) bool {
	switch s {
	case "offline", "down", "inactive", "sinkholed", "suspended", "takedown", "taken down", "clean", "cleaned", "fixed":
		return true
	}
	return false
}

var (
	transports = []string{"tcp", "udp", "icmp", "sctp"}
	severities = []string{"critical", "high", "medium", "low", "info"}
)

// word gives the known word that b is, whatever its case, "" for another.
func word(known []string, b []byte) string {
	for _, w := range known {
		if len(b) == len(w) && (string(b) == w || strings.EqualFold(string(b), w)) {
			return w
		}
	}
	return ""
}

// said keeps the producer's words.
func said(taxonomy, typ []byte) string {
	if len(taxonomy) == 0 {
		return string(typ)
	}
	b := make([]byte, 0, len(taxonomy)+1+len(typ))
	b = append(append(append(b, taxonomy...), '/'), typ...)
	return string(b)
}
