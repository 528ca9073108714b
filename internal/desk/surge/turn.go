package surge

import (
	"context"
	"strconv"
	"strings"

	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// turned is what a rule that comes into force did.
type turned struct {
	cases    []record.CaseChange
	reported int // of them, those that had been reported
}

// turn makes a rule hold cases from now on, and those in another state held.
func turn(ctx context.Context, tx *store.Tx, rule judge.HoldID, nos []int64, now int64) (t turned, err error) {
	list := make([]holding, len(nos))
	for i, no := range nos {
		list[i] = holding{no, rule}
	}
	if err := keepHolding(ctx, tx, list); err != nil {
		return t, err
	}
	err = each(ctx, tx, func(scan func(...any) error) error {
		var id []byte
		var state life.State
		var reported int64
		if err := scan(&id, &state, &reported); err != nil {
			return err
		}
		if state == life.Reported || reported > 0 {
			t.reported++
		}
		t.cases = append(t.cases, record.CaseChange{Case: CaseID(id), From: uint8(state), To: uint8(life.Held)})
		return nil
	}, `SELECT c.id, c.state, COALESCE(l.reported, 0) FROM case_hold h JOIN cases c ON c.no = h.case_no LEFT JOIN case_life l ON l.no = c.no
		WHERE h.rule = $1 AND c.state <> 3`, int64(rule))
	if err != nil {
		return t, err
	}
	of := "no IN (SELECT h.case_no FROM case_hold h JOIN cases c ON c.no = h.case_no WHERE h.rule = $1 AND c.state <> 3)"
	if _, err := tx.Exec(ctx, strings.Replace(heldLife, "no = $1", of, 1), int64(rule), now); err != nil {
		return t, err
	}
	if _, err := tx.Exec(ctx, "UPDATE cases SET state = 3 WHERE state <> 3 AND no IN (SELECT case_no FROM case_hold WHERE rule = $1)", int64(rule)); err != nil {
		return t, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO hold_applied (rule) VALUES ($1) ON CONFLICT DO NOTHING", int64(rule))
	return t, err
}

// changesPerAct bounds the list of one act; a rule may change more cases.
const changesPerAct = 1 << 18

// holdAct records what was done to a hold rule with the cases that it changed,
// in further acts of the same verb where one cannot list them all.
func (d *Desk) holdAct(ctx context.Context, tx *store.Tx, verb string, rule judge.HoldID, changes []record.CaseChange) error {
	for {
		a, err := d.newAct(verb, d.itemOf("hold", strconv.FormatInt(int64(rule), 10)), map[string]int64{"hold": int64(rule)})
		if err != nil {
			return err
		}
		n := min(len(changes), changesPerAct)
		if _, err := d.Record.AppendBatch(ctx, tx, a, changes[:n]); err != nil {
			return err
		}
		if changes = changes[n:]; len(changes) == 0 {
			return nil
		}
	}
}
