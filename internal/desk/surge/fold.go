package surge

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
	foldMost  = 2_000_000
	foldBytes = 48 << 20 // of packed lists in one fold
	foldSlice = 8_192    // sightings written per transaction, near 20 ms
)

// foldDue tells whether so many waiting sightings are enough for a fold.
func foldDue(waiting, cases int64) bool {
	return waiting >= min(max(foldLeast, cases/2), foldMost)
}

// foldIfDue folds when enough sightings wait.
func (d *Desk) foldIfDue(ctx context.Context, cases int64) error {
	var waiting int64
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(SUM(cases), 0) FROM touch").Scan(&waiting)
	})
	if err != nil || !foldDue(waiting, cases) {
		return err
	}
	return d.Fold(ctx)
}

// Fold brings all waiting sightings into the cases, in slices between which a
// person's write goes first. It can be stopped anywhere and goes on where it
// stopped; a sighting counts once.
func (d *Desk) Fold(ctx context.Context) error {
	for {
		more, err := d.foldOnce(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// foldOnce folds as many lists as memory allows and tells whether some wait.
func (d *Desk) foldOnce(ctx context.Context) (more bool, err error) {
	f, err := d.loadFold(ctx)
	if err != nil || f == nil {
		return false, err
	}
	part := make([]touch, 0, foldSlice+16)
	for {
		t, ok := f.merge.next()
		// A case's sources go together, since progress is kept by its number.
		if len(part) > 0 && (!ok || len(part) >= foldSlice && part[len(part)-1].no != t.no) {
			if err := d.foldSlice(ctx, f, part); err != nil {
				return false, err
			}
			part = part[:0]
		}
		if !ok {
			break
		}
		if t.no > f.upto {
			part = append(part, t)
		}
	}
	if f.merge.err != nil {
		return false, f.merge.err
	}
	err = d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM touch WHERE batch <= $1", f.batch); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM fold")
		return err
	})
	return f.more, err
}

// fold is one fold: the lists up to a batch, and how far they were applied.
type fold struct {
	batch int64
	upto  int64
	merge touchMerge
	more  bool // later lists wait
}

// loadFold resumes the fold under way or begins one; nil if nothing waits.
func (d *Desk) loadFold(ctx context.Context) (*fold, error) {
	f := &fold{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		err := q.QueryRowContext(ctx, "SELECT batch, upto FROM fold").Scan(&f.batch, &f.upto)
		resumed := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		size := 0
		rows, err := q.QueryContext(ctx, "SELECT batch, data FROM touch ORDER BY batch")
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
			if err := f.merge.add(batch, data); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil || f.merge.Len() == 0 {
		return nil, err
	}
	f.merge.init()
	return f, nil
}

// foldSlice applies a part of the list in one transaction, with its progress.
func (d *Desk) foldSlice(ctx context.Context, f *fold, part []touch) error {
	var primary, more []*touch
	for i := range part {
		t := &part[i]
		if t.primary {
			primary = append(primary, t)
		} else {
			more = append(more, t)
		}
	}
	return d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		err := tx.UpdateIn(ctx, `UPDATE cases SET first = CASE WHEN $1 < first THEN $1 ELSE first END,
			last = CASE WHEN $2 > last THEN $2 ELSE last END, count = count + $3,
			severity = CASE WHEN $4 > severity THEN $4 ELSE severity END,
			label = CASE WHEN $5 > label THEN $5 ELSE label END WHERE no = $6`,
			len(primary), func(i int, d []any) {
				t := primary[i]
				d[0], d[1], d[2], d[3], d[4], d[5] = t.first, t.last, t.count, int64(t.severity), int64(t.label), t.no
			})
		if err != nil {
			return err
		}
		err = tx.UpdateIn(ctx, `UPDATE cases SET severity = CASE WHEN $1 > severity THEN $1 ELSE severity END,
			label = CASE WHEN $2 > label THEN $2 ELSE label END WHERE no = $3 AND (severity < $1 OR label < $2)`,
			len(more), func(i int, d []any) {
				d[0], d[1], d[2] = int64(more[i].severity), int64(more[i].label), more[i].no
			})
		if err != nil {
			return err
		}
		if err := writeMore(ctx, tx, more); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM fold"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO fold (batch, upto) VALUES ($1, $2)", f.batch, part[len(part)-1].no)
		return err
	})
}

// writeMore adds to the further sources of cases.
func writeMore(ctx context.Context, tx *store.Tx, more []*touch) error {
	return tx.UpdateIn(ctx, `INSERT INTO more_source (case_no, source, first, last, count) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (case_no, source) DO UPDATE SET
		first = CASE WHEN excluded.first < more_source.first THEN excluded.first ELSE more_source.first END,
		last = CASE WHEN excluded.last > more_source.last THEN excluded.last ELSE more_source.last END,
		count = more_source.count + excluded.count`,
		len(more), func(i int, d []any) {
			t := more[i]
			d[0], d[1], d[2], d[3], d[4] = t.no, t.source, t.first, t.last, t.count
		})
}
