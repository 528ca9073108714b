package eventlog

import (
	"testing"

	"entente/internal/core/value"
	"entente/internal/infra/disk"
	"entente/internal/infra/erasure"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// From the moment that a value is marked no reader sees its rows, whatever is
// asked, although they are still in the files; when it is done they are not.
func TestAnErasureCountsAtOnce(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		book, err := erasure.Open(ctx, db, [32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Open(ctx, Config{DB: db, FS: disk.OS(), Dir: t.TempDir(), Now: newClock().now, Erased: book})
		if err != nil {
			t.Fatal(err)
		}
		rows := newSynth(1).rows(1, 500)
		rows[7].Value, rows[8].Addr, rows[9].Details = "http://evil.example.org/a", rows[7].Addr, []byte(`{"seen":"`+rows[7].Addr.String()+`"}`)
		put(t, l, 1, rows)
		v, err := value.ParseIP(rows[7].Addr.String())
		if err != nil {
			t.Fatal(err)
		}
		hidden := 0
		finder := book.Of(v).Finder()
		for i := range rows {
			if rows[i].In(finder) {
				hidden++
			}
		}
		if hidden < 3 {
			t.Fatal(hidden)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			_, _, err := book.Add(ctx, tx, v, "asked", "Ann", 1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []Query{{}, {Case: rows[7].Case}, {Value: rows[7].Value}, {Outcome: "routed"}} {
			for _, r := range all(t, l, q, "line") {
				if r.In(finder) {
					t.Fatalf("%+v gives %+v", q, r)
				}
			}
		}
		if n := len(all(t, l, Query{}, "line")); n != 500-hidden {
			t.Fatal(n)
		}
		if n := len(all(t, l, Query{Limit: 490}, "line")); n != 490 {
			t.Fatal("a limit counts what is not seen:", n)
		}
		done, err := l.Purge(ctx, Purge{Why: func(r *Row) int {
			if r.In(finder) {
				return 1
			}
			return 0
		}})
		if err != nil || len(done) != 1 || done[0].Rows[1] != int64(hidden) || done[0].Whole {
			t.Fatal(done, err)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return book.Done(ctx, tx, 1) }); err != nil {
			t.Fatal(err)
		}
		if n := len(all(t, l, Query{})); n != 500-hidden {
			t.Fatal(n)
		}
		if n, err := l.Sweep(ctx); n != 1 || err != nil {
			t.Fatal("the old file stays:", n, err)
		}
	})
}
