package surge

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"entente/internal/infra/runs"
)

// ranked is a thing of a batch by its place, with the number it is sorted by.
type ranked struct {
	by uint64
	at int32
}

// ranking sorts what is spread evenly, as hashes and numbers of cases are, in time
// that grows with it and no faster. It keeps its working memory.
type ranking struct {
	list, spare []ranked
	ends        []int32
}

// start empties the list for another use.
func (r *ranking) start() { r.list = r.list[:0] }

func (r *ranking) add(by uint64, at int32) { r.list = append(r.list, ranked{by, at}) }

// addKey adds a key by its leading 64 bits.
func (r *ranking) addKey(k *runs.Key, at int32) { r.add(binary.BigEndian.Uint64(k[:8]), at) }

// sort puts the list in order. Of equal numbers the one that was added first comes
// first, unless after says that it stands behind the other.
func (r *ranking) sort(after func(a, b int32) bool) []ranked {
	if len(r.list) < 2 {
		return r.list
	}
	low, high := r.list[0].by, r.list[0].by
	for _, x := range r.list {
		low, high = min(low, x.by), max(high, x.by)
	}
	// As many buckets as things, so that most hold one or two.
	shift := max(bits.Len64(high-low)-bits.Len(uint(len(r.list))), 0)
	r.ends = append(r.ends[:0], make([]int32, (high-low)>>shift+1)...)
	for _, x := range r.list {
		r.ends[(x.by-low)>>shift]++
	}
	at := int32(0)
	for i, n := range r.ends {
		r.ends[i] = at
		at += n
	}
	r.spare = slices.Grow(r.spare[:0], len(r.list))[:len(r.list)]
	for _, x := range r.list {
		b := &r.ends[(x.by-low)>>shift]
		r.spare[*b] = x
		*b++
	}
	r.list, r.spare = r.spare, r.list
	settle(r.list, after)
	return r.list
}

// scratch is working memory of prepare, used again for every batch.
type scratch struct {
	rank, known, fresh ranking
	ids                []runs.Key
	of                 []int32
	groups             []group
}

// settle sorts a list whose things stand close to their places.
func settle(list []ranked, after func(a, b int32) bool) {
	for i := 1; i < len(list); i++ {
		x := list[i]
		j := i
		for j > 0 && (list[j-1].by > x.by || list[j-1].by == x.by && after != nil && after(list[j-1].at, x.at)) {
			list[j] = list[j-1]
			j--
		}
		list[j] = x
	}
}
