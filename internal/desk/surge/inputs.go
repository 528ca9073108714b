package surge

import (
	"context"
	"maps"
	"slices"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// recognisedFiles are what a surge recognised: the files, and the batches of the
// other runs that had read them.
type recognisedFiles struct {
	batches map[int64]bool
	raws    map[[32]byte]bool
}

func (d *Desk) recognisedFiles(ctx context.Context, surge int64) (*recognisedFiles, error) {
	in := &recognisedFiles{batches: map[int64]bool{}, raws: map[[32]byte]bool{}}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		runs := map[int64]bool{}
		err := each(ctx, q, func(scan func(...any) error) error {
			var raw []byte
			var run int64
			if err := scan(&raw, &run); err != nil {
				return err
			}
			in.raws[[32]byte(raw)] = true
			runs[run] = true
			return nil
		}, `SELECT m.raw, o.run FROM member m JOIN run r ON r.id = m.run JOIN member o ON o.identity = m.identity AND o.state = 1
			JOIN run q ON q.id = o.run WHERE r.surge = $1 AND m.state = 2 AND q.surge <> $1 AND m.replayed = 0 AND o.replayed = 0`, surge)
		if err != nil {
			return err
		}
		for run := range runs {
			err := each(ctx, q, func(scan func(...any) error) error {
				var b int64
				err := scan(&b)
				in.batches[b] = true
				return err
			}, "SELECT id FROM batch WHERE run = $1", run)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return in, err
}

// each calls fn for every row of a query.
func each(ctx context.Context, q store.Querier, fn func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// joinSlice is how many cases join a surge in one transaction.
const joinSlice = 8_192

// joinRecognised lets the cases of files that the surge recognised join it.
func (d *Desk) joinRecognised(ctx context.Context, surge int64) error {
	in, err := d.recognisedFiles(ctx, surge)
	if err != nil || len(in.batches) == 0 {
		return err
	}
	ids := map[CaseID]bool{}
	flush := func() error {
		err := d.join(ctx, surge, ids)
		clear(ids)
		return err
	}
	batches := slices.Sorted(maps.Keys(in.batches))
	for row, err := range d.Log.Scan(ctx, eventlog.Query{Batches: batches}, "case_id", "raw") {
		if err != nil {
			return err
		}
		if row.Case == ([16]byte{}) || !in.raws[row.Raw] {
			continue
		}
		ids[row.Case] = true
		if len(ids) >= joinSlice {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (d *Desk) join(ctx context.Context, surge int64, ids map[CaseID]bool) error {
	keys := make([]runs.Key, 0, len(ids))
	for id := range ids {
		keys = append(keys, runs.Key(id))
	}
	slices.SortFunc(keys, runs.Key.Compare)
	var nos []int64
	if err := d.Runs.Lookup(ctx, caseScope, keys, func(_ int, payload uint64) { nos = append(nos, refOf(payload).no) }); err != nil {
		return err
	}
	own, err := d.loadOwn(ctx, surge)
	if err != nil {
		return err
	}
	nos = slices.DeleteFunc(nos, own.has)
	slices.Sort(nos)
	return d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		return tx.UpdateIn(ctx, `INSERT INTO more_surge (surge, case_no) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
			len(nos), func(i int, dst []any) { dst[0], dst[1] = surge, nos[i] })
	})
}
