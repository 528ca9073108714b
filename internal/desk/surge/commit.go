package surge

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"entente/internal/infra/store"
)

// commit makes a prepared batch count: segments turn from pending to live, and
// account, cases, rollups and act go with them, in one transaction.
func (in *ingest) commit(ctx context.Context, p *prepared) error {
	err := in.desk.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		if p.segments != nil {
			if err := p.segments.Commit(ctx, tx); err != nil {
				return err
			}
		}
		if p.runs != nil {
			if err := p.runs.Commit(ctx, tx); err != nil {
				return err
			}
		}
		for _, step := range []func(context.Context, *store.Tx, *prepared) error{
			in.writeErased, in.writeSnapshots, in.writeOpened, in.writeMoved, in.writeTouched, in.writeLives, in.writeStatuses, in.writeHolding, in.writeRollup, in.writeMembers, in.writeRejects, in.writeBatch,
		} {
			if err := step(ctx, tx, p); err != nil {
				return err
			}
		}
		if p.also != nil {
			return p.also(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("commit batch %d: %w", p.id, err)
	}
	if p.runs != nil {
		p.runs.Published()
	}
	in.flight.committed(p.id)
	in.cases.committed(p.id)
	in.lives.committed(p)
	return nil
}

var caseColumns = []string{"no", "id", "class", "family", "kind", "value", "port", "transport", "placement",
	"state"}

func (in *ingest) writeOpened(ctx context.Context, tx *store.Tx, p *prepared) error {
	if err := in.cases.placements.write(ctx, tx, p.placed); err != nil {
		return err
	}
	err := tx.CopyIn(ctx, "cases", caseColumns, len(p.opened), func(i int, d []any) {
		c := &p.opened[i]
		d[0], d[1], d[2], d[3], d[4], d[5] = c.no, c.id[:], int64(c.class), c.family, kindNo(c.asset.kind), c.asset.value
		d[6], d[7], d[8], d[9] = int64(c.asset.port), c.trans, c.placement, int64(c.state)
	})
	if err != nil || len(p.opened) == 0 {
		return err
	}
	if err := in.desk.counts.Begin(ctx, tx, p.begun); err != nil {
		return err
	}
	lowest, highest := p.opened[0].no, p.opened[len(p.opened)-1].no
	err = tx.CopyIn(ctx, "opening", []string{"lowest", "at"}, 1, func(_ int, d []any) { d[0], d[1] = lowest, in.desk.Now().UnixMicro() })
	if err != nil {
		return err
	}
	grown, err := tx.Exec(ctx, "UPDATE run_span SET highest = $1 WHERE run = $2 AND highest = $3", highest, in.run.id, lowest-1)
	if err != nil || grown > 0 {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO run_span (run, lowest, highest) VALUES ($1, $2, $3)", in.run.id, lowest, highest)
	return err
}

// writeTouched keeps what the batch adds to cases that were there, to be folded
// into them later, and turns those that a hold rule reaches.
func (in *ingest) writeTouched(ctx context.Context, tx *store.Tx, p *prepared) error {
	if err := in.desk.counts.Wait(ctx, tx, p.id, p.touched); err != nil {
		return err
	}
	now := in.desk.Now().UnixMicro()
	if err := tx.UpdateIn(ctx, heldLife, len(p.turned), func(i int, d []any) { d[0], d[1] = p.turned[i], now }); err != nil {
		return err
	}
	err := tx.UpdateIn(ctx, "UPDATE cases SET state = 3 WHERE no = $1", len(p.turned),
		func(i int, d []any) { d[0] = p.turned[i] })
	if err != nil {
		return err
	}
	return tx.UpdateIn(ctx, "INSERT INTO more_surge (surge, case_no) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		len(p.joins), func(i int, d []any) { d[0], d[1] = in.run.surge, p.joins[i] })
}

func (in *ingest) writeRollup(ctx context.Context, tx *store.Tx, p *prepared) error {
	keys := p.sortedRollup()
	err := tx.UpdateIn(ctx, `INSERT INTO rollup (run, day, feed, class, outcome, count) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (run, day, feed, class, outcome) DO UPDATE SET count = rollup.count + excluded.count`,
		len(keys), func(i int, d []any) {
			k := keys[i]
			at := p.scopes[k.scope]
			d[0], d[1], d[2], d[3], d[4], d[5] = in.run.id, at.day, at.feed, k.class.String(), k.outcome.String(), p.rollup[k]
		})
	if err != nil {
		return err
	}
	err = tx.UpdateIn(ctx, "INSERT INTO party (run, kind, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", len(p.parties),
		func(i int, d []any) { d[0], d[1], d[2] = in.run.id, p.parties[i].kind, p.parties[i].name })
	if err != nil {
		return err
	}
	feeds := sortedKeys(p.claims)
	return tx.UpdateIn(ctx, `INSERT INTO claim (run, feed, compared, disagreed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (run, feed) DO UPDATE SET compared = claim.compared + excluded.compared, disagreed = claim.disagreed + excluded.disagreed`,
		len(feeds), func(i int, d []any) {
			c := p.claims[feeds[i]]
			d[0], d[1], d[2], d[3] = in.run.id, feeds[i], c.compared, c.disagreed
		})
}

func (in *ingest) writeRejects(ctx context.Context, tx *store.Tx, p *prepared) error {
	if len(p.rejects) > 0 {
		var next int64
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM reject").Scan(&next); err != nil {
			return err
		}
		columns := []string{"id", "member", "batch", "line", "ordinal", "reason", "field", "text", "resolved"}
		err := tx.CopyIn(ctx, "reject", columns, len(p.rejects), func(i int, d []any) {
			r := &p.rejects[i]
			d[0], d[1], d[2], d[3], d[4] = next+1+int64(i), r.member, p.id, r.line, r.row
			d[5], d[6], d[7], d[8] = r.reason.String(), r.field, []byte(r.text), int64(0)
		})
		if err != nil {
			return err
		}
	}
	return tx.UpdateIn(ctx, "UPDATE reject SET resolved = $1 WHERE id = $2", len(p.resolved),
		func(i int, d []any) { d[0], d[1] = p.id, p.resolved[i] })
}

func (in *ingest) writeBatch(ctx context.Context, tx *store.Tx, p *prepared) error {
	account, err := json.Marshal(&p.tally)
	if err != nil {
		return err
	}
	act, err := in.batchAct(ctx, tx, p)
	if err != nil {
		return err
	}
	return tx.CopyIn(ctx, "batch", []string{"id", "run", "act", "committed", "account"}, 1, func(_ int, d []any) {
		d[0], d[1], d[2], d[3], d[4] = p.id, in.run.id, act, in.desk.Now().UnixMicro(), string(account)
	})
}

func (p *prepared) sortedRollup() []rollupKey {
	return slices.SortedFunc(maps.Keys(p.rollup), func(a, b rollupKey) int {
		x, y := p.scopes[a.scope], p.scopes[b.scope]
		return cmp.Or(cmp.Compare(x.day, y.day), cmp.Compare(x.feed, y.feed), cmp.Compare(a.class, b.class), cmp.Compare(a.outcome, b.outcome))
	})
}
