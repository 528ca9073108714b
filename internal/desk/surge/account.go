package surge

import (
	"maps"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/report"
	"entente/internal/desk/surge/route"
)

// Account is what became of the rows of a run.
type Account = report.Account

// Outcome is what became of one observation.
type Outcome uint8

// The outcomes; their words stand in the log and in the account.
const (
	Routed Outcome = iota
	Pooled
	Context
	Duplicate
	Held
	Suppressed
	outcomes
)

var outcomeWords = [outcomes]string{"routed", "pooled", "context", "duplicate", "held", "suppressed"}

// String gives the outcome's word.
func (o Outcome) String() string { return outcomeWords[o] }

// outcomeByOwner is the outcome of what nothing holds back.
func outcomeByOwner(owner string) Outcome {
	if owner == route.Pool {
		return Pooled
	}
	return Routed
}

// tally counts the observations of one batch.
type tally struct {
	Outcome      [outcomes]int64
	SuppressedBy map[string]int64
	Opened       int64
	SeenAgain    int64
}

func (t *tally) suppressed(reason string) {
	if t.SuppressedBy == nil {
		t.SuppressedBy = map[string]int64{}
	}
	t.SuppressedBy[reason]++
}

// addTo adds a batch's tally to an account.
func (t *tally) addTo(a *Account) {
	a.Routed += t.Outcome[Routed]
	a.Pooled += t.Outcome[Pooled]
	a.Context += t.Outcome[Context]
	a.Duplicate += t.Outcome[Duplicate]
	a.Held += t.Outcome[Held]
	a.Suppressed += t.Outcome[Suppressed]
	a.CasesOpened += t.Opened
	a.CasesSeenAgain += t.SeenAgain
	for why, n := range t.SuppressedBy {
		a.SuppressedBy[why] += n
	}
}

// sum adds account b to a. Of owners and countries the larger number counts, for
// they may be the same ones.
func sum(a, b *Account) {
	a.Rows, a.Accepted, a.Rejected = a.Rows+b.Rows, a.Accepted+b.Accepted, a.Rejected+b.Rejected
	a.Observations, a.Routed, a.Pooled = a.Observations+b.Observations, a.Routed+b.Routed, a.Pooled+b.Pooled
	a.Context, a.Duplicate = a.Context+b.Context, a.Duplicate+b.Duplicate
	a.Held, a.Suppressed = a.Held+b.Held, a.Suppressed+b.Suppressed
	a.CasesOpened, a.CasesSeenAgain = a.CasesOpened+b.CasesOpened, a.CasesSeenAgain+b.CasesSeenAgain
	a.Batches, a.Quarantined, a.Seconds = a.Batches+b.Batches, a.Quarantined+b.Quarantined, a.Seconds+b.Seconds
	a.Owners, a.Countries = max(a.Owners, b.Owners), max(a.Countries, b.Countries)
	for why, n := range b.RejectedBy {
		a.RejectedBy[why] += n
	}
	for why, n := range b.SuppressedBy {
		a.SuppressedBy[why] += n
	}
}

func newAccount() Account {
	return Account{RejectedBy: map[string]int64{}, SuppressedBy: map[string]int64{}}
}

// closed fails unless rows = accepted + rejected and the observations are the
// sum of their outcomes.
func closed(a *Account) error {
	var rejected, suppressed int64
	for n := range maps.Values(a.RejectedBy) {
		rejected += n
	}
	for n := range maps.Values(a.SuppressedBy) {
		suppressed += n
	}
	sum := a.Routed + a.Pooled + a.Context + a.Duplicate + a.Held + a.Suppressed
	if a.Rows != a.Accepted+a.Rejected || a.Rejected != rejected || a.Suppressed != suppressed || a.Observations != sum {
		return fault.Newf(fault.Corrupt, "keep the data folder and report this",
			"the account does not close: rows %d, accepted %d, rejected %d (%d by reason), observations %d, sum of outcomes %d, suppressed %d (%d by reason)",
			a.Rows, a.Accepted, a.Rejected, rejected, a.Observations, sum, a.Suppressed, suppressed)
	}
	return nil
}
