package surge

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"
)

// ReleaseCases lets held cases go that no rule in force holds, all or none, with
// one act. A case that is not held, or that a rule in force holds, is a
// fault.Conflict.
func (d *Desk) ReleaseCases(ctx context.Context, ids []string, reason string) (int, error) {
	now := d.Now()
	if strings.TrimSpace(reason) == "" {
		return 0, fault.New(fault.Invalid, "releasing a case needs a reason", "say why it is no longer kept back")
	}
	if _, err := d.alignHolds(ctx, now, 0); err != nil {
		return 0, err
	}
	cases := map[CaseID]struct{}{}
	for _, id := range ids {
		_, key, err := d.FindCase(ctx, id)
		if err != nil {
			return 0, err
		}
		cases[key] = struct{}{}
	}
	nos, err := d.caseNumbers(ctx, cases)
	if err != nil {
		return 0, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		var list []life.Change
		for _, no := range nos {
			if err := releasable(ctx, tx, no, now); err != nil {
				return err
			}
			list = append(list, life.Change{No: no, At: now.UnixMicro()})
		}
		changes, _, err := life.Many(ctx, tx, life.Release, list)
		if err != nil {
			return err
		}
		err = tx.UpdateIn(ctx, "DELETE FROM case_hold WHERE case_no = $1", len(nos), func(i int, dst []any) { dst[0] = nos[i] })
		if err != nil {
			return err
		}
		a, err := d.newAct("hold.release", [16]byte{}, nil)
		if err != nil {
			return err
		}
		act, err := d.Record.AppendBatch(ctx, tx, a, changes)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO hold_release (act, reason) VALUES ($1, $2)", act, reason)
		return err
	})
	return len(nos), err
}

// releasable says why a case cannot be released, nil if it can.
func releasable(ctx context.Context, tx *store.Tx, no int64, now time.Time) error {
	var id []byte
	var state life.State
	if err := tx.QueryRow(ctx, "SELECT id, state FROM cases WHERE no = $1", no).Scan(&id, &state); err != nil {
		return err
	}
	if state != life.Held {
		return fault.Newf(fault.Conflict, "`entente case list --state held` shows those that are", "case %x is not held: it is %s", id, state)
	}
	var by []judge.HoldID
	err := each(ctx, tx, func(scan func(...any) error) error {
		var rule judge.HoldID
		err := scan(&rule)
		by = append(by, rule)
		return err
	}, "SELECT rule FROM case_hold WHERE case_no = $1 ORDER BY rule", no)
	if err != nil {
		return err
	}
	rules, err := judge.ListHolds(ctx, tx)
	if err != nil {
		return err
	}
	var words []string
	for i := range rules {
		if rules[i].InForce(now) && slices.Contains(by, rules[i].ID) {
			words = append(words, strconv.FormatInt(int64(rules[i].ID), 10))
		}
	}
	if len(words) > 0 {
		return fault.Newf(fault.Conflict, "`entente hold lift "+words[0]+" --reason TEXT` lifts it",
			"case %x is held by a rule in force: %s", id, strings.Join(words, ", "))
	}
	return nil
}
