package surge

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A ranking sorts like a stable sort by number and tie-break, whatever the numbers.
func TestRankingSorts(t *testing.T) {
	var r ranking
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(5, 9), rapid.Uint64Range(0, 3_000_000), rapid.SampledFrom([]uint64{0, 1, 1<<64 - 1, 1 << 63}))
		by := rapid.SliceOfN(number, 0, 300).Draw(t, "by")
		tie := rapid.SliceOfN(rapid.IntRange(0, 3), len(by), len(by)).Draw(t, "tie")
		var after func(a, b int32) bool
		if rapid.Bool().Draw(t, "with a tie-break") {
			after = func(a, b int32) bool { return tie[a] > tie[b] }
		} else {
			clear(tie)
		}
		r.start()
		var want []ranked
		for i, n := range by {
			r.add(n, int32(i))
			want = append(want, ranked{n, int32(i)})
		}
		slices.SortStableFunc(want, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(tie[a.at], tie[b.at])) })
		if got := r.sort(after); !slices.Equal(got, want) {
			t.Errorf("%v\ninstead of %v", got, want)
		}
	})
}
