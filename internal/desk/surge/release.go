package surge

import (
	"context"

	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// Released says what became of the cases that a rule held.
type Released struct {
	cases    []record.CaseChange
	Released int
	Stay     int            // still held
	By       []judge.HoldID // the rules that hold those; 0 is one that is not known
}

// alone is the SQL condition that nothing but rule $1 holds the case that h names.
const alone = "NOT EXISTS (SELECT 1 FROM case_hold o WHERE o.case_no = h.case_no AND o.rule <> $1)"

// openState is the SQL expression of the state in which a released case is: the one
// that the hold interrupted if that was not open, else by its owner.
const openState = `COALESCE(NULLIF((SELECT l.before FROM case_life l WHERE l.no = cases.no), 0),
	CASE WHEN (SELECT p.owner FROM placement p WHERE p.id = cases.placement) = 'pool' THEN 1 ELSE 2 END)`

// releasedLife notes in the lives of released cases that they begin anew at $2.
const (
	releasedLife = `INSERT INTO case_life (no, since, reported, delivered, bounced, acknowledged, claimed, down, proved, grade, returned, returns,
		seen_source, seen_at, until, reason) SELECT h.case_no, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '' FROM case_hold h`
	releasedAgain = " ON CONFLICT (no) DO UPDATE SET since = excluded.since, before = 0"
)

// release lets the cases of a rule go: those that no other rule holds are open
// again.
func release(ctx context.Context, tx *store.Tx, rule judge.HoldID, now int64) (out Released, err error) {
	out.By = []judge.HoldID{}
	err = each(ctx, tx, func(scan func(...any) error) error {
		var id []byte
		c := record.CaseChange{From: uint8(life.Held)}
		err := scan(&id, &c.To)
		c.Case = CaseID(id)
		out.cases = append(out.cases, c)
		return err
	}, "SELECT cases.id, "+openState+" FROM case_hold h JOIN cases ON cases.no = h.case_no WHERE h.rule = $1 AND cases.state = 3 AND "+alone, int64(rule))
	if err != nil {
		return out, err
	}
	if _, err := tx.Exec(ctx, "UPDATE cases SET state = "+openState+
		" WHERE state = 3 AND no IN (SELECT h.case_no FROM case_hold h WHERE h.rule = $1 AND "+alone+")", int64(rule)); err != nil {
		return out, err
	}
	if _, err := tx.Exec(ctx, releasedLife+" WHERE h.rule = $1 AND "+alone+releasedAgain, int64(rule), now); err != nil {
		return out, err
	}
	err = each(ctx, tx, func(scan func(...any) error) error {
		var other judge.HoldID
		err := scan(&other)
		out.By = append(out.By, other)
		return err
	}, "SELECT DISTINCT o.rule FROM case_hold h JOIN case_hold o ON o.case_no = h.case_no WHERE h.rule = $1 AND o.rule <> $1 ORDER BY o.rule", int64(rule))
	if err != nil {
		return out, err
	}
	had, err := tx.Exec(ctx, "DELETE FROM case_hold WHERE rule = $1", int64(rule))
	if err != nil {
		return out, err
	}
	out.Released, out.Stay = len(out.cases), int(had)-len(out.cases)
	return out, unapply(ctx, tx, rule)
}

// keptBy tells what a rule that is lifted with its cases kept goes on holding.
func keptBy(ctx context.Context, tx *store.Tx, rule judge.HoldID) (out Released, err error) {
	err = tx.QueryRow(ctx, "SELECT COUNT(*) FROM case_hold WHERE rule = $1", int64(rule)).Scan(&out.Stay)
	if err != nil {
		return out, err
	}
	out.By = []judge.HoldID{rule}
	return out, unapply(ctx, tx, rule)
}

// unapply notes that a rule has done its part.
func unapply(ctx context.Context, tx *store.Tx, rule judge.HoldID) error {
	_, err := tx.Exec(ctx, "DELETE FROM hold_applied WHERE rule = $1", int64(rule))
	return err
}
