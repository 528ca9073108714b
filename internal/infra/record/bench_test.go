package record_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"entente/internal/infra/record"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// BenchmarkChanges: an act with 5,500 case changes, and the history of one
// case among 200 such acts.
func BenchmarkChanges(b *testing.B) {
	ctx := context.Background()
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		db := storetest.Open(b, d)
		r, err := record.Open(ctx, db)
		if err != nil {
			b.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		changes := make([]record.CaseChange, 5500)
		add := func() {
			for i := range changes {
				binary.BigEndian.PutUint64(changes[i].Case[:8], rng.Uint64())
				binary.BigEndian.PutUint64(changes[i].Case[8:], rng.Uint64())
				changes[i].To = 1
			}
			err := db.WriteSlice(ctx, func(tx *store.Tx) error {
				_, err := r.AppendBatch(ctx, tx, act("batch.commit"), changes)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		for range 200 {
			add()
		}
		last := changes[77].Case
		b.Run("find/"+d.String(), func(b *testing.B) {
			for b.Loop() {
				if got, err := r.ChangesOf(ctx, last, 0, 0); err != nil || len(got) != 1 {
					b.Fatal(got, err)
				}
			}
		})
		b.Run("append/"+d.String(), func(b *testing.B) {
			for b.Loop() {
				add()
			}
		})
	}
}
