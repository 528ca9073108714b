// Package counts owns what was seen of each case, per source: the first and the
// last time, how often, and the highest severity. It may import core and
// infra/store; it knows a case by its number alone.
//
// Counts of neighbouring cases lie together in one packed block, since most rows
// of a feed show cases that are there: a row of the database per case would be
// written again for each of them. Sightings of a batch wait as one packed list
// and are folded into the blocks, all waiting lists in one walk forward.
package counts

import (
	"context"
	"embed"
	"io/fs"

	"entente/internal/infra/store"
)

//go:embed migration/*.sql
var migrations embed.FS

// Count is what one source says of one case.
type Count struct {
	No       int64 // number of the case
	Source   int64 // number of the source
	First    int64 // microseconds since 1970 UTC
	Last     int64
	N        int64 // observations
	Severity uint8 // highest rank, 0 for none; 7 at most
}

// Merge takes in what the same source says of the same case elsewhere.
func (c *Count) Merge(o *Count) {
	c.First, c.Last, c.N = min(c.First, o.First), max(c.Last, o.Last), c.N+o.N
	c.Severity = max(c.Severity, o.Severity)
}

// Less tells whether c stands before o: by case, then by source.
func (c *Count) Less(o *Count) bool {
	return c.No < o.No || c.No == o.No && c.Source < o.Source
}

// blockCases is how many cases share a block at most. A larger block is written
// again for fewer sightings each; a smaller one is read faster.
const blockCases = 128

// Book keeps the counts of all cases. Many goroutines may read; one at a time
// opens and folds.
type Book struct{ db *store.DB }

// Open migrates the tables and finishes a fold that was broken off.
func Open(ctx context.Context, db *store.DB) (*Book, error) {
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, "counts", sub); err != nil {
		return nil, err
	}
	b := &Book{db}
	return b, b.Fold(ctx)
}

// Begin keeps the first counts of new cases, whose numbers are above all that
// were there. list is in order.
func (b *Book) Begin(ctx context.Context, tx *store.Tx, list []Count) error {
	var cuts []int
	cases := 0
	for i := range list {
		if i > 0 && list[i].No == list[i-1].No {
			continue
		}
		if cases%blockCases == 0 {
			cuts = append(cuts, i)
		}
		cases++
	}
	ends := append(cuts[min(1, len(cuts)):], len(list))
	return tx.CopyIn(ctx, "counts", []string{"lowest", "data"}, len(cuts), func(i int, d []any) {
		d[0], d[1] = list[cuts[i]].No, Pack(list[cuts[i]:ends[i]])
	})
}

// Wait keeps the sightings of a batch until they are folded. list is in order,
// and Begin was called for each of its cases, in this batch or before.
func (b *Book) Wait(ctx context.Context, tx *store.Tx, batch int64, list []Count) error {
	if len(list) == 0 {
		return nil
	}
	return tx.CopyIn(ctx, "sighting", []string{"batch", "entries", "data"}, 1, func(_ int, d []any) {
		d[0], d[1], d[2] = batch, int64(len(list)), Pack(list)
	})
}
