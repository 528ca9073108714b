package sample

import (
	"net/netip"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// dropForm is one of the forms of the DROP lists.
type dropForm uint8

const (
	dropText dropForm = iota // networks of IPv4, text
	dropV6                   // networks of IPv6, JSON lines
	dropASN                  // autonomous systems, JSON lines
)

// dropWriter writes one DROP list a day. It states when it was made: the text in
// its head, JSON lines in the last one.
type dropWriter struct {
	listWriter
	form dropForm
}

func (w *dropWriter) head(b []byte) []byte {
	w.begin()
	if w.form != dropText {
		return b
	}
	made := time.UnixMicro(w.start).UTC()
	b = append(b, "; SYNTHETIC rows in the shape of the Spamhaus DROP List; nothing in it is real\n; Last-Modified: "...)
	b = append(made.AppendFormat(b, "Mon, 02 Jan 2006 15:04:05"), " GMT\n; Expires: "...)
	return append(made.AddDate(0, 0, 1).AppendFormat(b, "Mon, 02 Jan 2006 15:04:05"), " GMT\n"...)
}

func (w *dropWriter) foot() string {
	if w.form == dropText {
		return ""
	}
	b := number([]byte(`{"type":"metadata","timestamp":`), uint64(w.start/1e6))
	b = number(append(b, `,"records":`...), uint64(w.rows))
	return string(append(b, `,"copyright":"SYNTHETIC rows in the shape of a list of The Spamhaus Project"}`+"\n"...))
}

func (w *dropWriter) row(b []byte, d *dice, o *obs) []byte {
	i := w.step + w.given
	w.given++
	*o = obs{time: w.snap, class: rsit.Blocklist}
	id := 9_000_000 + i
	switch w.form {
	case dropText:
		return append(number(append(w.prefix(b, w.network(i), o), " ; SBL"...), id), '\n')
	case dropV6:
		p := netip.PrefixFrom(v6(uint32(i%(cleanNets*16)), i<<32), 96)
		b = w.prefix(append(b, `{"cidr":"`...), p, o)
		return append(number(append(b, `","sblid":"SBL`...), id), `","rir":"synthetic"}`+"\n"...)
	}
	n := firstASN + i%(1<<32-firstASN)
	w.text = number(append(w.text[:0], "AS"...), n)
	o.text = w.text
	return append(number(append(b, `{"asn":`...), n), `,"rir":"synthetic","domain":"example.org","cc":"PL","asname":"SYNTHETIC"}`+"\n"...)
}

func (w *dropWriter) prefix(b []byte, p netip.Prefix, o *obs) []byte {
	w.text = p.AppendTo(w.text[:0])
	o.text, o.addr = w.text, p.Addr()
	return append(b, w.text...)
}

func (w *dropWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	switch w.form {
	case dropText:
		return append(b, "198.18.0.0/99 ; SBL9000000\n"...), feed.BadValue
	case dropV6:
		return append(b, `{"cidr":"2001:db8::1/32","sblid":"SBL9000000","rir":"synthetic"}`+"\n"...), feed.BadValue
	}
	return append(b, `{"asn":0,"rir":"synthetic","asname":"SYNTHETIC"}`+"\n"...), feed.BadValue
}
