package sample

import (
	"bytes"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// imqKind is one kind of event that the synthetic IntelMQ feed tells of.
type imqKind struct {
	weight     uint64 // out of 100
	class      rsit.Class
	taxonomy   string
	word       string // classification.type as IntelMQ writes it
	malware    string // malware.name
	identifier string // classification.identifier
	name       int    // 0 an address, 1 a URL, 2 a domain
	usual      uint16
}

func imqKinds() []imqKind {
	return []imqKind{
		{30, rsit.VulnerableSystem, "vulnerable", "vulnerable-system", "", "synthetic-vulnerability", 0, 8443},
		{20, rsit.C2Server, "malicious-code", "c2-server", "synthstrike", "", 0, 443},
		{15, rsit.Phishing, "fraud", "phishing", "", "", 1, 0},
		{12, rsit.InfectedSystem, "malicious-code", "infected-system", "synthbot-a", "", 0, 0},
		{10, rsit.DGADomain, "malicious-code", "dga-domain", "synthworm", "", 2, 0},
		{7, rsit.Scanner, "information-gathering", "scanner", "", "", 0, 0},
		{4, rsit.Blocklist, "other", "blacklist", "", "", 0, 0},
		{2, rsit.DataLeak, "information-content-security", "data-leak", "", "", 0, 0},
	}
}

// imqWriter writes IntelMQ events: JSON lines, or one array.
type imqWriter struct {
	base
	array  bool
	kinds  []imqKind
	hosts  *pool // addresses
	sites  *pool // hosts of URLs
	names  *pool // domains
	c2     *pool // shared with the feeds that tell of the same servers
	serial uint64
	text   []byte
	host   []byte
}

func (w *imqWriter) head(b []byte) []byte {
	if w.array {
		return append(b, "[\n"...)
	}
	return b
}

func (w *imqWriter) between() string {
	if w.array {
		return ",\n"
	}
	return "\n"
}

func (w *imqWriter) foot() string {
	if w.array {
		return "\n]\n"
	}
	return "\n"
}

func (w *imqWriter) row(b []byte, d *dice, o *obs) []byte {
	k := w.kind(d)
	c := w.now(o)
	w.serial++
	*o = obs{time: o.time, class: k.class, family: k.malware, text: w.text[:0]}
	b = append(b, `{"feed.name":"Synthetic Feed","feed.provider":"synthetic","time.source":"`...)
	b = zoned(b, c)
	b = append(b, '"')
	switch k.name {
	case 0:
		b = w.address(b, d, o, k)
	case 1:
		s := w.sites.site(w.host[:0], w.sites.draw(d, w.fresh), true)
		if s.host != nil {
			w.host = s.host
		}
		w.text = s.url(w.text[:0], o, d.next())
		o.port = 0
		b = field(b, "source.url", o.text)
		if o.host != nil && o.addr.IsValid() {
			b = append(o.addr.AppendTo(append(b, `,"source.ip":"`...)), '"')
		}
	default:
		b = w.domain(b, d, o)
	}
	b = w.place(b, d, o)
	b = append(b, `,"classification.taxonomy":"`...)
	b = append(b, k.taxonomy...)
	b = append(b, `","classification.type":"`...)
	b = append(b, k.word...)
	b = append(b, '"')
	if k.malware != "" {
		b = field(b, "malware.name", []byte(k.malware))
	}
	if k.identifier != "" {
		b = field(b, "classification.identifier", []byte(k.identifier))
	}
	if k.class == rsit.C2Server && d.below(20) == 0 {
		b = append(b, `,"status":"offline"`...)
		o.offline = true
	}
	b = append(b, `,"protocol.transport":"tcp","extra.synthetic":true,"extra.event_id":"synthetic-`...)
	b = number(b, w.serial)
	return append(b, `"}`...)
}

func (w *imqWriter) kind(d *dice) *imqKind {
	r := d.below(100)
	for i := range w.kinds {
		if r < w.kinds[i].weight {
			return &w.kinds[i]
		}
		r -= w.kinds[i].weight
	}
	return &w.kinds[0]
}

func (w *imqWriter) address(b []byte, d *dice, o *obs, k *imqKind) []byte {
	a, odd := special(d)
	round := uint64(0)
	if !odd {
		p := w.hosts
		if k.class == rsit.C2Server {
			p = w.c2
		}
		a, round = p.address(p.draw(d, w.fresh))
	}
	o.addr = a
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	b = field(b, "source.ip", o.text)
	if k.usual != 0 {
		o.port = port(k.usual, round)
		b = number(append(b, `,"source.port":`...), uint64(o.port))
	}
	return b
}

// domain writes a DGA domain; half of those under the nested constituency of a
// CERT lie deeper than that of its university.
func (w *imqWriter) domain(b []byte, d *dice, o *obs) []byte {
	i := w.names.draw(d, w.fresh)
	if i%50 == 0 {
		w.host = append(number(append(w.host[:0], 'h'), i), ".cert."...)
		w.host = append(w.host, ownedDomain(0)...)
		o.text, o.host, o.site, o.isName, o.cc = w.host, w.host, w.host[len(w.host)-len(ownedDomain(0)):], true, plainTLDs[0][1]
		return field(b, "source.fqdn", o.text)
	}
	s := w.names.site(w.host[:0], i, false)
	if s.host == nil { // an address is no domain
		w.host = append(number(append(w.host[:0], "entente-synthetic-dga"...), i), ".invalid"...)
		s = site{host: w.host, regis: w.host}
	}
	w.host = s.host
	s.name(o)
	return field(b, "source.fqdn", o.text)
}

// place writes what the feed claims of country and AS.
func (w *imqWriter) place(b []byte, d *dice, o *obs) []byte {
	if o.addr.IsValid() {
		o.claim, o.claimAS = claimFor(w.world, o.addr, d)
	} else {
		o.claim = claimByName(o)
	}
	if o.claim != "" {
		b = append(b, `,"source.geolocation.cc":"`...)
		b = append(b, o.claim...)
		b = append(b, '"')
	}
	if o.claimAS != 0 {
		b = number(append(b, `,"source.asn":`...), uint64(o.claimAS))
	}
	return b
}

// claimByName gives the country that a feed claims for a name without address,
// always the same for one registrable domain or URL. A domain that has an owner
// gets no claim: other feeds name it without one, and its case takes the country
// of whichever is read first.
func claimByName(o *obs) string {
	if o.host == nil || o.site == nil || bytes.Contains(o.site, []byte("synthetic-owner-")) {
		return ""
	}
	return [...]string{"", "US", "CN", "ZZ", "BR"}[len(o.site)%5]
}

func field(b []byte, name string, text []byte) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":"`...)
	b = append(b, text...)
	return append(b, '"')
}

// zoned appends c as ISO 8601, by turns in UTC and in zones east and west of
// it in which the day is the same.
func zoned(b []byte, c clock) []byte {
	switch {
	case c.second%4 != 0:
		return append(c.append(b, 'T'), "+00:00"...)
	case c.second >= 43200:
		c.second -= 5 * 3600
		return append(c.append(b, 'T'), "-05:00"...)
	}
	c.second += 8 * 3600
	return append(c.append(b, 'T'), "+08:00"...)
}

func (w *imqWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	i := strings.Index(row, `"time.source":"`) + len(`"time.source":"`)
	end := i + strings.IndexByte(row[i:], '"')
	when := row[i:end]
	why := feed.NoZone
	switch n % 8 {
	case 0:
		row = row[:i] + when[:19] + row[end:]
	case 1:
		row, why = row[:i]+"1970-01-01T00:00:00+00:00"+row[end:], feed.BadTime
	case 2:
		row, why = row[:i]+"2999-12-31T23:59:59+00:00"+row[end:], feed.BadTime
	case 3:
		row, why = strings.Replace(row, `"time.source":"`+when+`",`, "", 1), feed.NoTime
	case 4:
		row, why = `{"feed.name":"Synthetic Feed","time.source":"`+when+`","source.ip":"198.18.1.9","source.port":70000,"classification.type":"c2-server"}`, feed.BadPort
	case 5:
		row, why = `{"feed.name":"Synthetic Feed","time.source":"`+when+`","source.ip":"198.018.001.002","classification.type":"c2-server"}`, feed.BadValue
	case 6:
		row, why = `{"feed.name":"Synthetic Feed","time.source":"`+when+`","source.ip":"198.18.1.9","classification.type":"synthetic-mischief"}`, feed.BadClass
	default:
		row, why = `{"feed.name":"Synthetic Feed","time.source":"`+when+`","classification.type":"c2-server","extra.note":"names nothing"}`, feed.NoValue
		if !w.array && n>>4&1 == 0 {
			row, why = `{"feed.name":"Synthetic Feed","time.source":"`+when+`","source.ip":"198.18.`, feed.BadRow
		}
	}
	return append(b[:from], row...), why
}
