package locate

import (
	"encoding/binary"
	"net/netip"
	"sort"

	"entente/internal/core/country"
)

// table maps addresses to the most specific network that covers them. The
// networks are sorted by first address, wider ones first, and each knows the
// one it lies in; so one binary search and at most a few steps outwards answer.
// A table never changes after it was made: many goroutines may read it.
type table struct {
	start4 []uint32
	bits4  []uint8
	rec4   []uint32
	up4    []int32 // the network around this one, -1 for none
	text4  []uint32
	first4 []uint32 // by the upper 16 bits: the first network that starts there or later

	hi6, lo6 []uint64
	bits6    []uint8
	rec6     []uint32
	up6      []int32
	text6    []uint32
	first6   []uint32

	asn     []uint32 // by record
	country []uint16 // by record: two letters, 0 for none
	name    []uint32 // by record: offsets into names, one more than records
	code    []string // by record: the country, derived
	names   string
	text    string // the networks as text; text4 and text6 are offsets, one more than networks
}

// find4 gives the index of the most specific network around a, -1 for none.
func (t *table) find4(a uint32) int32 {
	lo, hi := t.first4[a>>16], t.first4[a>>16+1]
	for lo < hi { // the first network that starts after a
		m := (lo + hi) >> 1
		if t.start4[m] <= a {
			lo = m + 1
		} else {
			hi = m
		}
	}
	for i := int32(lo) - 1; i >= 0; i = t.up4[i] {
		if (uint64(a)^uint64(t.start4[i]))>>(32-t.bits4[i]) == 0 {
			return i
		}
	}
	return -1
}

// find6 is find4 for IPv6.
func (t *table) find6(h, l uint64) int32 {
	lo, hi := t.first6[h>>48], t.first6[h>>48+1]
	for lo < hi {
		m := (lo + hi) >> 1
		if t.hi6[m] < h || t.hi6[m] == h && t.lo6[m] <= l {
			lo = m + 1
		} else {
			hi = m
		}
	}
	for i := int32(lo) - 1; i >= 0; i = t.up6[i] {
		if inside6(h^t.hi6[i], l^t.lo6[i], t.bits6[i]) {
			return i
		}
	}
	return -1
}

// inside6 tells whether the upper bits of a difference are all zero.
func inside6(h, l uint64, bits uint8) bool {
	if bits <= 64 {
		return h>>(64-bits) == 0
	}
	return h == 0 && l>>(128-bits) == 0
}

// lookup gives the record and the text of the most specific network around a.
func (t *table) lookup(a netip.Addr) (rec uint32, prefix string, ok bool) {
	if a.Is4() {
		b := a.As4()
		i := t.find4(binary.BigEndian.Uint32(b[:]))
		if i < 0 {
			return 0, "", false
		}
		return t.rec4[i], t.text[t.text4[i]:t.text4[i+1]], true
	}
	b := a.As16()
	i := t.find6(binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:]))
	if i < 0 {
		return 0, "", false
	}
	return t.rec6[i], t.text[t.text6[i]:t.text6[i+1]], true
}

// network gives the name of a record's network.
func (t *table) network(rec uint32) string { return t.names[t.name[rec]:t.name[rec+1]] }

// index fills what is derived: the entry points and the networks around.
func (t *table) index() {
	t.code = make([]string, len(t.country))
	for i, packed := range t.country {
		t.code[i] = unpackCountry(packed)
	}
	t.first4 = make([]uint32, 1<<16+1)
	t.first6 = make([]uint32, 1<<16+1)
	for i, j := 0, 0; i <= 1<<16; i++ {
		for j < len(t.start4) && int(t.start4[j]>>16) < i {
			j++
		}
		t.first4[i] = uint32(j)
	}
	for i, j := 0, 0; i <= 1<<16; i++ {
		for j < len(t.hi6) && int(t.hi6[j]>>48) < i {
			j++
		}
		t.first6[i] = uint32(j)
	}
	t.up4 = make([]int32, len(t.start4))
	for i := range t.up4 {
		up := int32(i) - 1
		for up >= 0 && (uint64(t.start4[i])^uint64(t.start4[up]))>>(32-t.bits4[up]) != 0 {
			up = t.up4[up]
		}
		t.up4[i] = up
	}
	t.up6 = make([]int32, len(t.hi6))
	for i := range t.up6 {
		up := int32(i) - 1
		for up >= 0 && !inside6(t.hi6[i]^t.hi6[up], t.lo6[i]^t.lo6[up], t.bits6[up]) {
			up = t.up6[up]
		}
		t.up6[i] = up
	}
}

// record is what a network says.
type record struct {
	country string
	asn     uint32
	name    string
}

// tableMaker gathers networks for a table.
type tableMaker struct {
	records map[record]uint32
	list    []record
	nets    []netip.Prefix
	recs    []uint32
}

// add takes one network. Of the same network given twice the first counts.
func (m *tableMaker) add(p netip.Prefix, r record) {
	if m.records == nil {
		m.records = map[record]uint32{}
	}
	id, ok := m.records[r]
	if !ok {
		id = uint32(len(m.list))
		m.records[r] = id
		m.list = append(m.list, r)
	}
	m.nets = append(m.nets, p.Masked())
	m.recs = append(m.recs, id)
}

// table makes the table of all networks that were added.
func (m *tableMaker) table() *table {
	order := make([]int, len(m.nets))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := m.nets[order[i]], m.nets[order[j]]
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c < 0
		}
		return a.Bits() < b.Bits()
	})
	t := &table{}
	var text, names []byte
	var last netip.Prefix
	for _, i := range order {
		p := m.nets[i]
		if p == last {
			continue
		}
		last = p
		if p.Addr().Is4() {
			b := p.Addr().As4()
			t.start4 = append(t.start4, binary.BigEndian.Uint32(b[:]))
			t.bits4 = append(t.bits4, uint8(p.Bits()))
			t.rec4 = append(t.rec4, m.recs[i])
			t.text4 = append(t.text4, uint32(len(text)))
		} else {
			if len(t.text6) == 0 {
				t.text4 = append(t.text4, uint32(len(text)))
			}
			b := p.Addr().As16()
			t.hi6 = append(t.hi6, binary.BigEndian.Uint64(b[:8]))
			t.lo6 = append(t.lo6, binary.BigEndian.Uint64(b[8:]))
			t.bits6 = append(t.bits6, uint8(p.Bits()))
			t.rec6 = append(t.rec6, m.recs[i])
			t.text6 = append(t.text6, uint32(len(text)))
		}
		text = p.AppendTo(text)
	}
	if len(t.text6) == 0 {
		t.text4 = append(t.text4, uint32(len(text)))
	}
	t.text6 = append(t.text6, uint32(len(text)))
	for _, r := range m.list {
		t.asn = append(t.asn, r.asn)
		t.country = append(t.country, packCountry(r.country))
		t.name = append(t.name, uint32(len(names)))
		names = append(names, r.name...)
	}
	t.name = append(t.name, uint32(len(names)))
	t.names, t.text = string(names), string(text)
	t.index()
	return t
}

// packCountry keeps an alpha-2 code in two bytes, 0 for none.
func packCountry(code string) uint16 {
	if len(code) != 2 {
		return 0
	}
	return uint16(code[0])<<8 | uint16(code[1])
}

// unpackCountry gives the country list's own text of two packed letters, "" if
// they are no assigned code.
func unpackCountry(packed uint16) string {
	code, _ := country.Intern(string([]byte{byte(packed >> 8), byte(packed)}))
	return code
}
