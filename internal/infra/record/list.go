package record

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/klauspost/compress/zstd"
)

type placed struct {
	CaseChange
	place int
}

// encode sorts changes by case in place and gives their list.
func encode(changes []CaseChange) []byte {
	less := func(a, b CaseChange) int {
		ha, hb := binary.BigEndian.Uint64(a.Case[:8]), binary.BigEndian.Uint64(b.Case[:8])
		if ha != hb {
			return cmp.Compare(ha, hb)
		}
		return bytes.Compare(a.Case[8:], b.Case[8:])
	}
	if !slices.IsSortedFunc(changes, less) {
		// The place breaks ties, so the quick sort that is not stable serves.
		keys := make([]placed, len(changes))
		for i, c := range changes {
			keys[i] = placed{c, i}
		}
		slices.SortFunc(keys, func(a, b placed) int { return cmp.Or(less(a.CaseChange, b.CaseChange), a.place-b.place) })
		for i, k := range keys {
			changes[i] = k.CaseChange
		}
	}
	list := make([]byte, 0, len(changes)*changeSize)
	for _, c := range changes {
		list = append(append(list, c.Case[:]...), c.From, c.To)
	}
	return list
}

// lookup finds the changes of one case in a list by halving.
func lookup(list []byte, id [16]byte) (out []CaseChange) {
	lo, hi := 0, len(list)/changeSize
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if bytes.Compare(list[mid*changeSize:mid*changeSize+16], id[:]) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(list)/changeSize; lo++ {
		c := list[lo*changeSize : (lo+1)*changeSize]
		if !bytes.Equal(c[:16], id[:]) {
			break
		}
		out = append(out, CaseChange{Case: id, From: c[16], To: c[17]})
	}
	return out
}

// pack stores the ids apart from the states: ids are random and do not shrink,
// states nearly vanish.
func pack(zip *zstd.Encoder, list []byte) []byte {
	n := len(list) / changeSize
	cols := make([]byte, 0, len(list))
	for i := range n {
		cols = append(cols, list[i*changeSize:i*changeSize+16]...)
	}
	for i := range n {
		cols = append(cols, list[i*changeSize+16])
	}
	for i := range n {
		cols = append(cols, list[i*changeSize+17])
	}
	return zip.EncodeAll(cols, nil)
}

// newPacker makes what pack needs; it may be shared.
func newPacker() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(128<<10), zstd.WithLowerEncoderMem(true))
}

func unpack(packed []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxChanges*changeSize), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	cols, err := d.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	n := len(cols) / changeSize
	if n*changeSize != len(cols) {
		return nil, errors.New("list of case changes has no whole number of entries")
	}
	list := make([]byte, 0, len(cols))
	for i := range n {
		list = append(list, cols[i*16:i*16+16]...)
		list = append(list, cols[n*16+i], cols[n*17+i])
	}
	return list, nil
}
