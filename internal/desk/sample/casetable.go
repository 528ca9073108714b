package sample

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
)

// caseTable is the set of distinct case keys with what the truth tells of
// each: about 75 bytes of text and 56 of record per case, so 3.3 million cases
// (10 million rows) cost some 500 MB. Texts lie in blocks that never move.
type caseTable struct {
	slots  []uint32 // record number + 1; 0: free
	recs   []caseRec
	blocks [][]byte
}

type caseRec struct {
	hash        uint64
	first, last int64
	count       uint32
	block, off  uint32
	size        uint16
	owner       uint16 // index in world.owners
	country     uint16 // index in world.countryWords
	class       uint8
}

const blockSize = 4 << 20

func newCaseTable() *caseTable { return &caseTable{slots: make([]uint32, 1<<12)} }

func (t *caseTable) text(r *caseRec) []byte {
	return t.blocks[r.block][r.off : r.off+uint32(r.size)]
}

// touch finds the case of key or makes it, and counts one observation at time
// when, which a snapshot listed until asOf (0: an event). Owner and country are
// those of the first touch.
func (t *caseTable) touch(key []byte, when, asOf int64, owner, country uint16, class uint8) {
	if len(t.recs)*4 >= len(t.slots)*3 {
		t.grow()
	}
	h := xxhash.Sum64(key)
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			t.slots[i] = uint32(len(t.recs) + 1)
			t.recs = append(t.recs, caseRec{hash: h, first: when, last: max(when, asOf), count: 1, owner: owner, country: country, class: class})
			t.keep(key, &t.recs[len(t.recs)-1])
			return
		}
		r := &t.recs[s-1]
		if r.hash == h && bytes.Equal(t.text(r), key) {
			r.count++
			r.first, r.last = min(r.first, when), max(r.last, when, asOf)
			return
		}
	}
}

func (t *caseTable) keep(key []byte, r *caseRec) {
	n := len(t.blocks)
	if n == 0 || len(t.blocks[n-1])+len(key) > blockSize {
		t.blocks = append(t.blocks, make([]byte, 0, blockSize))
		n++
	}
	b := t.blocks[n-1]
	r.block, r.off, r.size = uint32(n-1), uint32(len(b)), uint16(len(key))
	t.blocks[n-1] = append(b, key...)
}

func (t *caseTable) grow() {
	slots := make([]uint32, 2*len(t.slots))
	mask := uint64(len(slots) - 1)
	for n := range t.recs {
		i := t.recs[n].hash & mask
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i] = uint32(n + 1)
	}
	t.slots = slots
}
