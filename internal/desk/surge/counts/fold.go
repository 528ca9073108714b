package counts

import (
	"context"
	"database/sql"
	"errors"

	"entente/internal/infra/store"
)

// A fold begins when this many sightings wait, or half as many as there are cases if
// that is more, up to the bound that its memory allows.
const (
	foldLeast = 100_000
	foldMost  = 3_000_000
	foldBytes = 48 << 20 // of packed lists in one fold
	sliceSize = 1 << 20  // bytes of blocks written per transaction, near 20 ms
)

// foldDue tells whether so many waiting sightings are enough for a fold.
func foldDue(waiting, cases int64) bool {
	return waiting >= min(max(foldLeast, cases/2), foldMost)
}

// FoldIfDue folds when enough sightings wait for so many cases.
func (b *Book) FoldIfDue(ctx context.Context, cases int64) error {
	var waiting int64
	err := b.db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(SUM(entries), 0) FROM sighting").Scan(&waiting)
	})
	if err != nil || !foldDue(waiting, cases) {
		return err
	}
	return b.Fold(ctx)
}

// Fold brings all waiting sightings into the blocks, in slices between which a
// person's write goes first. It can be stopped anywhere and goes on where it
// stopped; a sighting counts once.
func (b *Book) Fold(ctx context.Context) error {
	for {
		more, err := b.foldOnce(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// foldOnce folds as many lists as memory allows and tells whether some wait.
func (b *Book) foldOnce(ctx context.Context) (more bool, err error) {
	f, err := b.loadFold(ctx)
	if err != nil || f == nil {
		return false, err
	}
	if err := f.run(ctx); err != nil {
		return false, err
	}
	err = b.db.WriteSlice(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM sighting WHERE batch <= $1", f.batch); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM fold")
		return err
	})
	return f.more, err
}

// loadFold resumes the fold under way or begins one; nil if nothing waits.
func (b *Book) loadFold(ctx context.Context) (*fold, error) {
	f := &fold{book: b}
	err := b.db.Read(ctx, func(q store.Querier) error {
		err := q.QueryRowContext(ctx, "SELECT batch, upto FROM fold").Scan(&f.batch, &f.upto)
		resumed := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		size := 0
		rows, err := q.QueryContext(ctx, "SELECT batch, data FROM sighting ORDER BY batch")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var batch int64
			var data []byte
			if err := rows.Scan(&batch, &data); err != nil {
				return err
			}
			if resumed && batch > f.batch || !resumed && size > foldBytes {
				f.more = true
				break
			}
			if !resumed {
				f.batch = batch
			}
			size += len(data)
			if err := f.waiting.add(batch, data); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil || f.waiting.Len() == 0 {
		return nil, err
	}
	f.waiting.init()
	return f, nil
}
