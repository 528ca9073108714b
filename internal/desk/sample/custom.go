package sample

import (
	"strings"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// customWriter writes a CSV of an operator's own, read by mapping.yaml, with
// times on the clock of Madrid.
type customWriter struct {
	base
	zone   *time.Location
	hosts  *pool
	serial uint64
	text   []byte
}

// customZone has summer time, so that a fixed offset would be wrong half the year.
const customZone = "Europe/Madrid"

const customMapping = banner + `feed: synthetic-honeynet
format: csv
comma: ";"
comment: "#"
mode: event
zone: Europe/Madrid
times: ["02/01/2006 15:04:05"]
class: exploit
fields:
  time: Fecha
  ip: Origen
  port: Puerto
  family: Ataque
`

func (w *customWriter) head(b []byte) []byte {
	return append(b, "# SYNTHETIC\nFecha;Origen;Puerto;Ataque;Sonda\n"...)
}

func (w *customWriter) row(b []byte, d *dice, o *obs) []byte {
	w.serial++
	w.now(o)
	day := time.UnixMicro(w.start).In(w.zone)
	_, before := day.Zone()
	if _, after := day.Add(24 * time.Hour).Zone(); before != after { // an hour that comes twice has no one time
		o.time = w.start + 12*3600*1e6 + (o.time-w.start)/4/1e6*1e6
	}
	*o = obs{time: o.time, class: rsit.Exploit, family: [...]string{"synthcve-1", "synthcve-2", "synthcve-3"}[d.below(3)]}
	a, odd := special(d)
	if !odd {
		a, _ = w.hosts.address(w.hosts.draw(d, 0.5))
	}
	o.addr, o.port = a, uint16(1024+d.below(60000))
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	b = time.UnixMicro(o.time).In(w.zone).AppendFormat(b, "02/01/2006 15:04:05")
	b = append(append(append(b, ';'), w.text...), ';')
	b = append(number(b, uint64(o.port)), ';')
	b = append(append(b, o.family...), ";synthetic-"...)
	return append(number(b, w.serial), '\n')
}

func (w *customWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	b = w.row(b, d, o)
	fields := strings.Split(string(b[from:]), ";")
	why := feed.BadTime
	switch n % 5 {
	case 0:
		fields[0] = "31/02/2026 08:00:00"
	case 1:
		fields[0] = "01/01/1970 00:00:00"
	case 2:
		fields[0], why = "", feed.NoTime
	case 3:
		fields[2], why = "70000", feed.BadPort
	default:
		fields[1], why = "198.018.001.002", feed.BadValue
	}
	return append(b[:from], strings.Join(fields, ";")...), why
}
