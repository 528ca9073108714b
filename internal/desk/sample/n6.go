package sample

import (
	"net/netip"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// n6Kind is one category of the synthetic n6 events.
type n6Kind struct {
	weight   uint64 // out of 100
	category string
	class    rsit.Class
	name     string
	site     bool   // tells of a URL
	usual    uint16 // port of the service
}

var n6Kinds = []n6Kind{
	{32, "bots", rsit.InfectedSystem, "Synthbot-A", false, 0},
	{22, "cnc", rsit.C2Server, "Synthstrike", false, 443},
	{20, "phish", rsit.Phishing, "", true, 0},
	{10, "vulnerable", rsit.VulnerableSystem, "CVE-2026-99999", false, 8443},
	{7, "malurl", rsit.MalwareDistribution, "Synthloader", true, 0},
	{5, "scanning", rsit.Scanner, "", false, 0},
	{2, "tor", rsit.DeviceID, "", false, 0},
	{2, "leak", rsit.DataLeak, "", false, 0},
}

// n6Writer writes events of n6: JSON lines, or one array. Some events have two
// addresses, so that one row is two observations.
type n6Writer struct {
	base
	array  bool
	hosts  *pool
	sites  *pool
	c2     *pool // shared with the feeds that tell of the same servers
	serial uint64
	text   []byte
	second []byte
	host   []byte
	when   clock
}

func (w *n6Writer) head(b []byte) []byte {
	if w.array {
		return append(b, "[\n"...)
	}
	return b
}

func (w *n6Writer) between() string {
	if w.array {
		return ",\n"
	}
	return "\n"
}

func (w *n6Writer) foot() string {
	if w.array {
		return "\n]\n"
	}
	return "\n"
}

func (w *n6Writer) row(b []byte, d *dice, o *obs) []byte {
	k := &n6Kinds[0]
	for r, i := d.below(100), 0; i < len(n6Kinds); i++ {
		if k = &n6Kinds[i]; r < k.weight {
			break
		}
		r -= k.weight
	}
	w.serial++
	w.when = w.now(o)
	*o = obs{time: o.time, class: k.class, family: strings.ToLower(k.name)}
	b = hexes(append(b, `{"id":"`...), w.serial, 32)
	b = append(b, `","source":"hidden.7","restriction":"`...)
	b = append(b, [...]string{"need-to-know", "public", "need-to-know", "internal"}[w.serial%4]...)
	b = append(append(b, `","confidence":"medium","category":"`...), k.category...)
	b = append(w.when.append(append(b, `","time":"`...), 'T'), `Z"`...)
	if k.site {
		b = w.site(b, d, o)
	} else {
		b = w.machine(b, d, o, k)
	}
	if k.name != "" {
		b = field(b, "name", []byte(k.name))
	}
	return append(b, `,"origin":"honeypot","proto":"tcp"}`...)
}

// site writes a URL, with the addresses of its host where they are known. Two
// addresses of one host lie in one network.
func (w *n6Writer) site(b []byte, d *dice, o *obs) []byte {
	s := w.sites.site(w.host[:0], w.sites.draw(d, w.fresh), true)
	if s.host != nil {
		w.host = s.host
	}
	w.text = s.url(w.text[:0], o, d.next())
	o.port = 0
	b = field(b, "url", o.text)
	status := "active"
	if d.below(12) == 0 {
		status, o.offline = "delisted", true
	}
	b = field(b, "status", []byte(status))
	if !o.addr.IsValid() {
		return b
	}
	o.claim, o.claimAS = claimFor(w.world, o.addr, d)
	b = place(append(b, `,"address":[`...), o)
	if o.host != nil && d.below(4) == 0 {
		twin := *o
		twin.addr = beside(o.addr)
		o.more = []obs{twin}
		b = place(append(b, ','), &twin)
	}
	return append(b, ']')
}

// machine writes the addresses of an event: one, or for every third bot two
// that have nothing in common.
func (w *n6Writer) machine(b []byte, d *dice, o *obs, k *n6Kind) []byte {
	p := w.hosts
	if k.class == rsit.C2Server {
		p = w.c2
	}
	a, odd := special(d)
	round := uint64(0)
	if !odd {
		a, round = p.address(p.draw(d, w.fresh))
	}
	o.addr = a
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	if k.usual != 0 {
		o.port = port(k.usual, round)
		b = number(append(b, `,"dport":`...), uint64(o.port))
	}
	o.claim, o.claimAS = claimFor(w.world, a, d)
	b = place(append(b, `,"address":[`...), o)
	if k.class == rsit.InfectedSystem && d.below(3) == 0 {
		twin := *o
		if twin.addr, _ = p.address(p.draw(d, w.fresh)); twin.addr != a {
			w.second = twin.addr.AppendTo(w.second[:0])
			twin.text = w.second
			twin.claim, twin.claimAS = claimFor(w.world, twin.addr, d)
			o.more = []obs{twin}
			b = place(append(b, ','), &twin)
		}
	}
	return append(b, ']')
}

// place writes one address with what the feed claims of it.
func place(b []byte, o *obs) []byte {
	b = append(o.addr.AppendTo(append(b, `{"ip":"`...)), '"')
	if o.claim != "" {
		b = field(b, "cc", []byte(o.claim))
	}
	if o.claimAS != 0 {
		b = number(append(b, `,"asn":`...), uint64(o.claimAS))
	}
	return append(b, '}')
}

// beside gives the neighbour of a clean address, of which all that decides an
// outcome is the same.
func beside(a netip.Addr) netip.Addr {
	if a.Is4() {
		x := a.As4()
		x[3] ^= 1
		return netip.AddrFrom4(x)
	}
	x := a.As16()
	x[15] ^= 1
	return netip.AddrFrom16(x)
}

func (w *n6Writer) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, 'T')) + "Z"
	event := func(rest string) string {
		return `{"id":"0","source":"hidden.7","restriction":"public","confidence":"low","time":"` + when + `",` + rest + `}`
	}
	why := feed.NoZone
	switch n % 8 {
	case 0:
		row = strings.Replace(row, when, when[:19], 1)
	case 1:
		row, why = strings.Replace(row, when, "1970-01-01T00:00:00Z", 1), feed.BadTime
	case 2:
		row, why = strings.Replace(row, when, "2999-12-31T23:59:59Z", 1), feed.BadTime
	case 3:
		row, why = strings.Replace(row, when, "", 1), feed.NoTime
	case 4:
		row, why = event(`"category":"cnc","address":[{"ip":"198.18.1.9"}],"dport":70000`), feed.BadPort
	case 5:
		row, why = event(`"category":"bots","address":[{"ip":"198.18.1.9"},{"ip":"198.018.001.002"}]`), feed.BadValue
	case 6:
		row, why = event(`"category":"synthetic-mischief","address":[{"ip":"198.18.1.9"}]`), feed.BadClass
	default:
		row, why = event(`"category":"bots","fqdn":"sinkhole.example.org"`), feed.NoValue
	}
	return append(b[:from], row...), why
}
