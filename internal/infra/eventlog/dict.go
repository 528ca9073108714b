package eventlog

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// presence notes which rows of a column have a value. levels stays empty while
// all have.
type presence struct {
	rows   int
	nulls  int
	levels []uint8
}

func (p *presence) some() {
	if p.nulls > 0 {
		p.levels = append(p.levels, 1)
	}
	p.rows++
}

func (p *presence) none() {
	if p.nulls == 0 {
		for range p.rows {
			p.levels = append(p.levels, 1)
		}
	}
	p.levels = append(p.levels, 0)
	p.nulls++
	p.rows++
}

func (p *presence) reset() { *p = presence{levels: p.levels[:0]} }

// slots is an open hash table from a hash to a place in a dictionary; the
// dictionary compares. It is emptied by counting generations up.
type slots struct {
	table []slot
	gen   uint32
	used  int
}

type slot struct {
	gen  uint32
	hash uint32
	at   int32
}

func (s *slots) reset() {
	if s.table == nil {
		s.table = make([]slot, 64)
	}
	s.gen++
	s.used = 0
	if s.gen == 0 {
		clear(s.table)
		s.gen = 1
	}
}

func (s *slots) grow() {
	old, gen := s.table, s.gen
	s.table = make([]slot, 2*len(old))
	mask := uint32(len(s.table) - 1)
	for _, e := range old {
		if e.gen != gen {
			continue
		}
		i := e.hash & mask
		for s.table[i].gen == gen {
			i = (i + 1) & mask
		}
		s.table[i] = e
	}
}

// texts is a text column as a dictionary and the places in it.
type texts struct {
	presence
	slots
	values []string
	bytes  int
	places []int32
	last   string
	lastAt int32
}

func (t *texts) reset() {
	t.presence.reset()
	t.slots.reset()
	clear(t.values)
	t.values, t.places, t.bytes, t.last, t.lastAt = t.values[:0], t.places[:0], 0, "", -1
}

func (t *texts) add(v string) {
	if v == "" {
		t.none()
		return
	}
	t.some()
	if v != t.last {
		t.last, t.lastAt = v, t.place(v)
	}
	t.places = append(t.places, t.lastAt)
}

func (t *texts) place(v string) int32 {
	h := uint32(xxhash.Sum64String(v))
	mask := uint32(len(t.table) - 1)
	i := h & mask
	for {
		e := &t.table[i]
		if e.gen != t.gen {
			break
		}
		if e.hash == h && t.values[e.at] == v {
			return e.at
		}
		i = (i + 1) & mask
	}
	at := int32(len(t.values))
	t.table[i] = slot{t.gen, h, at}
	t.values = append(t.values, v)
	t.bytes += len(v)
	if t.used++; 2*t.used > len(t.table) {
		t.grow()
	}
	return at
}

// ints is an integer column: all values, and a dictionary while few differ.
type ints struct {
	presence
	slots
	all    []int64
	values []int64
	places []int32
	last   int64
	lastAt int32
	many   bool // too many differ: no dictionary
}

// manyInts is how many values may differ before a dictionary is given up.
const manyInts = 1024

func (t *ints) reset() {
	t.presence.reset()
	t.slots.reset()
	t.all, t.values, t.places, t.lastAt, t.many = t.all[:0], t.values[:0], t.places[:0], -1, false
}

func (t *ints) addOptional(v int64) {
	if v == 0 {
		t.none()
		return
	}
	t.add(v)
}

func (t *ints) add(v int64) {
	t.some()
	t.all = append(t.all, v)
	if t.many {
		return
	}
	if v != t.last || t.lastAt < 0 {
		t.last, t.lastAt = v, t.place(v)
	}
	t.places = append(t.places, t.lastAt)
}

func (t *ints) place(v int64) int32 {
	h := uint32(uint64(v) * 0x9E3779B97F4A7C15 >> 32)
	mask := uint32(len(t.table) - 1)
	i := h & mask
	for {
		e := &t.table[i]
		if e.gen != t.gen {
			break
		}
		if e.hash == h && t.values[e.at] == v {
			return e.at
		}
		i = (i + 1) & mask
	}
	at := int32(len(t.values))
	t.table[i] = slot{t.gen, h, at}
	t.values = append(t.values, v)
	if t.used++; 2*t.used > len(t.table) {
		t.grow()
	}
	t.many = len(t.values) > manyInts
	return at
}

// ids is a column of 16 bytes as a dictionary and the places in it.
type ids struct {
	presence
	slots
	values [][16]byte
	places []int32
	last   [16]byte
	lastAt int32
}

func (t *ids) reset() {
	t.presence.reset()
	t.slots.reset()
	t.values, t.places, t.lastAt = t.values[:0], t.places[:0], -1
}

func (t *ids) add(v *[16]byte) {
	t.some()
	if t.lastAt < 0 || *v != t.last {
		t.last, t.lastAt = *v, t.place(v)
	}
	t.places = append(t.places, t.lastAt)
}

func (t *ids) place(v *[16]byte) int32 {
	h := uint32((binary.LittleEndian.Uint64(v[:]) ^ binary.LittleEndian.Uint64(v[8:])) * 0x9E3779B97F4A7C15 >> 32)
	mask := uint32(len(t.table) - 1)
	i := h & mask
	for {
		e := &t.table[i]
		if e.gen != t.gen {
			break
		}
		if e.hash == h && t.values[e.at] == *v {
			return e.at
		}
		i = (i + 1) & mask
	}
	at := int32(len(t.values))
	t.table[i] = slot{t.gen, h, at}
	t.values = append(t.values, *v)
	if t.used++; 2*t.used > len(t.table) {
		t.grow()
	}
	return at
}
