package runs

import (
	"encoding/binary"
	"math/bits"
	"runtime"
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

func (f filter) line(k *Key) *[line]byte {
	n := uint64(len(f) / line)
	at, _ := bits.Mul64(binary.BigEndian.Uint64(k[:8]), n)
	return (*[line]byte)(f[at*line:])
}

func (f filter) add(k *Key) {
	l, h := f.line(k), binary.LittleEndian.Uint64(k[8:])
	for range probes {
		l[h>>3&63] |= 1 << (h & 7)
		h >>= 9
	}
}

// has gives 1 if k may be in the set of its line, 0 if it is not. It has no branch: a wrong
// guess of the processor would undo the reads that it began for later keys, and
// waiting for memory is most of what a filter costs.
func has(l *[line]byte, k *Key) byte {
	h := binary.LittleEndian.Uint64(k[8:])
	in := l[h>>3&63] >> (h & 7) &
		(l[h>>12&63] >> (h >> 9 & 7)) &
		(l[h>>21&63] >> (h >> 18 & 7)) &
		(l[h>>30&63] >> (h >> 27 & 7)) &
		(l[h>>39&63] >> (h >> 36 & 7)) &
		(l[h>>48&63] >> (h >> 45 & 7)) &
		(l[h>>57&63] >> (h >> 54 & 7))
	return in & 1
}

// chunk is how many lines are asked for before the first is looked at.
const chunk = 64

// sift appends to out those of the numbered keys that may be in the set. It
// touches the lines of a chunk of keys in a loop so short that the processor
// fetches many of them at once.
func (f filter) sift(keys []Key, numbers, out []int32) []int32 {
	n := len(out)
	out = append(out, numbers...)
	var lines [chunk]*[line]byte
	touched := byte(0)
	for len(numbers) > 0 {
		some := numbers[:min(chunk, len(numbers))]
		for j, i := range some {
			l := f.line(&keys[i])
			lines[j] = l
			touched |= l[0]
		}
		for j, i := range some {
			out[n] = i
			n += int(has(lines[j], &keys[i]))
		}
		numbers = numbers[len(some):]
	}
	runtime.KeepAlive(touched)
	return out[:n]
}
