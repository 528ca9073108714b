package sample

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// phishtankWriter writes the list of PhishTank as CSV or JSON. Its day is in the
// name of its file. In JSON an entry has the addresses of its host.
type phishtankWriter struct {
	base
	json   bool
	sites  *pool
	serial uint64
	text   []byte
	host   []byte
	when   clock
}

func (w *phishtankWriter) head(b []byte) []byte {
	if w.json {
		return append(b, "[\n"...)
	}
	return append(b, "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n"...)
}

func (w *phishtankWriter) between() string {
	if w.json {
		return ",\n"
	}
	return "\n"
}

func (w *phishtankWriter) foot() string {
	if w.json {
		return "\n]\n"
	}
	return "\n"
}

func (w *phishtankWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.when = w.now(o)
	*o = obs{time: o.time, class: rsit.Phishing}
	s := w.sites.site(w.host[:0], w.sites.draw(d, w.fresh), w.json)
	if s.host != nil {
		w.host = s.host
	}
	w.text = s.url(w.text[:0], o, d.next())
	o.port = 0
	online := "yes"
	if d.below(12) == 0 {
		online, o.offline = "no", true
	}
	id := 9_000_000 + w.serial
	if !w.json {
		b = append(append(number(b, id), ','), o.text...)
		b = number(append(b, ",https://synthetic.example.org/phish_detail.php?phish_id="...), id)
		b = w.when.append(append(b, ','), 'T')
		b = w.when.append(append(b, "+00:00,yes,"...), 'T')
		return append(append(append(b, "+00:00,"...), online...), `,"Synthetic Bank, and Others"`...)
	}
	b = number(append(b, `{"phish_id":"`...), id)
	b = append(append(b, `","url":"`...), strings.ReplaceAll(string(o.text), "/", `\/`)...)
	b = w.when.append(append(b, `","submission_time":"`...), 'T')
	b = append(append(b, `+00:00","verified":"yes","online":"`...), online...)
	b = append(b, `","details":[`...)
	if o.addr.IsValid() {
		o.claim, o.claimAS = claimFor(w.world, o.addr, d)
		b = network(b, o)
		if o.host != nil && d.below(4) == 0 {
			twin := *o
			twin.addr = beside(o.addr)
			o.more = []obs{twin}
			b = network(append(b, ','), &twin)
		}
	}
	return append(b, `],"target":"Synthetic Bank"}`...)
}

// network writes one address of an entry with what the feed claims of it.
func network(b []byte, o *obs) []byte {
	b = o.addr.AppendTo(append(b, `{"ip_address":"`...))
	if o.claimAS != 0 {
		b = number(append(b, `","announcing_network":"`...), uint64(o.claimAS))
	}
	return append(append(append(b, `","rir":"synthetic","country":"`...), o.claim...), `"}`...)
}

func (w *phishtankWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, 'T'))
	url := string(o.text)
	if w.json {
		url = strings.ReplaceAll(url, "/", `\/`)
	}
	why := feed.BadTime
	switch n % 5 {
	case 0:
		row = strings.Replace(row, when, "1970-01-01T00:00:00", 1)
	case 1:
		row = strings.Replace(row, when, "2999-12-31T23:59:59", 1)
	case 2:
		row, why = strings.Replace(row, when+"+00:00", when, 1), feed.NoZone
	case 3:
		row, why = strings.Replace(row, url, "http://198.18.1.9:70000/x", 1), feed.BadValue
	default:
		row, why = strings.Replace(row, url, "", 1), feed.NoValue
	}
	return append(b[:from], row...), why
}
