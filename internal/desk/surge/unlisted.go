package surge

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// Unlisted is the outcome in the log of what a snapshot lists no longer. It is no
// observation and counts in no account.
const Unlisted = "unlisted"

func compareSnapshots(a, b snapshotKey) int {
	return cmp.Or(cmp.Compare(a.feed, b.feed), cmp.Compare(a.asOf, b.asOf))
}

// closeSnapshots concludes open snapshots once all their rows are committed. Only
// the goroutine that reads calls it, while the stages have nothing to do.
func (in *ingest) closeSnapshots(ctx context.Context, list []snapshotKey) error {
	if len(list) == 0 {
		return nil
	}
	if err := in.settled.wait(ctx); err != nil {
		return err
	}
	for _, k := range list {
		if in.collect.ctx.Err() != nil {
			return errStopped
		}
		if err := in.closeSnapshot(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (in *ingest) closeSnapshot(ctx context.Context, k snapshotKey) error {
	base, _ := in.snapshots.of(k)
	if in.snapshots.isBroken(k) {
		_, err := in.desk.Runs.Drop(ctx, func(name string) bool { return name == k.scope() }, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE snapshot SET state = 2 WHERE feed = $1 AND as_of = $2", k.feed, k.asOf)
			return err
		})
		in.snapshots.close(k, false)
		return err
	}
	before := ""
	if base != 0 {
		before = snapshotKey{k.feed, base}.scope()
		if !in.snapshots.isUnnamed(k.feed) {
			if err := in.logUnlisted(ctx, k, before); err != nil {
				return err
			}
		}
	}
	s := Snapshot{Feed: k.feed}
	err := in.desk.Runs.Compare(ctx, before, k.scope(), runs.Key{}, func(old, now *runs.Member) error {
		switch {
		case now == nil:
			s.Gone++
			return nil
		case old == nil:
			s.Newly++
		default:
			s.Still++
		}
		s.Entries++
		return nil
	})
	if err != nil {
		return err
	}
	if in.snapshots.isUnnamed(k.feed) {
		s.Gone = 0 // several lists under one name: what is missing says nothing
	}
	stale, err := in.staleSets(ctx, k, base)
	if err != nil {
		return err
	}
	_, err = in.desk.Runs.Drop(ctx, func(name string) bool { return slices.Contains(stale, name) }, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE snapshot SET state = 2 WHERE feed = $1 AND as_of < $2 AND state = 0", k.feed, k.asOf); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE snapshot SET state = 1, base = $1, entries = $2, newly = $3, still = $4, gone = $5, upto = NULL WHERE feed = $6 AND as_of = $7",
			base, s.Entries, s.Newly, s.Still, s.Gone, k.feed, k.asOf)
		if err != nil {
			return err
		}
		return in.desk.act(ctx, tx, "surge.snapshot", "snapshot", k.scope())
	})
	in.snapshots.close(k, err == nil)
	return err
}

// staleSets names the sets that the newest snapshot makes needless: what the
// earlier ones list, and the identities of their rows.
func (in *ingest) staleSets(ctx context.Context, k snapshotKey, base int64) (out []string, err error) {
	err = in.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			old := snapshotKey{feed: k.feed}
			err := scan(&old.asOf)
			out = append(out, old.scope())
			if day := floorDiv(old.asOf, microsPerDay); day < floorDiv(k.asOf, microsPerDay) {
				out = append(out, scope{feed: k.feed, day: day, list: true}.name())
			}
			return err
		}, "SELECT as_of FROM snapshot WHERE feed = $1 AND as_of >= $2 AND as_of < $3", k.feed, base, k.asOf)
	})
	return out, err
}

// logUnlisted logs what the snapshot before listed and k does not, in batches of
// their own. How far it has come is kept with each, so that a run that is resumed
// logs nothing twice.
func (in *ingest) logUnlisted(ctx context.Context, k snapshotKey, before string) error {
	upto, err := in.unlistedUpto(ctx, k)
	if err != nil {
		return err
	}
	for {
		gone := make(map[runs.Key]uint64)
		err := in.desk.Runs.Compare(ctx, before, k.scope(), upto, func(old, now *runs.Member) error {
			if now == nil {
				gone[old.Key] = old.Payload
				upto = old.Key
			}
			if len(gone) == maxRows {
				return runs.ErrEnough
			}
			return nil
		})
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := in.commitUnlisted(ctx, k, gone, upto); err != nil {
			return err
		}
		if in.collect.ctx.Err() != nil {
			return errStopped
		}
	}
}

func (in *ingest) unlistedUpto(ctx context.Context, k snapshotKey) (key runs.Key, err error) {
	err = in.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var b []byte
			err := scan(&b)
			copy(key[:], b)
			return err
		}, "SELECT upto FROM snapshot WHERE feed = $1 AND as_of = $2", k.feed, k.asOf)
	})
	return key, err
}

// commitUnlisted finds the rows that logged the entries as newly listed, and logs
// each again as unlisted. An entry whose row is no longer kept is counted alone.
func (in *ingest) commitUnlisted(ctx context.Context, k snapshotKey, gone map[runs.Key]uint64, upto runs.Key) error {
	id := in.collect.takeID()
	p := &prepared{batch: newBatch().reset(id), rollup: map[rollupKey]int64{}, highest: in.cases.nextNo}
	batches := slices.Compact(slices.Sorted(func(yield func(int64) bool) {
		for b := range maps.Values(gone) {
			if !yield(int64(b)) {
				return
			}
		}
	}))
	for row, err := range in.desk.Log.Scan(ctx, eventlog.Query{Batches: batches}) {
		if err != nil {
			return err
		}
		if row.Feed != k.feed || row.Snapshot == 0 || row.Outcome == Unlisted {
			continue
		}
		key := in.collect.ident.listingKey(row)
		if batch, wanted := gone[key]; !wanted || int64(batch) != row.Batch {
			continue
		}
		delete(gone, key)
		r := *row
		r.Batch, r.Observed, r.Snapshot, r.Outcome = id, k.asOf, k.asOf, Unlisted
		r.Reason, r.Raw, r.Line, r.Details, r.Status = "", [32]byte{}, 0, nil, ""
		p.rows = append(p.rows, r)
	}
	p.also = func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE snapshot SET upto = $1 WHERE feed = $2 AND as_of = $3", upto[:], k.feed, k.asOf)
		return err
	}
	if err := in.stage(ctx, p); err != nil {
		return err
	}
	return in.commit(ctx, p)
}
