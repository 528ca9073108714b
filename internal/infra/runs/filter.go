package runs

import (
	"encoding/binary"
	"math/bits"
)

// filter is a Bloom filter of 64-byte lines, 10 bits per key. A key's line is
// picked by its leading bits, so sorted keys walk the filter from front to
// back; its bits in the line by its last bytes.
type filter []byte

const (
	line       = 64
	bitsPerKey = 10
	probes     = 6
)

func newFilter(keys int64) filter {
	lines := (keys*bitsPerKey + line*8 - 1) / (line * 8)
	return make(filter, max(lines, 1)*line)
}

func (f filter) line(k *Key) (int, uint64) {
	n := uint64(len(f) / line)
	at, _ := bits.Mul64(binary.BigEndian.Uint64(k[:8]), n)
	return int(at) * line, binary.LittleEndian.Uint64(k[8:])
}

func (f filter) add(k Key) {
	at, h := f.line(&k)
	for range probes {
		f[at+int(h>>3&63)] |= 1 << (h & 7)
		h >>= 9
	}
}

func (f filter) has(k *Key) bool {
	at, h := f.line(k)
	l := f[at : at+line : at+line]
	for range probes {
		if l[h>>3&63]&(1<<(h&7)) == 0 {
			return false
		}
		h >>= 9
	}
	return true
}
