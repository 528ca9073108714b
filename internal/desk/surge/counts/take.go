package counts

import (
	"context"

	"entente/internal/infra/store"
)

// Taking says whose counts Take takes away.
type Taking struct {
	Sources map[int64]bool
	After   int64 // cases up to this number are done
	// Look is told of the counts of each case before they go; the list is valid
	// until it returns.
	Look func(no int64, list []Count) error
	// Also goes into the transaction in which the counts of the cases up to number
	// upto have gone.
	Also func(ctx context.Context, tx *store.Tx, upto int64) error
	Done func() // after that transaction
}

// Take takes the counts of some sources out of all blocks, in slices between which
// a person's write goes first. A case that has none left is known still. Nothing
// may wait to be folded, and nothing may be ingested meanwhile.
func (b *Book) Take(ctx context.Context, t Taking) error {
	for next := t.After + 1; ; {
		blocks, err := b.from(ctx, next)
		if err != nil || len(blocks) == 0 {
			return err
		}
		var changed []block
		for _, blk := range blocks {
			if err := eachCase(blk.data, t.After, t.Look); err != nil {
				return err
			}
			data, fewer, err := without(blk.data, t.Sources)
			if err != nil {
				return err
			}
			if fewer {
				blk.data = data
				changed = append(changed, blk)
			}
		}
		end := blocks[len(blocks)-1].end
		err = b.db.WriteSlice(ctx, func(tx *store.Tx) error {
			err := tx.UpdateIn(ctx, "UPDATE counts SET data = $1 WHERE lowest = $2", len(changed), func(i int, d []any) {
				d[0], d[1] = changed[i].data, changed[i].lowest
			})
			if err != nil {
				return err
			}
			return t.Also(ctx, tx, end-1)
		})
		if err != nil {
			return err
		}
		t.Done()
		if end == lastBlock {
			return nil
		}
		next = end
	}
}

// without packs a block anew without the counts of some sources; a case that loses
// all leaves a mark.
func without(data []byte, sources map[int64]bool) (out []byte, fewer bool, err error) {
	p := packer{b: make([]byte, 0, len(data))}
	w := walker{rest: data}
	var lost int64 // case that has lost all so far; 0: none
	mark := func() {
		if lost != 0 {
			p.add(&Count{No: lost, Source: gone, First: p.at, Last: p.at})
		}
		lost = 0
	}
	for {
		there, err := w.next()
		if err != nil {
			return nil, false, err
		}
		if lost != 0 && (!there || w.at.No != lost) {
			mark()
		}
		if !there {
			return p.b, fewer, nil
		}
		switch {
		case sources[w.at.Source]:
			fewer = true
			if p.no != w.at.No {
				lost = w.at.No
			}
		default:
			lost = 0
			p.add(&w.at)
		}
	}
}
