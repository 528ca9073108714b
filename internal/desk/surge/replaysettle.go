package surge

import (
	"context"
	"slices"

	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"
)

// settle closes the cases that nothing shows any more, and puts what was read in the
// place of what was read before.
func (r *replay) settle(ctx context.Context) error {
	if err := r.loadBits(ctx); err != nil {
		return err
	}
	if err := r.left(ctx); err != nil {
		return err
	}
	if err := r.rejects(ctx); err != nil {
		return err
	}
	if err := r.sum(ctx); err != nil {
		return err
	}
	return r.end(ctx)
}

// left closes cases without a sighting, in write slices with an act each.
func (r *replay) left(ctx context.Context) error {
	d := r.desk
	by, err := d.newPlacer(ctx, r.req.Feed)
	if err != nil {
		return err
	}
	a, err := d.newAct("replay.left", d.itemOf("feed", r.req.Feed), map[string]int64{"replay": r.no})
	if err != nil {
		return err
	}
	now := d.Now().UnixMicro()
	var list []life.Change
	flush := func() error {
		_, _, err := d.stepMany(ctx, life.Close, a, said{}, slices.Values(list))
		list = list[:0]
		return err
	}
	r.out.Again, r.out.Left = 0, 0
	err = d.counts.Walk(ctx, 0, func(no int64, seen []counts.Count) error {
		shown := slices.ContainsFunc(seen, func(c counts.Count) bool { return by.feeds[c.Source] == r.req.Feed })
		if shown && no <= r.cases {
			r.out.Again++
		}
		if len(seen) > 0 {
			return nil
		}
		if r.bits.shown.has(no) {
			r.out.Left++
		}
		if list = append(list, life.Change{No: no, At: now, Reason: life.Replayed}); len(list) < stepSlice {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// rejects settles the rejected rows of the files that were read again: those of the
// new reading stand for them.
func (r *replay) rejects(ctx context.Context) error {
	ids := make([]int64, 0, replayPage)
	flush := func() error {
		err := r.desk.DB.WriteSlice(ctx, func(tx *store.Tx) error {
			err := tx.UpdateIn(ctx, "UPDATE reject SET resolved = -1 WHERE member = $1 AND resolved = 0", len(ids), func(i int, d []any) { d[0] = ids[i] })
			if err != nil {
				return err
			}
			return tx.UpdateIn(ctx, "UPDATE member SET replayed = $1 WHERE id = $2", len(ids), func(i int, d []any) { d[0], d[1] = r.no, ids[i] })
		})
		ids = ids[:0]
		return err
	}
	for m, err := range r.plan.members(ctx) {
		if err != nil {
			return err
		}
		if ids = append(ids, m.id); len(ids) == replayPage {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// sum adds up the accounts of the replay's runs, and what it moved.
func (r *replay) sum(ctx context.Context) error {
	var runs []int64
	err := r.desk.DB.Read(ctx, func(q store.Querier) error {
		err := each(ctx, q, func(scan func(...any) error) error {
			var run int64
			err := scan(&run)
			runs = append(runs, run)
			return err
		}, "SELECT id FROM run WHERE replay = $1 ORDER BY id", r.no)
		if err != nil {
			return err
		}
		if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM member m JOIN run r ON r.id = m.run WHERE r.replay = $1 AND m.idx >= 0", r.no).Scan(&r.out.Files); err != nil {
			return err
		}
		return q.QueryRowContext(ctx, "SELECT COUNT(*) FROM case_move WHERE replay = $1", r.no).Scan(&r.out.Moved)
	})
	if err != nil {
		return err
	}
	for _, run := range runs {
		a, err := r.desk.AccountOf(ctx, run)
		if err != nil {
			return err
		}
		sum(&r.out.Acc, &a)
	}
	r.out.Opened = r.out.Acc.CasesOpened
	return nil
}

// end is the last transaction.
func (r *replay) end(ctx context.Context) error {
	d := r.desk
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, q := range []struct {
			text string
			args []any
		}{
			{"UPDATE member SET replayed = $1 WHERE idx <= -2 AND feed = $2 AND replayed = 0 AND run NOT IN (SELECT id FROM run WHERE replay = $1)", []any{r.no, r.req.Feed}},
			{"UPDATE replay SET state = $1, ended = $2 WHERE id = $3", []any{int64(replayDone), d.Now().UnixMicro(), r.no}},
			{"DELETE FROM replay_case WHERE replay IN (SELECT id FROM replay WHERE feed = $1)", []any{r.req.Feed}},
		} {
			if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
				return err
			}
		}
		c := r.out.ReplayCounts
		return r.act(ctx, tx, "replay.end", map[string]any{"rows": r.out.Acc.Rows, "opened": c.Opened, "seen_again": c.Again, "moved": c.Moved, "left": c.Left})
	})
}
