package runs

import (
	"encoding/binary"
	"math/bits"
	"sort"
)

// Keys are spread evenly, so where a key lies is guessed from its leading 64
// bits, and the guess is right to within a few steps. Keys that are not spread
// are found too, by a search that halves.

// steps is how far a guess among fences may be wrong before it is given up.
const steps = 12

// blockOf gives the block that would hold k, -1 if k is below them all.
func (l *loaded) blockOf(k *Key) int {
	n := len(l.fences) / 16
	hi := binary.BigEndian.Uint64(k[:8])
	guess, _ := bits.Mul64(hi, uint64(n))
	b := int(guess)
	if fence := binary.BigEndian.Uint64(l.fences[b*16:]); hi >= fence {
		d, _ := bits.Mul64(hi-fence, uint64(n))
		b = min(b+int(d), n-1)
	} else {
		d, _ := bits.Mul64(fence-hi, uint64(n))
		b = max(b-int(d), 0)
	}
	for range steps {
		switch {
		case l.below(k, hi, b):
			if b == 0 {
				return -1
			}
			b--
		case b+1 < n && !l.below(k, hi, b+1):
			b++
		default:
			return b
		}
	}
	return sort.Search(n, func(i int) bool { return l.below(k, hi, i) }) - 1
}

// below says whether k, which begins with hi, sorts before block b.
func (l *loaded) below(k *Key, hi uint64, b int) bool {
	fence := l.fences[b*16 : b*16+16]
	if f := binary.BigEndian.Uint64(fence); f != hi {
		return hi < f
	}
	return k.Compare(Key(fence)) < 0
}

// search finds k in a block without its checksum, of a section of so many keys.
func search(block []byte, width int, keys int64, k *Key) (uint64, bool) {
	at := func(i int) uint64 { return binary.BigEndian.Uint64(block[i*width:]) }
	n, want := len(block)/width, binary.BigEndian.Uint64(k[:8])
	first := at(0)
	if want < first {
		return 0, false
	}
	guess, _ := bits.Mul64(want-first, uint64(keys))
	i := int(min(guess, uint64(n-1)))
	for i > 0 && at(i) >= want {
		i--
	}
	for ; i < n; i++ {
		got := at(i)
		if got > want {
			break
		}
		if e := block[i*width:]; got == want && Key(e[:16]) == *k {
			if width == 24 {
				return binary.LittleEndian.Uint64(e[16:]), true
			}
			return 0, true
		}
	}
	return 0, false
}
