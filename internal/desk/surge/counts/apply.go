package counts

import (
	"context"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// fold is one fold: the lists up to a batch, and the case number up to which
// they were applied.
type fold struct {
	book    *Book
	batch   int64
	upto    int64
	more    bool // later lists wait
	waiting merge
	next    Count // of waiting, to be applied
	left    bool  // there is a next
}

func (f *fold) step() { f.next, f.left = f.waiting.next() }

// run applies the lists, one window of blocks after the other.
func (f *fold) run(ctx context.Context) error {
	for f.step(); f.left && f.next.No <= f.upto; f.step() {
	}
	var changed []block
	size := 0
	for f.left {
		var blocks []block
		err := f.book.db.Read(ctx, func(q store.Querier) (err error) {
			blocks, err = window(ctx, q, f.next.No)
			return err
		})
		if err != nil {
			return err
		}
		for _, b := range blocks {
			if !f.left || f.next.No >= b.end {
				continue
			}
			if b.data, err = f.apply(b); err != nil {
				return err
			}
			changed, size = append(changed, b), size+len(b.data)
			if size >= sliceSize {
				if err := f.write(ctx, changed); err != nil {
					return err
				}
				changed, size = changed[:0], 0
			}
		}
	}
	if f.waiting.err != nil || len(changed) == 0 {
		return f.waiting.err
	}
	return f.write(ctx, changed)
}

// apply gives the block with what waits for its cases.
func (f *fold) apply(b block) ([]byte, error) {
	out := packer{b: make([]byte, 0, len(b.data)+64)}
	w := walker{rest: b.data}
	there, err := w.next()
	for err == nil && (there || f.left && f.next.No < b.end) {
		switch {
		case !there || f.left && f.next.Less(&w.at): // another source of a case
			if f.next.No != out.no && !(there && f.next.No == w.at.No) {
				return nil, fault.Newf(fault.Corrupt, "restore the database from a backup",
					"sightings wait for case number %d, which has no counts", f.next.No)
			}
			out.add(&f.next)
			f.step()
			continue
		case f.left && f.next.No == w.at.No && f.next.Source == w.at.Source:
			c := w.at
			c.Merge(&f.next)
			out.add(&c)
			f.step()
		default:
			out.add(&w.at)
		}
		there, err = w.next()
	}
	return out.b, err
}

// write puts changed blocks in place in one transaction, with how far the fold
// has come.
func (f *fold) write(ctx context.Context, changed []block) error {
	upto := changed[len(changed)-1].end - 1
	return f.book.db.WriteSlice(ctx, func(tx *store.Tx) error {
		err := tx.UpdateIn(ctx, "UPDATE counts SET data = $1 WHERE lowest = $2", len(changed), func(i int, d []any) {
			d[0], d[1] = changed[i].data, changed[i].lowest
		})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM fold"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO fold (batch, upto) VALUES ($1, $2)", f.batch, upto)
		return err
	})
}
