package counts

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

var ctx = context.Background()

// key is a case and a source.
type key struct{ no, source int64 }

// world is a book and what must be in it.
type world struct {
	book  *Book
	batch int64
	cases int64
	want  map[key]Count
}

func (w *world) saw(c Count) {
	k := key{c.No, c.Source}
	if old, ok := w.want[k]; ok {
		c.Merge(&old)
	}
	w.want[k] = c
}

// empty gives a book that holds nothing.
func empty(t rapid.TB, db *store.DB) *Book {
	sub, err := fs.Sub(migrations, "migration")
	if err == nil {
		err = db.Migrate(ctx, "counts", sub)
	}
	if err == nil {
		err = db.Write(ctx, func(tx *store.Tx) error {
			for _, table := range []string{"counts", "sighting", "fold"} {
				if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Book{db}
}

// commit is a batch that opens some cases and sees some again.
func (w *world) commit(t *rapid.T, opens int, again []int64) {
	draw := func(no int64) Count {
		first := int64(rapid.IntRange(-1000, 1<<50).Draw(t, "first"))
		return Count{No: no, Source: int64(rapid.IntRange(1, 3).Draw(t, "source")), First: first,
			Last: first + int64(rapid.IntRange(0, 1<<40).Draw(t, "for")), N: int64(rapid.IntRange(1, 9).Draw(t, "n")), Severity: uint8(rapid.IntRange(0, 5).Draw(t, "severity"))}
	}
	var begun, seen []Count
	for range opens {
		w.cases++
		c := draw(w.cases)
		begun = append(begun, c)
		w.saw(c)
		if rapid.IntRange(0, 9).Draw(t, "two sources") == 0 {
			second := c
			second.Source++
			begun = append(begun, second)
			w.saw(second)
		}
	}
	for _, no := range again {
		c := draw(no)
		seen = append(seen, c)
		w.saw(c)
	}
	slices.SortFunc(seen, func(a, b Count) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.Source, b.Source)) })
	w.batch++
	err := w.book.db.Write(ctx, func(tx *store.Tx) error {
		if err := w.book.Begin(ctx, tx, begun); err != nil {
			return err
		}
		return w.book.Wait(ctx, tx, w.batch, seen)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// check compares the book with what must be in it, case by case and as a whole.
func (w *world) check(t *rapid.T) {
	err := w.book.db.Read(ctx, func(q store.Querier) error {
		whole, err := Load(ctx, q, []Span{{1, w.cases}})
		if err != nil {
			return err
		}
		got := 0
		if err := whole.All(func(c Count) error {
			got++
			if want := w.want[key{c.No, c.Source}]; c != want {
				return fmt.Errorf("%+v instead of %+v", c, want)
			}
			return nil
		}); err != nil {
			return err
		}
		if got != len(w.want) {
			return fmt.Errorf("%d counts instead of %d", got, len(w.want))
		}
		some := rapid.SliceOfNDistinct(rapid.Int64Range(1, w.cases), 1, 5, rapid.ID).Draw(t, "some")
		slices.Sort(some)
		var spans []Span
		for _, no := range some {
			spans = append(spans, Span{no, no})
		}
		part, err := Load(ctx, q, spans)
		if err != nil {
			return err
		}
		for _, no := range some {
			list, err := part.Of(no, nil)
			if err != nil {
				return err
			}
			n := 0
			for k := range maps.Keys(w.want) {
				if k.no == no {
					n++
				}
			}
			if len(list) != n {
				return fmt.Errorf("case %d: %d counts instead of %d", no, len(list), n)
			}
			for _, c := range list {
				if c != w.want[key{c.No, c.Source}] || c.No != no {
					return fmt.Errorf("case %d: %+v", no, c)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever batches open and see again, and whenever folds happen, the book holds
// the sums.
func TestBookHoldsTheSums(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		rapid.Check(t, func(rt *rapid.T) {
			book := empty(rt, db)
			w := &world{book: book, want: map[key]Count{}}
			w.commit(rt, 1, nil)
			for range rapid.IntRange(1, 6).Draw(rt, "batches") {
				opens := rapid.SampledFrom([]int{0, 1, 2, 127, 128, 129, 400}).Draw(rt, "opens")
				again := rapid.SliceOfNDistinct(rapid.Int64Range(1, w.cases+int64(opens)), 0, 40, rapid.ID).Draw(rt, "again")
				w.commit(rt, opens, again)
				if rapid.Bool().Draw(rt, "fold") {
					if err := book.Fold(ctx); err != nil {
						rt.Fatal(err)
					}
				}
			}
			if err := book.Fold(ctx); err != nil {
				rt.Fatal(err)
			}
			w.check(rt)
		})
	})
}

// A fold that is broken off after any of its slices goes on where it stopped, and
// batches that came meanwhile wait for the next one.
func TestFoldGoesOn(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		rapid.Check(t, func(rt *rapid.T) {
			book := empty(rt, db)
			w := &world{book: book, want: map[key]Count{}}
			w.commit(rt, 700, nil)
			w.commit(rt, 5, rapid.SliceOfNDistinct(rapid.Int64Range(1, 700), 20, 60, rapid.ID).Draw(rt, "again"))
			f, err := book.loadFold(ctx)
			if err != nil {
				rt.Fatal(err)
			}
			stop, n := rapid.IntRange(0, 6).Draw(rt, "blocks"), 0
			for f.step(); f.left && n < stop; n++ {
				var blocks []block
				err := book.db.Read(ctx, func(q store.Querier) (err error) {
					blocks, err = window(ctx, q, f.next.No)
					return err
				})
				if err != nil {
					rt.Fatal(err)
				}
				b := blocks[0]
				if b.data, err = f.apply(b); err != nil {
					rt.Fatal(err)
				}
				if err := f.write(ctx, []block{b}); err != nil {
					rt.Fatal(err)
				}
			}
			w.commit(rt, 130, rapid.SliceOfNDistinct(rapid.Int64Range(1, 705), 0, 20, rapid.ID).Draw(rt, "later"))
			if book, err = Open(ctx, book.db); err != nil { // folds all
				rt.Fatal(err)
			}
			w.book = book
			w.check(rt)
		})
	})
}

// A sighting of a case that has no counts is damage, not a new case.
func TestSightingOfNoCase(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, no := range []int64{1, 4, 6, 999} {
			book := empty(t, db)
			err := book.db.Write(ctx, func(tx *store.Tx) error {
				if err := book.Begin(ctx, tx, []Count{{No: 3, Source: 1, N: 1}, {No: 5, Source: 1, N: 1}}); err != nil {
					return err
				}
				return book.Wait(ctx, tx, 1, []Count{{No: no, Source: 2, N: 1}})
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := book.Fold(ctx); !fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" {
				t.Errorf("case %d: %v", no, err)
			}
		}
	})
}

// FuzzPacked: a packed list is read as it was written; a damaged one is an error
// and never more.
func FuzzPacked(f *testing.F) {
	f.Add(Pack([]Count{{No: 1, Source: 1, First: 5, Last: 9, N: 2, Severity: 3}, {No: 7, Source: 2, First: -3, Last: 4, N: 1}}))
	f.Add([]byte{0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var m merge
		if err := m.add(1, data); err != nil {
			return
		}
		m.init()
		var list []Count
		for c, ok := m.next(); ok; c, ok = m.next() {
			list = append(list, c)
		}
		if m.err != nil {
			return
		}
		var again []Count
		w := walker{rest: Pack(list)}
		for {
			ok, err := w.next()
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			again = append(again, w.at)
		}
		if !slices.Equal(again, list) {
			t.Errorf("%+v, again %+v", list, again)
		}
	})
}
