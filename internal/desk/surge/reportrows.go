package surge

import (
	"context"
	"iter"
	"maps"
	"slices"

	"entente/internal/infra/eventlog"
)

// checkRows is how many rows of other runs are looked up at a time.
const checkRows = 4096

// Observations gives all that the log holds of the surge's cases, whichever run
// logged it, in the order of the log, without cases that are held. What was held
// when it was read and is held no more is given with the outcome that it would
// have had.
func (s *reportSource) Observations(ctx context.Context) iter.Seq2[*eventlog.Row, error] {
	return func(yield func(*eventlog.Row, error) bool) {
		held, err := s.desk.heldCases(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		of, err := s.desk.surgeCases(ctx, s.surge.No)
		if err != nil {
			yield(nil, err)
			return
		}
		query := eventlog.Query{Only: of.only}
		if of.filter == nil {
			if len(of.batches) == 0 {
				return
			}
			query = eventlog.Query{Batches: slices.Sorted(maps.Keys(of.batches))}
		}
		moved, err := s.desk.transferred(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		var others []eventlog.Row // in a row, as the log has them
		give := func() bool {
			rows, err := of.keep(ctx, others)
			if err != nil {
				yield(nil, err)
				return false
			}
			for i := range rows {
				if !yield(&rows[i], nil) {
					return false
				}
			}
			others = others[:0]
			return true
		}
		for row, err := range s.desk.Log.Scan(ctx, query) {
			if err != nil {
				yield(nil, err)
				return
			}
			if row.Case == ([16]byte{}) || row.Outcome == Unlisted || held[CaseID(row.Case)] {
				continue
			}
			if row.Outcome == Held.String() { // its case was released
				row.Outcome = outcomeByOwner(row.Owner).String()
			}
			if to, ok := moved[CaseID(row.Case)]; ok {
				row.Country, row.Owner, row.OwnerBasis = to.country, to.owner, to.basis
			}
			if !of.batches[row.Batch] {
				if others = append(others, *row); len(others) == checkRows && !give() {
					return
				}
				continue
			}
			if len(others) > 0 && !give() || !yield(row, nil) {
				return
			}
		}
		if len(others) > 0 {
			give()
		}
	}
}
