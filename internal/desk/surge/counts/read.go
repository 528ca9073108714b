package counts

import (
	"context"
	"math"
	"sort"

	"entente/internal/infra/store"
)

// block is a row of the table, with the number at which the next one begins.
type block struct {
	lowest, end int64
	data        []byte
}

// lastBlock is the end of the last block.
const lastBlock = math.MaxInt64

// windowBlocks is how many blocks are read at once.
const windowBlocks = 64

// window reads the block that holds a case's counts and those that follow it.
func window(ctx context.Context, q store.Querier, no int64) ([]block, error) {
	rows, err := q.QueryContext(ctx, `SELECT lowest, data FROM counts WHERE lowest >=
		(SELECT COALESCE(MAX(lowest), 0) FROM counts WHERE lowest <= $1) ORDER BY lowest LIMIT $2`, no, windowBlocks+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]block, 0, windowBlocks+1)
	for rows.Next() {
		b := block{end: lastBlock}
		if err := rows.Scan(&b.lowest, &b.data); err != nil {
			return nil, err
		}
		if n := len(out); n > 0 {
			out[n-1].end = b.lowest
		}
		out = append(out, b)
	}
	if len(out) == 0 || out[0].lowest > no {
		return nil, damaged()
	}
	return out[:min(len(out), windowBlocks)], rows.Err()
}

// Table holds the packed counts of some cases in memory, about 15 bytes each.
type Table struct{ blocks []block }

// Span is a range of case numbers, both ends included.
type Span [2]int64

// nearSpans are read in one go.
const nearSpans = 2048

// Load reads the counts of the cases in spans, which are in order. Waiting
// sightings are not in them: fold first.
func Load(ctx context.Context, q store.Querier, spans []Span) (*Table, error) {
	t := &Table{}
	for i := 0; i < len(spans); {
		from, to := spans[i][0], spans[i][1]
		for i++; i < len(spans) && spans[i][0] <= to+nearSpans; i++ {
			to = max(to, spans[i][1])
		}
		if err := t.load(ctx, q, from, to); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Table) load(ctx context.Context, q store.Querier, from, to int64) error {
	rows, err := q.QueryContext(ctx, `SELECT lowest, data FROM counts WHERE lowest >=
		(SELECT COALESCE(MAX(lowest), 0) FROM counts WHERE lowest <= $1) AND lowest <= $2 ORDER BY lowest`, from, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var b block
		if err := rows.Scan(&b.lowest, &b.data); err != nil {
			return err
		}
		if n := len(t.blocks); n == 0 || t.blocks[n-1].lowest < b.lowest {
			t.blocks = append(t.blocks, b)
		}
	}
	return rows.Err()
}

// Of appends the counts of a case to out, by source. A case that was not loaded
// has none.
func (t *Table) Of(no int64, out []Count) ([]Count, error) {
	i := sort.Search(len(t.blocks), func(i int) bool { return t.blocks[i].lowest > no }) - 1
	if i < 0 {
		return out, nil
	}
	w := walker{rest: t.blocks[i].data}
	for {
		there, err := w.next()
		if err != nil || !there || w.at.No > no {
			return out, err
		}
		if w.at.No == no && w.at.Source != gone {
			out = append(out, w.at)
		}
	}
}

// All gives every count of the cases from number from to number to, in order,
// until fn returns an error.
func (t *Table) All(fn func(Count) error) error {
	for _, b := range t.blocks {
		w := walker{rest: b.data}
		for {
			there, err := w.next()
			if err != nil {
				return err
			}
			if !there {
				break
			}
			if w.at.Source == gone {
				continue
			}
			if err := fn(w.at); err != nil {
				return err
			}
		}
	}
	return nil
}
