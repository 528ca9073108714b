package shadowserver

import (
	"strconv"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// reader turns the rows of one file into observations.
type reader struct {
	rep   *report
	now   time.Time // the ingest clock; zero: the future is not checked
	width int       // columns of the header
	needs int       // a row shorter than this has lost a required column

	// Columns by index, -1 if the file has none.
	stamp, ip, port, asn, geo             int
	protocol, severity, status, tag       int
	url, host, application, vulnerability int
	network, request, response, username  int
	email, sourceURL, website, implant    int
	familyFrom                            []int // column of each source of rep.family
	service                               string
	keys                                  [][]byte // `,"name":` of each column
	taken                                 []bool   // columns of this row that the observation holds

	words     *memo[string] // clean
	tags      *memo[*tag]
	countries *memo[string]
	obs       [1]feed.Observation
	details   []byte
}

func newReader(rep *report, h *header, now time.Time) *reader {
	a := h.actorColumns(rep)
	r := &reader{
		rep: rep, now: now, width: len(h.names), service: rep.service(),
		stamp: h.col("timestamp"), ip: h.col(a.ip), port: h.col(a.port), asn: h.col(a.asn), geo: h.col(a.geo),
		protocol: h.col("protocol"), severity: h.col("severity"), tag: h.col("tag"), status: -1,
		url: h.col("url"), host: h.col("hostname", "host"), application: h.col("application"), vulnerability: h.col("vulnerability_id"),
		network: h.col("network"), request: h.col("request"), response: h.col("response"), username: h.col("username"),
		email: h.col("email"), sourceURL: h.col("source_url"), website: h.col("website"), implant: h.col("smb_implant"),
		taken:     make([]bool, len(h.names)),
		words:     newMemo(clean),
		tags:      newMemo(parseTag),
		countries: newMemo(strings.ToUpper),
	}
	switch rep.actor {
	case actorWebsite:
		r.host = h.col("http_host")
	case actorReferer:
		r.url = h.col("http_referer")
	}
	// Elsewhere (scan_xdmcp) a column of this name is no status of the finding.
	if strings.HasPrefix(rep.name, "compromised_") || rep.name == "special" {
		r.status = h.col("status")
	}
	r.needs = r.stamp + 1
	if first := h.valueColumns(rep); len(first) == 1 {
		r.needs = max(r.needs, h.col(first...)+1)
	}
	for _, source := range rep.family {
		r.familyFrom = append(r.familyFrom, h.col(source))
	}
	for _, n := range h.names {
		r.keys = append(r.keys, append(flatjson.AppendString([]byte{','}, n), ':'))
	}
	return r
}

// text gives field i, "" if there is none.
func text(fields []string, i int) string {
	if uint(i) < uint(len(fields)) {
		return fields[i]
	}
	return ""
}

// read makes r.obs of one row. Otherwise it says why not, and in which column.
func (r *reader) read(fields []string) (feed.Reason, string) {
	if len(fields) != r.width {
		if len(fields) < r.needs {
			return feed.BadRow, ""
		}
		if len(fields) > r.width && r.shifted(fields) {
			return feed.BadRow, ""
		}
	}
	clear(r.taken)
	o := &r.obs[0]
	*o = feed.Observation{Said: r.rep.said}
	var why feed.Reason
	if o.Time, why = r.clock(fields[r.stamp]); why != 0 {
		return why, "timestamp"
	}
	r.taken[r.stamp] = true
	if why, at := r.actor(fields, o); why != 0 {
		return why, r.name(at)
	}
	r.transport(fields, o)
	if why := r.portOf(fields, o); why != 0 {
		return why, r.name(r.port)
	}
	t := r.tags.get(text(fields, r.tag))
	o.Family = r.familyOf(fields, t)
	if o.Family != "" && text(fields, r.tag) == o.Family {
		r.taken[r.tag] = true
	}
	o.Class = r.classOf(fields, t)
	r.claims(fields, o)
	o.Details = r.rest(fields)
	return 0, ""
}

// clock reads a time in microseconds since 1970. The producer writes UTC and no
// zone; a day alone is no time of an event.
func (r *reader) clock(s string) (int64, feed.Reason) {
	if s == "" {
		return 0, feed.NoTime
	}
	t, ok := clock.ISO(s)
	if !ok || t.Day {
		return 0, feed.BadTime
	}
	return t.UTC(time.UTC, r.now)
}

// name gives the name of a column, "" for none.
func (r *reader) name(i int) string {
	if i < 0 {
		return ""
	}
	key := r.keys[i]
	return string(key[2 : len(key)-2])
}

// shifted tells whether a row with more fields than columns seems to have its
// fields in the wrong places: the surplus says something and a column that has
// a form does not have it.
func (r *reader) shifted(fields []string) bool {
	said := false
	for _, f := range fields[r.width:] {
		said = said || f != ""
	}
	asn, geo := text(fields, r.asn), text(fields, r.geo)
	return said && (asn != "" && !digits(asn) || len(geo) > 2)
}

// transport reads the column protocol.
func (r *reader) transport(fields []string, o *feed.Observation) {
	switch s := text(fields, r.protocol); s {
	case "":
		return
	case "tcp":
		o.Transport = "tcp"
	case "udp":
		o.Transport = "udp"
	default:
		o.Transport = r.words.get(s)
	}
	r.taken[r.protocol] = true
}

// portOf reads the acting port. Empty says none; so does 0 where the protocol
// has no ports or is not said.
func (r *reader) portOf(fields []string, o *feed.Observation) feed.Reason {
	s := text(fields, r.port)
	if s == "" {
		return 0
	}
	n, ok := number(s, 65535)
	switch {
	case ok && n > 0:
		o.Port = uint16(n)
	case !ok || o.Transport == "tcp" || o.Transport == "udp":
		return feed.BadPort
	}
	r.taken[r.port] = true
	return 0
}

// number reads a decimal number up to limit.
func number(s string, limit uint64) (uint64, bool) {
	if len(s) > 10 || !digits(s) {
		return 0, false
	}
	n := uint64(0)
	for i := range len(s) {
		n = n*10 + uint64(s[i]-'0')
	}
	return n, n <= limit
}

// claims reads what the producer says of country, network, severity and status.
func (r *reader) claims(fields []string, o *feed.Observation) {
	if s := text(fields, r.geo); s != "" {
		o.Country = r.countries.get(s)
		r.taken[r.geo] = true
	}
	if s := text(fields, r.asn); s != "" {
		if n, ok := number(s, 1<<32-1); ok {
			o.ASN = uint32(n)
			r.taken[r.asn] = true
		}
	}
	if s := text(fields, r.severity); s != "" {
		switch w := r.words.get(s); w {
		case "critical", "high", "medium", "low", "info":
			o.Severity = w
			r.taken[r.severity] = true
		}
	}
	if s := text(fields, r.status); s != "" {
		o.Status = r.words.get(s)
		o.Offline = gone(o.Status)
		r.taken[r.status] = o.Status == s
	}
}

// gone tells whether a status says that what was found is there no longer.
func gone(status string) bool {
	switch status {
	case "offline", "gone", "down", "removed", "remediated", "cleaned", "clean", "fixed", "resolved":
		return true
	}
	return false
}

// rest gives the columns that no part of the observation holds, as one JSON
// object in the file's order.
func (r *reader) rest(fields []string) []byte {
	b := r.details[:0]
	for i, f := range fields {
		if f == "" {
			continue
		}
		if i >= r.width {
			b = append(b, `,"column_`...)
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, '"', ':')
		} else if r.taken[i] {
			continue
		} else {
			b = append(b, r.keys[i]...)
		}
		b = flatjson.AppendString(b, f)
	}
	r.details = b
	if len(b) == 0 {
		return nil
	}
	b[0] = '{'
	out := make([]byte, len(b)+1)
	copy(out, b)
	out[len(b)] = '}'
	return out
}
