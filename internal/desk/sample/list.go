package sample

import (
	"net/netip"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// listKind is the shape of a plain list.
type listKind uint8

const (
	listIP listKind = iota
	listIPPort
	listCIDR
	listDomain
	listURL
	listHash
	listHosts
)

// listWriter writes one plain list a day: comments, one indicator a line,
// some of them defanged. A list names each thing once, unless a line is doubled.
type listWriter struct {
	base
	kind   listKind
	class  rsit.Class
	family string
	pool   *pool
	step   uint64 // where the day's list begins in the pool
	given  uint64
	text   []byte
	host   []byte
}

// begin begins a new list. Three quarters of it stood in the list before.
func (w *listWriter) begin() {
	w.given = 0
	if w.step > 0 || w.pool.n > 0 {
		w.step += uint64(w.rows)/4 + 1
	}
	w.pool.n = 1
}

func (w *listWriter) head(b []byte) []byte {
	w.begin()
	return append(b, "# SYNTHETIC list; nothing in it is real\n#\n"...)
}

func (w *listWriter) row(b []byte, d *dice, o *obs) []byte {
	i := w.step + w.given
	w.given++
	*o = obs{time: w.snap, class: w.class, family: w.family}
	switch w.kind {
	case listIP, listIPPort:
		return w.address(b, i, o)
	case listCIDR:
		w.text = w.network(i).AppendTo(w.text[:0])
		o.text, o.addr = w.text, w.network(i).Addr()
		return append(append(b, w.text...), " ; SYN\n"...)
	case listDomain, listHosts:
		s := w.pool.site(w.host[:0], i, false)
		if s.host == nil {
			w.host = append(number(append(w.host[:0], "entente-synthetic-list"...), i), ".invalid"...)
			s = site{host: w.host, regis: w.host}
		}
		w.host = s.host
		s.name(o)
		if w.kind == listHosts {
			b = append(b, "0.0.0.0 "...)
		}
		return append(w.fang(b, i), '\n')
	case listURL:
		s := w.pool.site(w.host[:0], i, false)
		if s.host != nil {
			w.host = s.host
		}
		w.text = number(append(s.url(w.text[:0], o, 0), "?n="...), i)
		o.text = w.text
		return append(w.fangURL(b, o, i), '\n')
	}
	w.text = hexes(w.text[:0], w.pool.seed^i, 64)
	o.text = w.text
	return append(append(b, w.text...), '\n')
}

// address writes the address of number i, a different one (or a different port)
// for every i: a list names a thing once.
func (w *listWriter) address(b []byte, i uint64, o *obs) []byte {
	a, round := w.pool.v4(i)
	if q := i / 160; i%40 == 0 && (q < 256 || w.kind == listIPPort) {
		// A resolver, a cloud address, an allowed one, one that is nowhere, by turns.
		n := [...]uint32{netDNS, netCloud, netAllow, networks + 20}[i/40%4]
		a, round = v4(n*512+uint32(q%256)), q/256
	}
	if round > 0 && w.kind == listIP {
		a = v6(uint32(i%(cleanNets*16)), i)
	}
	o.addr = a
	w.text = a.AppendTo(w.text[:0])
	o.text = w.text
	b = append(b, w.text...)
	if w.kind == listIPPort {
		o.port = port(8080, round)
		b = number(append(b, ':'), uint64(o.port))
	}
	return append(b, '\n')
}

// network gives the network number i, a different one for every i.
func (w *listWriter) network(i uint64) netip.Prefix {
	if i < clean4/16 {
		return netip.PrefixFrom(v4(uint32(i*16)), 28)
	}
	return netip.PrefixFrom(v6(uint32(i%(cleanNets*16)), i<<32), 96)
}

// fang writes the name in w.host, every eighth one defanged.
func (w *listWriter) fang(b []byte, i uint64) []byte {
	if i%8 != 0 || w.kind == listHosts {
		return append(b, w.host...)
	}
	return append(b, strings.ReplaceAll(string(w.host), ".", "[.]")...)
}

func (w *listWriter) fangURL(b []byte, o *obs, i uint64) []byte {
	if i%8 != 0 {
		return append(b, o.text...)
	}
	return append(b, strings.Replace(string(o.text), "http://", "hxxp://", 1)...)
}

func (w *listWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	switch w.kind {
	case listIP:
		return append(b, "198.018.001.002\n"...), feed.BadValue
	case listIPPort:
		return append(b, "198.18.1.9:70000\n"...), feed.BadPort
	case listCIDR:
		return append(b, "198.18.0.0/99 ; SYN\n"...), feed.BadValue
	case listHash:
		return append(b, "synthetic-no-hash\n"...), feed.BadValue
	case listURL:
		return append(b, "http://\n"...), feed.BadValue
	case listHosts:
		if n%2 == 0 {
			return append(b, "127.0.0.1 localhost\n"...), feed.NoValue
		}
		return append(b, "0.0.0.0 entente..synthetic.invalid\n"...), feed.BadValue
	}
	return append(b, "entente..synthetic.invalid\n"...), feed.BadValue
}
