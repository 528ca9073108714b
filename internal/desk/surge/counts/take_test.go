package counts

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

var errHere = errors.New("stopped here")

// TestTakeAway: whatever sources are taken away, in whatever slices, the counts of the
// others stay, every case is still known, and what comes later counts anew.
func TestTakeAway(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		rapid.Check(t, func(rt *rapid.T) {
			book := empty(rt, db)
			w := &world{book: book, want: map[key]Count{}}
			w.commit(rt, rapid.SampledFrom([]int{1, 127, 129, 300}).Draw(rt, "opens"), nil)
			w.commit(rt, 2, rapid.SliceOfNDistinct(rapid.Int64Range(1, w.cases), 0, 40, rapid.ID).Draw(rt, "again"))
			if err := book.Fold(ctx); err != nil {
				rt.Fatal(err)
			}
			for range rapid.IntRange(1, 3).Draw(rt, "times") {
				source := int64(rapid.IntRange(1, 3).Draw(rt, "source"))
				w.take(rt, source)
				w.check(rt)
				w.commit(rt, 1, rapid.SliceOfNDistinct(rapid.Int64Range(1, w.cases), 0, 40, rapid.ID).Draw(rt, "later"))
				if err := book.Fold(ctx); err != nil {
					rt.Fatal(err)
				}
				w.check(rt)
			}
		})
	})
}

// take takes a source away, once broken off at its first slice, and looks at what it
// tells.
func (w *world) take(t *rapid.T, source int64) {
	var last int64
	stop := rapid.Bool().Draw(t, "stop")
	for try := 0; ; try++ {
		seen := map[key]Count{}
		var nos []int64
		err := w.book.Take(ctx, Taking{Sources: map[int64]bool{source: true}, After: last,
			Look: func(no int64, list []Count) error {
				nos = append(nos, no)
				for _, c := range list {
					seen[key{no, c.Source}] = c
				}
				return nil
			},
			Also: func(_ context.Context, _ *store.Tx, upto int64) error {
				if stop && try == 0 {
					return errHere
				}
				last = upto
				return nil
			}, Done: func() {}})
		if !slices.IsSorted(nos) || int64(len(nos)) != w.cases {
			t.Fatalf("%d cases of %d were told", len(nos), w.cases)
		}
		for k, c := range w.want {
			if seen[k] != c {
				t.Fatalf("%+v was told as %+v", c, seen[k])
			}
		}
		if errors.Is(err, errHere) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	for k := range w.want {
		if k.source == source {
			delete(w.want, k)
		}
	}
	n := int64(0)
	err := w.book.Walk(ctx, 0, func(no int64, list []Count) error {
		n++
		for _, c := range list {
			if c != w.want[key{no, c.Source}] {
				t.Fatalf("%+v", c)
			}
		}
		return nil
	})
	if err != nil || n != w.cases {
		t.Fatalf("%d cases of %d are known: %v", n, w.cases, err)
	}
}
