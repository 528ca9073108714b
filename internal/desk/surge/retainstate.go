package surge

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"entente/internal/infra/store"
)

// rejectSlice is how many rejected rows go in one transaction.
const rejectSlice = 4096

// members gives each member's feed, raw input and age in days.
func (r *retention) members(ctx context.Context, fn func(id int64, feed string, raw [32]byte, days int64) error) error {
	return r.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id, started int64
			var feed string
			var raw []byte
			if err := scan(&id, &feed, &raw, &started); err != nil {
				return err
			}
			return fn(id, feed, [32]byte(raw), int64(r.now.Sub(micros(started))/(24*time.Hour)))
		}, "SELECT m.id, m.feed, m.raw, r.started FROM member m JOIN run r ON r.id = m.run ORDER BY m.id")
	})
}

// rejected deletes the rejected rows whose time is over.
func (r *retention) rejected(ctx context.Context) error {
	rules := map[int64]int{}
	err := r.members(ctx, func(id int64, feed string, _ [32]byte, days int64) error {
		if keep, rule := r.desk.Retention.rejected(feed); keep != Forever && days > int64(keep) {
			rules[id] = rule
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, member := range slices.Sorted(maps.Keys(rules)) {
		for more := true; more; {
			if more, err = r.rejectedOf(ctx, member, retainedKey{ofRejected, rules[member]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rejectedOf deletes a slice of a member's rejected rows and tells whether there
// may be more.
func (r *retention) rejectedOf(ctx context.Context, member int64, key retainedKey) (more bool, err error) {
	var ids []int64
	n := Retained{}
	limit := int64(rejectSlice)
	if r.dry {
		limit = 1 << 40
	}
	err = r.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id, size int64
			err := scan(&id, &size)
			ids = append(ids, id)
			n.Rows, n.Bytes = n.Rows+1, n.Bytes+size
			return err
		}, "SELECT id, COALESCE(length(text), 0) FROM reject WHERE member = $1 ORDER BY id LIMIT $2", member, limit)
	})
	if err != nil || len(ids) == 0 {
		return false, err
	}
	if r.dry {
		r.plan(key, n)
		return false, nil
	}
	err = r.desk.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		if err := tx.UpdateIn(ctx, "DELETE FROM reject WHERE id = $1", len(ids), func(i int, dst []any) { dst[0] = ids[i] }); err != nil {
			return err
		}
		return r.count(ctx, tx, key, n)
	})
	return len(ids) == rejectSlice, err
}

// raw notes the raw inputs that no member needs any more as to be deleted.
func (r *retention) raw(ctx context.Context) error {
	rules := map[[32]byte]int{} // 0: a member needs it
	err := r.members(ctx, func(_ int64, feed string, raw [32]byte, days int64) error {
		keep, rule := r.desk.Retention.raw(feed)
		if keep == Forever || days <= int64(keep) {
			rule = 0
		}
		if before, met := rules[raw]; met && before == 0 {
			return nil
		}
		rules[raw] = rule
		return nil
	})
	if err != nil {
		return err
	}
	raws := slices.SortedFunc(maps.Keys(rules), func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	for _, raw := range raws {
		if rules[raw] == 0 {
			continue
		}
		size, kept, err := r.desk.Blobs.Stored(ctx, raw)
		if err != nil {
			return err
		}
		if !kept {
			continue
		}
		key, n := retainedKey{ofRaw, rules[raw]}, Retained{Files: 1, Bytes: size}
		if r.dry {
			r.plan(key, n)
			continue
		}
		if err := r.forget(ctx, raw, key, n); err != nil {
			return err
		}
	}
	return nil
}

func (r *retention) forget(ctx context.Context, raw [32]byte, key retainedKey, n Retained) error {
	return r.desk.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		var noted int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM raw_gone WHERE raw = $1 AND done = 0", raw[:]).Scan(&noted); err != nil || noted > 0 {
			return err // it was counted, and a stop came before it was deleted
		}
		if err := r.desk.forgetRaw(ctx, tx, [][32]byte{raw}, rawRetained); err != nil {
			return err
		}
		return r.count(ctx, tx, key, n)
	})
}

// plan counts for a dry run.
func (r *retention) plan(key retainedKey, n Retained) {
	t := r.total[key]
	if t == nil {
		t = &Retained{What: key.what, Rule: key.rule}
		r.total[key] = t
	}
	t.Rows, t.Files, t.Bytes = t.Rows+n.Rows, t.Files+n.Files, t.Bytes+n.Bytes
}

func (r *retention) planned() []Retained {
	out := make([]Retained, 0, len(r.total))
	for _, t := range r.total {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Retained) int { return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Rule, b.Rule)) })
	return out
}

// count keeps what went in the transaction in which it went.
func (r *retention) count(ctx context.Context, tx *store.Tx, key retainedKey, n Retained) error {
	_, err := tx.Exec(ctx, `INSERT INTO retained (what, rule, rows, files, bytes) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (what, rule) DO UPDATE SET rows = retained.rows + excluded.rows, files = retained.files + excluded.files, bytes = retained.bytes + excluded.bytes`,
		key.what, int64(key.rule), n.Rows, n.Files, n.Bytes)
	return err
}

// act records what went since the last act, and gives it.
func (r *retention) act(ctx context.Context) (out []Retained, err error) {
	err = r.desk.DB.Write(ctx, func(tx *store.Tx) error {
		out = []Retained{}
		err := each(ctx, tx, func(scan func(...any) error) error {
			var t Retained
			err := scan(&t.What, &t.Rule, &t.Rows, &t.Files, &t.Bytes)
			out = append(out, t)
			return err
		}, "SELECT what, rule, rows, files, bytes FROM retained ORDER BY what, rule")
		if err != nil || len(out) == 0 {
			return err
		}
		a, err := r.desk.newAct("log.retain", [16]byte{}, map[string]any{"rules_sha256": r.desk.Retention.sum(), "ended": out})
		if err != nil {
			return err
		}
		if _, err := r.desk.Record.Append(ctx, tx, a); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DELETE FROM retained")
		return err
	})
	return out, err
}
