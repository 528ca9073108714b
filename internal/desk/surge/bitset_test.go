package surge

import (
	"testing"

	"pgregory.net/rapid"
)

// TestBitSet: a set of bits holds what was added and nothing else.
func TestBitSet(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.OneOf(rapid.Int64Range(1, 200), rapid.Int64Range(bitPage-2, bitPage+2), rapid.Int64Range(1, 1<<34))
		s, want := bitSet{}, map[int64]bool{}
		for _, n := range rapid.SliceOf(number).Draw(r, "in") {
			s.add(n)
			want[n] = true
		}
		for _, n := range rapid.SliceOf(number).Draw(r, "asked") {
			if s.has(n) != want[n] {
				r.Fatalf("%d: %v", n, s.has(n))
			}
		}
		for n := range want {
			if !s.has(n) {
				r.Fatalf("%d is lost", n)
			}
		}
	})
}
