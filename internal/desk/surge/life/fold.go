package life

import (
	"entente/internal/core/fault"
	"entente/internal/infra/record"
)

// Fold computes the state of a case from the changes that its acts list, in their
// order. Changes that do not follow one another, or that no step makes, are
// fault.Corrupt.
func Fold(changes []record.CaseChange) (State, error) {
	at := None
	for i, c := range changes {
		from, to := State(c.From), State(c.To)
		if from != at || !Leads(from, to) {
			return at, fault.Newf(fault.Corrupt, "compare the record with a backup",
				"change %d of the case leads from %q to %q, where it was %q", i+1, from, to, at)
		}
		at = to
	}
	return at, nil
}
