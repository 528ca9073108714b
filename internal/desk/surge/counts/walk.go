package counts

import (
	"context"

	"entente/internal/infra/store"
)

// Walk gives the counts of each case whose number is above after, by number; a list
// is valid until the next call. Waiting sightings are not in them: fold first. It
// holds no reader of the database between two windows of blocks.
func (b *Book) Walk(ctx context.Context, after int64, fn func(no int64, list []Count) error) error {
	for next := after + 1; ; {
		blocks, err := b.from(ctx, next)
		if err != nil || len(blocks) == 0 {
			return err
		}
		for _, blk := range blocks {
			if err := eachCase(blk.data, after, fn); err != nil {
				return err
			}
		}
		end := blocks[len(blocks)-1].end
		if end == lastBlock {
			return nil
		}
		next = end
	}
}

// from reads a window of blocks; none where there are no counts.
func (b *Book) from(ctx context.Context, no int64) (blocks []block, err error) {
	err = b.db.Read(ctx, func(q store.Querier) error {
		var lowest int64
		if err := q.QueryRowContext(ctx, "SELECT COALESCE(MIN(lowest), 0) FROM counts").Scan(&lowest); err != nil || lowest == 0 {
			return err
		}
		blocks, err = window(ctx, q, max(no, lowest))
		return err
	})
	return blocks, err
}

// eachCase gives the counts of the cases of a block above a number.
func eachCase(data []byte, after int64, fn func(no int64, list []Count) error) error {
	w := walker{rest: data}
	var list []Count
	for {
		there, err := w.next()
		if err != nil {
			return err
		}
		if n := len(list); n > 0 && (!there || list[0].No != w.at.No) {
			if err := fn(list[0].No, seen(list)); err != nil {
				return err
			}
			list = list[:0]
		}
		if !there {
			return nil
		}
		if w.at.No > after {
			list = append(list, w.at)
		}
	}
}

// seen leaves out the mark of a case that has no counts any more.
func seen(list []Count) []Count {
	if list[0].Source == gone {
		return list[1:]
	}
	return list
}

// gone is the source of the mark that a case leaves that has no counts any more: it
// is known, and nothing shows it. It stands before all sources.
const gone = 0
