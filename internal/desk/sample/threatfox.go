package sample

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// threatfoxWriter writes the export of ThreatFox as CSV or JSON.
type threatfoxWriter struct {
	base
	json   bool
	c2     *pool // shared with the feeds that tell of the same servers
	names  *pool
	sites  *pool
	serial uint64
	text   []byte
	host   []byte
	shown  []byte // the value as the row has it
	when   clock
}

func (w *threatfoxWriter) head(b []byte) []byte {
	if w.json {
		return append(b, "{\n"...)
	}
	b = append(append(b, fence...), "# SYNTHETIC rows in the shape of the abuse.ch ThreatFox IOCs (CSV)\n# Last updated: "+w.date+" 23:59:59 UTC\n"...)
	return append(append(b, fence...), `# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"`+"\n"...)
}

func (w *threatfoxWriter) between() string {
	if w.json {
		return ",\n"
	}
	return "\n"
}

func (w *threatfoxWriter) foot() string {
	if w.json {
		return "\n}\n"
	}
	return "\n# Number of entries: " + string(number(nil, uint64(w.rows))) + "\n"
}

func (w *threatfoxWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.when = w.now(o)
	*o = obs{time: o.time, class: rsit.C2Server, family: "synthstrike"}
	kind, threat, malware := "ip:port", "botnet_cc", "Synthstrike"
	switch r := d.below(10); {
	case r < 5:
		w.service(d, o)
	case r < 7:
		kind, malware, o.family = "domain", "SynthRAT", "synthrat"
		w.name(d, o)
	case r < 9:
		kind, threat, malware = "url", "payload_delivery", "SynthLoader"
		o.class, o.family = rsit.MalwareDistribution, "synthloader"
		s := w.sites.site(w.host[:0], w.sites.draw(d, w.fresh), false)
		if s.host != nil {
			w.host = s.host
		}
		w.text = s.url(w.text[:0], o, d.next())
		o.port = 0
		w.shown = append(w.shown[:0], o.text...)
	default:
		kind, threat, malware = "sha256_hash", "payload", "SynthLoader"
		o.class, o.family = rsit.MalwareDistribution, "synthloader"
		w.text = hexes(w.text[:0], mix(w.sites.seed, w.serial), 64)
		o.text = w.text
		w.shown = append(w.shown[:0], o.text...)
	}
	id := 9_000_000 + w.serial
	if w.json {
		b = number(append(b, '"'), id)
		b = append(append(b, `":[{"ioc_value":"`...), w.shown...)
		b = append(append(b, `","ioc_type":"`...), kind...)
		b = append(append(b, `","threat_type":"`...), threat...)
		b = append(append(b, `","malware":"win.synthetic","malware_alias":null,"malware_printable":"`...), malware...)
		b = w.when.append(append(b, `","first_seen_utc":"`...), ' ')
		return append(b, `","last_seen_utc":null,"confidence_level":75,"reference":null,"tags":"synthetic","anonymous":"0","reporter":"synthetic"}]`...)
	}
	b = w.when.append(append(b, '"'), ' ')
	b = number(append(b, `", "`...), id)
	b = append(append(b, `", "`...), w.shown...)
	b = append(append(b, `", "`...), kind...)
	b = append(append(b, `", "`...), threat...)
	b = append(append(b, `", "win.synthetic", "None", "`...), malware...)
	return append(b, `", "", "75", "False", "None", "synthetic,sample", "0", "synthetic"`...)
}

// service writes an address with its port.
func (w *threatfoxWriter) service(d *dice, o *obs) {
	a, odd := special(d)
	round := uint64(0)
	if !odd {
		a, round = w.c2.address(w.c2.draw(d, w.fresh))
	}
	o.addr, o.port = a, port(443, round)
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	w.shown = w.shown[:0]
	if a.Is6() {
		w.shown = append(append(append(w.shown, '['), w.text...), ']')
	} else {
		w.shown = append(w.shown, w.text...)
	}
	w.shown = number(append(w.shown, ':'), uint64(o.port))
}

// name writes a domain, every eighth one defanged.
func (w *threatfoxWriter) name(d *dice, o *obs) {
	i := w.names.draw(d, w.fresh)
	s := w.names.site(w.host[:0], i, false)
	if s.host == nil { // an address is no domain
		w.host = append(number(append(w.host[:0], "entente-synthetic-fox"...), i), ".invalid"...)
		s = site{host: w.host, regis: w.host}
	}
	w.host = s.host
	s.name(o)
	w.shown = append(w.shown[:0], o.text...)
	if w.serial%8 == 0 {
		w.shown = append(w.shown[:0], strings.ReplaceAll(string(o.text), ".", "[.]")...)
	}
}

func (w *threatfoxWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when, value := string(w.when.append(nil, ' ')), `"`+string(w.shown)+`"`
	why := feed.BadTime
	switch n % 6 {
	case 0:
		row = strings.Replace(row, when, "1970-01-01 00:00:00", 1)
	case 1:
		row = strings.Replace(row, when, "2999-12-31 23:59:59", 1)
	case 2:
		row, why = strings.Replace(row, when, "", 1), feed.NoTime
	case 3:
		row, why = strings.Replace(row, value, `""`, 1), feed.NoValue
	case 4:
		for _, kind := range []string{"ip:port", "domain", "url", "sha256_hash"} {
			row = strings.Replace(row, `"`+kind+`"`, `"sha3_384_hash"`, 1)
		}
		why = feed.BadValue
	default:
		for _, threat := range []string{"botnet_cc", "payload_delivery", "payload"} {
			row = strings.Replace(row, `"`+threat+`"`, `"synthetic_mischief"`, 1)
		}
		why = feed.BadClass
	}
	return append(b[:from], row...), why
}
