package runs

import (
	"encoding/binary"
	"math/bits"
)

// filter is a Bloom filter of 64-byte lines, 12 bits per key. A key's line is
// picked by its leading bits, so sorted keys walk the filter from front to
// back; its bits in the line by its last bytes.
type filter []byte

const (
	line       = 64
	bitsPerKey = 12
	probes     = 7
)

func newFilter(keys int64) filter {
	lines := (keys*bitsPerKey + line*8 - 1) / (line * 8)
	return make(filter, max(lines, 1)*line)
}

func (f filter) line(k *Key) (*[line]byte, uint64) {
	n := uint64(len(f) / line)
	at, _ := bits.Mul64(binary.BigEndian.Uint64(k[:8]), n)
	return (*[line]byte)(f[at*line:]), binary.LittleEndian.Uint64(k[8:])
}

func (f filter) add(k *Key) {
	l, h := f.line(k)
	for range probes {
		l[h>>3&63] |= 1 << (h & 7)
		h >>= 9
	}
}

// has gives 1 if k may be in the set, 0 if it is not. It has no branch: a wrong
// guess of the processor would undo the reads that it began for later keys, and
// waiting for memory is most of what a filter costs.
func (f filter) has(k *Key) byte {
	l, h := f.line(k)
	in := l[h>>3&63] >> (h & 7) &
		(l[h>>12&63] >> (h >> 9 & 7)) &
		(l[h>>21&63] >> (h >> 18 & 7)) &
		(l[h>>30&63] >> (h >> 27 & 7)) &
		(l[h>>39&63] >> (h >> 36 & 7)) &
		(l[h>>48&63] >> (h >> 45 & 7)) &
		(l[h>>57&63] >> (h >> 54 & 7))
	return in & 1
}

// sift appends to out those of the numbered keys that may be in the set.
func (f filter) sift(keys []Key, numbers, out []int32) []int32 {
	from := len(out)
	out = append(out, numbers...)
	n := from
	for _, i := range numbers {
		out[n] = i
		n += int(f.has(&keys[i]))
	}
	return out[:n]
}
