package surge

import (
	"cmp"
	"context"
	"slices"

	"entente/internal/desk/surge/judge"
	"entente/internal/infra/store"
)

// heldCases are the numbers of the cases that are held, those on their way to
// the database too, so that a sighting needs no look into it. Held cases are
// few. Only the goroutine that prepares batches uses it.
type heldCases map[int64]struct{}

func (h heldCases) has(no int64) bool {
	_, ok := h[no]
	return ok
}

func (h heldCases) add(no int64) { h[no] = struct{}{} }

func (d *Desk) loadHeld(ctx context.Context) (heldCases, error) {
	held := heldCases{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no int64
			err := scan(&no)
			held.add(no)
			return err
		}, "SELECT no FROM cases WHERE state = 3")
	})
	return held, err
}

// heldLife is the SQL that notes in the life of case $1, before its state changes,
// that it is held from $2 on, and what the hold interrupts.
const heldLife = `UPDATE case_life SET since = $2, before = (SELECT CASE WHEN c.state IN (8, 9, 10) THEN c.state ELSE 0 END
	FROM cases c WHERE c.no = case_life.no) WHERE no = $1`

// heldByPerson is the rule that stands for a person who held a single case.
const heldByPerson judge.HoldID = -1

// holding says that a rule holds a case.
type holding struct {
	no   int64
	rule judge.HoldID
}

// writeHolding keeps which rules the batch's held observations fit.
func (in *ingest) writeHolding(ctx context.Context, tx *store.Tx, p *prepared) error {
	return keepHolding(ctx, tx, p.holding)
}

func keepHolding(ctx context.Context, tx *store.Tx, list []holding) error {
	slices.SortFunc(list, func(a, b holding) int { return cmp.Or(cmp.Compare(a.no, b.no), cmp.Compare(a.rule, b.rule)) })
	list = slices.Compact(list)
	return tx.UpdateIn(ctx, "INSERT INTO case_hold (case_no, rule) VALUES ($1, $2) ON CONFLICT DO NOTHING",
		len(list), func(i int, dst []any) { dst[0], dst[1] = list[i].no, int64(list[i].rule) })
}
