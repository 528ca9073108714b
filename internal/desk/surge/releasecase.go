package surge

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge/judge"
	"entente/internal/infra/record"
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
		var changes []record.CaseChange
		for _, no := range nos {
			c, err := releasable(ctx, tx, no, now)
			if err != nil {
				return err
			}
			changes = append(changes, c)
		}
		for _, query := range []string{"UPDATE cases SET state = " + openState + " WHERE no = $1", "DELETE FROM case_hold WHERE case_no = $1"} {
			if err := tx.UpdateIn(ctx, query, len(nos), func(i int, dst []any) { dst[0] = nos[i] }); err != nil {
				return err
			}
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

// releasable gives the change that releases a case, or why it cannot be.
func releasable(ctx context.Context, tx *store.Tx, no int64, now time.Time) (c record.CaseChange, err error) {
	var id []byte
	var owner string
	err = tx.QueryRow(ctx, "SELECT c.id, c.state, p.owner FROM cases c JOIN placement p ON p.id = c.placement WHERE c.no = $1", no).Scan(&id, &c.From, &owner)
	if err != nil {
		return c, err
	}
	c.Case, c.To = CaseID(id), stateByOwner(owner)
	if c.From != stateHeld {
		return c, fault.Newf(fault.Conflict, "`entente case list --state held` shows those that are", "case %x is not held: it is %s", id, stateWords[c.From])
	}
	var by []judge.HoldID
	err = each(ctx, tx, func(scan func(...any) error) error {
		var rule judge.HoldID
		err := scan(&rule)
		by = append(by, rule)
		return err
	}, "SELECT rule FROM case_hold WHERE case_no = $1 ORDER BY rule", no)
	if err != nil {
		return c, err
	}
	rules, err := judge.ListHolds(ctx, tx)
	if err != nil {
		return c, err
	}
	var words []string
	for i := range rules {
		if rules[i].InForce(now) && slices.Contains(by, rules[i].ID) {
			words = append(words, strconv.FormatInt(int64(rules[i].ID), 10))
		}
	}
	if len(words) > 0 {
		return c, fault.Newf(fault.Conflict, "`entente hold lift "+words[0]+" --reason TEXT` lifts it",
			"case %x is held by a rule in force: %s", id, strings.Join(words, ", "))
	}
	return c, nil
}

// whyOf gives the hold rule that an act is about, or the reason that a person
// gave for a release.
func (d *Desk) whyOf(ctx context.Context, a *ledger.Act) (why string, err error) {
	if a.Verb != "hold.release" {
		var body struct{ Hold int64 }
		if len(a.Body) > 0 && json.Unmarshal(a.Body, &body) == nil && body.Hold != 0 {
			why = "hold rule " + strconv.FormatInt(body.Hold, 10)
		}
		return why, nil
	}
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT reason FROM hold_release WHERE act = $1", a.Seq).Scan(&why)
	})
	return why, err
}
