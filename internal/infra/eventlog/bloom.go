package eventlog

import (
	"slices"

	"github.com/parquet-go/parquet-go/bloom"
)

// The columns with a Bloom filter.
const (
	filterValue = iota
	filterAddr
	filterCase
	numFilters
)

var filterColumns = [numFilters]int{filterValue: colValue, filterAddr: colAddr, filterCase: colCase}

// bitsPerValue gives about one false answer in a hundred.
const bitsPerValue = 10

// bloomFilter gathers the hashes of a column and makes the split block filter
// of the Parquet format of them.
type bloomFilter struct {
	hashes []uint64
	last   uint64
	bits   bloom.SplitBlockFilter
}

func (b *bloomFilter) reset() { b.hashes, b.last = b.hashes[:0], 0 }

// add takes a hash; runs of the same one count once, and the rows are sorted.
func (b *bloomFilter) add(h uint64) {
	if h != b.last || len(b.hashes) == 0 {
		b.hashes = append(b.hashes, h)
		b.last = h
	}
}

func (b *bloomFilter) bytes() []byte {
	n := max(bloom.NumSplitBlocksOf(int64(len(b.hashes)), bitsPerValue), 1)
	b.bits = slices.Grow(b.bits[:0], n)[:n]
	b.bits.Reset()
	b.bits.InsertBulk(b.hashes)
	return b.bits.Bytes()
}
