package sample

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

const fence = "################################################################\n"

// lastSecond of a day is when abuse.ch files say that they were made.
const lastSecond = 86399 * 1e6

// urlhausWriter writes the CSV of URLhaus.
type urlhausWriter struct {
	base
	sites  *pool
	serial uint64
	url    []byte
	host   []byte
	when   clock
}

func (w *urlhausWriter) head(b []byte) []byte {
	b = append(b, fence...)
	w.asOf = w.start + lastSecond
	b = append(b, "# SYNTHETIC rows in the shape of the abuse.ch URLhaus Database Dump (CSV)\n# Last updated: "+w.date+" 23:59:59 (UTC)\n"...)
	b = append(b, fence...)
	return append(b, "#\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"...)
}

func (w *urlhausWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.when = w.now(o)
	*o = obs{time: o.time, class: rsit.MalwareDistribution}
	s := w.sites.site(w.host[:0], w.sites.draw(d, w.fresh), false)
	if s.host != nil {
		w.host = s.host
	}
	w.url = s.url(w.url[:0], o, d.next())
	status := "online"
	if d.below(12) == 0 {
		status, o.offline = "offline", true
	}
	b = append(number(append(b, '"'), 9_000_000+w.serial), `","`...)
	b = append(w.when.append(b, ' '), `","`...)
	b = append(append(b, w.url...), `","`...)
	b = append(append(b, status...), `","`...)
	b = append(w.when.append(b, ' '), `","malware_download","None","https://synthetic.example.org/url/`...)
	b = append(number(b, 9_000_000+w.serial), `/","synthetic"`...)
	return append(b, '\n')
}

func (w *urlhausWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, ' '))
	why := feed.BadTime
	switch n % 4 {
	case 0:
		row = strings.Replace(row, when, "1970-01-01 00:00:00", 1)
	case 1:
		row = strings.Replace(row, when, "2999-12-31 23:59:59", 1)
	case 2:
		row, why = strings.Replace(row, `"`+string(w.url)+`"`, `"http://198.18.1.9:70000/x"`, 1), feed.BadValue
	default:
		row, why = strings.Replace(row, when, when+"\x00", 1), feed.BadText
	}
	return append(b[:from], row...), why
}

// feodoWriter writes the list of Feodo Tracker as CSV or JSON.
type feodoWriter struct {
	base
	json   bool
	c2     *pool
	serial uint64
	text   []byte
	when   clock
	used   map[uint64]bool // assets of the file in hand: a list names each once
}

func (w *feodoWriter) head(b []byte) []byte {
	w.used = map[uint64]bool{}
	if w.json {
		return append(b, "[\n"...)
	}
	b = append(b, fence...)
	w.asOf = w.start + lastSecond
	b = append(b, "# SYNTHETIC rows in the shape of the abuse.ch Feodo Tracker Botnet C2 IP Blocklist (CSV)\n# Last updated: "+w.date+" 23:59:59 UTC\n"...)
	b = append(b, fence...)
	return append(b, "first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n"...)
}

func (w *feodoWriter) between() string {
	if w.json {
		return ",\n"
	}
	return "\n"
}

func (w *feodoWriter) foot() string {
	if w.json {
		return "\n]\n"
	}
	return "\n"
}

func (w *feodoWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.when = w.now(o)
	i := w.c2.draw(d, w.fresh)
	for w.used[i] {
		i = w.c2.draw(d, 1)
	}
	w.used[i] = true
	a, round := w.c2.address(i)
	w.text = a.AppendTo(w.text[:0])
	*o = obs{time: o.time, class: rsit.C2Server, family: "synthstrike", text: w.text, addr: a, port: port(443, round)}
	status := "online"
	if d.below(12) == 0 {
		status, o.offline = "offline", true
	}
	if w.json {
		claim, as := claimFor(w.world, a, d)
		o.claim, o.claimAS = claim, as
		b = append(append(b, `{"ip_address":"`...), w.text...)
		b = number(append(b, `","port":`...), uint64(o.port))
		b = append(append(b, `,"status":"`...), status...)
		b = number(append(b, `","hostname":null,"as_number":`...), uint64(as))
		b = append(append(b, `,"as_name":"SYNTHETIC","country":"`...), claim...)
		b = w.when.append(append(b, `","first_seen":"`...), ' ')
		b = append(append(b, `","last_online":"`...), w.date...)
		return append(b, `","malware":"Synthstrike"}`...)
	}
	b = append(w.when.append(b, ' '), ',')
	b = append(append(b, w.text...), ',')
	b = append(number(b, uint64(o.port)), ',')
	b = append(append(b, status...), ',')
	return append(append(b, w.date...), ",Synthstrike"...)
}

func (w *feodoWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, ' '))
	why := feed.BadTime
	switch n % 3 {
	case 0:
		row = strings.Replace(row, when, "1970-01-01 00:00:00", 1)
	case 1:
		row = strings.Replace(row, when, "2999-12-31 23:59:59", 1)
	default:
		row, why = strings.Replace(row, string(w.text), "198.018.001.002", 1), feed.BadValue
	}
	return append(b[:from], row...), why
}

// sslblWriter writes the certificate list of SSLBL.
type sslblWriter struct {
	base
	certs pool
	hash  []byte
	when  clock
}

func (w *sslblWriter) head(b []byte) []byte {
	b = append(b, fence...)
	w.asOf = w.start + lastSecond
	b = append(b, "# SYNTHETIC rows in the shape of the abuse.ch SSLBL SSL Certificate Blacklist (SHA1 Fingerprints) CSV\n# Last updated: "+w.date+" 23:59:59 UTC\n"...)
	b = append(b, fence...)
	return append(b, "#\n# Listingdate,SHA1,Listingreason\n"...)
}

func (w *sslblWriter) row(b []byte, d *dice, o *obs) []byte {
	w.when = w.now(o)
	i := w.certs.draw(d, 1) // a certificate is listed once
	w.hash = hexes(w.hash[:0], w.certs.seed^i, 40)
	*o = obs{time: o.time, class: rsit.C2Server, family: "synthstrike", text: w.hash}
	b = append(w.when.append(b, ' '), ',')
	b = append(append(b, w.hash...), ',')
	return append(b, "Synthstrike C&C\n"...)
}

func (w *sslblWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, ' '))
	switch n % 3 {
	case 0:
		return append(b[:from], strings.Replace(row, when, "1970-01-01 00:00:00", 1)...), feed.BadTime
	case 1:
		return append(b[:from], strings.Replace(row, when, "2999-12-31 23:59:59", 1)...), feed.BadTime
	}
	return append(b[:from], strings.Replace(row, string(w.hash), string(w.hash[:39])+"g", 1)...), feed.BadValue
}
