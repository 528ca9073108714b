package record

import (
	"encoding/binary"
	"math/bits"
)

// bloom is a filter over case ids: 12 bits a case and 6 looks, which lets
// about 1 in 250 other cases through. The bits are found by double hashing of
// the two halves of the id, which is itself the output of a keyed hash.
type bloom []byte

const (
	bloomBits  = 12
	bloomLooks = 6
)

func newBloom(changes []CaseChange) bloom {
	b := make(bloom, max(8, (len(changes)*bloomBits+7)/8))
	for _, c := range changes {
		h1, h2 := halves(c.Case)
		for i := range uint64(bloomLooks) {
			at := b.at(h1 + i*h2)
			b[at>>3] |= 1 << (at & 7)
		}
	}
	return b
}

// mayHold tells whether id may be in the set; false is certain.
func (b bloom) mayHold(id [16]byte) bool {
	if len(b) == 0 {
		return true
	}
	h1, h2 := halves(id)
	for i := range uint64(bloomLooks) {
		at := b.at(h1 + i*h2)
		if b[at>>3]&(1<<(at&7)) == 0 {
			return false
		}
	}
	return true
}

func (b bloom) at(h uint64) uint64 {
	hi, _ := bits.Mul64(h*0x9e3779b97f4a7c15, uint64(len(b))*8)
	return hi
}

func halves(id [16]byte) (uint64, uint64) {
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:]) | 1
}
