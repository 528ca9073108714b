package surge

import (
	"context"
	"iter"

	"entente/internal/infra/store"
)

// pages streams a list of any length: read adds up to size rows that come after
// the row before (the zero T at the beginning), in the order of the list. Between
// two pages neither memory nor a reader of the database is held, so writes may go
// on; what they take out of the list behind the last row is not missed.
func pages[T any](ctx context.Context, db *store.DB, size int, read func(q store.Querier, after T, size int, add func(T)) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none, after T
		page := make([]T, 0, size)
		for {
			page = page[:0]
			err := db.Read(ctx, func(q store.Querier) error {
				return read(q, after, size, func(v T) { page = append(page, v) })
			})
			if err != nil {
				yield(none, err)
				return
			}
			for _, v := range page {
				if !yield(v, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
			after = page[size-1]
		}
	}
}
