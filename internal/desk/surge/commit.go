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
			in.writeOpened, in.writeTouched, in.writeRollup, in.writeMembers, in.writeRejects, in.writeBatch,
		} {
			if err := step(ctx, tx, p); err != nil {
				return err
			}
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
	return nil
}

var caseColumns = []string{"no", "id", "rule", "class", "family", "kind", "value", "port", "transport", "country",
	"asn", "network", "owner", "basis", "state", "severity", "label", "surge", "opened", "source", "first", "last", "count"}

func (in *ingest) writeOpened(ctx context.Context, tx *store.Tx, p *prepared) error {
	if len(p.opened) == 0 {
		return nil
	}
	err := tx.CopyIn(ctx, "cases", caseColumns, len(p.opened), func(i int, d []any) {
		c := &p.opened[i]
		d[0], d[1], d[2], d[3], d[4] = c.no, c.id[:], int64(c.rule), int64(c.class), c.family
		d[5], d[6], d[7], d[8], d[9] = c.asset.kind, c.asset.value, int64(c.asset.port), c.trans, c.country
		d[10], d[11], d[12], d[13], d[14] = int64(c.asn), c.network, c.owner, c.basis, int64(c.state)
		d[15], d[16], d[17], d[18], d[19] = int64(c.severity), c.label, c.surge, p.id, c.source
		d[20], d[21], d[22] = c.first, c.last, c.count
	})
	if err != nil {
		return err
	}
	var more []moreSource
	for i := range p.opened {
		for _, s := range p.opened[i].more {
			more = append(more, moreSource{p.opened[i].no, s})
		}
	}
	return in.writeMore(ctx, tx, more)
}

type moreSource struct {
	no int64
	s  sourceCount
}

// writeTouched adds to cases that were there: to the first source in place, to
// further ones in their own table.
func (in *ingest) writeTouched(ctx context.Context, tx *store.Tx, p *prepared) error {
	var same, more []moreSource
	var changed, joins []*caseState
	for i := range p.touched {
		t := &p.touched[i]
		for _, s := range t.sources {
			if s.source == t.c.source {
				same = append(same, moreSource{t.c.no, s})
			} else {
				more = append(more, moreSource{t.c.no, s})
			}
		}
		if t.changed {
			changed = append(changed, &t.c)
		}
		if t.joins {
			joins = append(joins, &t.c)
		}
	}
	err := tx.UpdateIn(ctx, `UPDATE cases SET first = CASE WHEN $1 < first THEN $1 ELSE first END,
		last = CASE WHEN $2 > last THEN $2 ELSE last END, count = count + $3 WHERE no = $4`,
		len(same), func(i int, d []any) {
			d[0], d[1], d[2], d[3] = same[i].s.first, same[i].s.last, same[i].s.count, same[i].no
		})
	if err != nil {
		return err
	}
	err = tx.UpdateIn(ctx, "UPDATE cases SET state = $1, severity = $2, label = $3 WHERE no = $4",
		len(changed), func(i int, d []any) {
			d[0], d[1], d[2], d[3] = int64(changed[i].state), int64(changed[i].severity), changed[i].label, changed[i].no
		})
	if err != nil {
		return err
	}
	err = tx.UpdateIn(ctx, "INSERT INTO more_surge (surge, case_no) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		len(joins), func(i int, d []any) { d[0], d[1] = in.run.surge, joins[i].no })
	if err != nil {
		return err
	}
	return in.writeMore(ctx, tx, more)
}

func (in *ingest) writeMore(ctx context.Context, tx *store.Tx, more []moreSource) error {
	return tx.UpdateIn(ctx, `INSERT INTO more_source (case_no, source, first, last, count) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (case_no, source) DO UPDATE SET
		first = CASE WHEN excluded.first < more_source.first THEN excluded.first ELSE more_source.first END,
		last = CASE WHEN excluded.last > more_source.last THEN excluded.last ELSE more_source.last END,
		count = more_source.count + excluded.count`,
		len(more), func(i int, d []any) {
			m := &more[i]
			d[0], d[1], d[2], d[3], d[4] = m.no, m.s.source, m.s.first, m.s.last, m.s.count
		})
}

func (in *ingest) writeRollup(ctx context.Context, tx *store.Tx, p *prepared) error {
	keys := sortedRollup(p.rollup)
	err := tx.UpdateIn(ctx, `INSERT INTO rollup (run, day, feed, class, outcome, count) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (run, day, feed, class, outcome) DO UPDATE SET count = rollup.count + excluded.count`,
		len(keys), func(i int, d []any) {
			k := keys[i]
			d[0], d[1], d[2], d[3], d[4], d[5] = in.run.id, k.day, k.feed, k.class, k.outcome, p.rollup[k]
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

func sortedRollup(m map[rollupKey]int64) []rollupKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b rollupKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.feed, b.feed), cmp.Compare(a.class, b.class), cmp.Compare(a.outcome, b.outcome))
	})
}
