package sample

import (
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// jsonWriter writes JSON lines of an operator's own. Its mapping declares no
// zone, so a row whose time names none must be rejected.
type jsonWriter struct {
	base
	hosts  *pool
	serial uint64
	text   []byte
	when   clock
}

const jsonMapping = banner + `feed: synthetic-sensor
format: jsonl
mode: event
times: [rfc3339]
classes: {flood: ddos, junk: spam}
fields:
  time: seen
  class: what
  ip: peer.ip
  port: peer.port
  family: campaign
`

func (w *jsonWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.when = w.now(o)
	*o = obs{time: o.time, class: rsit.DDoS, family: "synthflood"}
	what := "flood"
	if d.below(3) == 0 {
		what, o.class, o.family = "junk", rsit.Spam, "synthmail"
	}
	a, odd := special(d)
	if !odd {
		a, _ = w.hosts.address(w.hosts.draw(d, 0.5))
	}
	o.addr, o.port = a, uint16(1024+d.below(60000))
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	b = append(w.when.append(append(b, `{"synthetic":true,"seen":"`...), 'T'), `Z","what":"`...)
	b = append(append(b, what...), `","peer":{"ip":"`...)
	b = append(append(b, w.text...), `","port":`...)
	b = append(number(b, uint64(o.port)), `},"campaign":"`...)
	b = append(append(b, o.family...), `","serial":`...)
	return append(number(b, w.serial), "}\n"...)
}

func (w *jsonWriter) head(b []byte) []byte { return b }

func (w *jsonWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	row := string(b[from:])
	when := string(w.when.append(nil, 'T'))
	why := feed.NoZone
	switch n % 4 {
	case 0:
		row = strings.Replace(row, when+"Z", when, 1)
	case 1:
		row, why = row[:len(row)/2]+"\n", feed.BadRow
	case 2:
		row, why = strings.Replace(row, `"ip":"`+string(w.text)+`",`, "", 1), feed.NoValue
	default:
		row, why = strings.Replace(strings.Replace(row, `"junk"`, `"other mischief"`, 1), `"flood"`, `"other mischief"`, 1), feed.BadClass
	}
	return append(b[:from], row...), why
}
