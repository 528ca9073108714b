// Package stats owns what a surge may honestly say of its effect: how many cases
// were notified, what became of them by which evidence, how long that took, and
// how often cases come back. docs/statistics.md defines every figure.
//
// It may import core and nothing else of Entente. It reads cases through Source
// alone, so it knows no table, and counts them in one pass.
package stats

import (
	"context"
	"iter"
	"time"

	"entente/internal/core/rsit"
)

// State is the state of a case, as cases.state stores it.
type State uint8

// The states that decide what became of a case; all others are open ones.
const (
	Held         State = 3
	ClaimedDown  State = 7
	VerifiedDown State = 8
	Closed       State = 9
	Suppressed   State = 10
	Returned     State = 15
)

// Grade is the evidence that a case is down, better ones higher.
type Grade uint8

// The grades, as case_life.grade stores them.
const (
	NoGrade Grade = iota
	Silence14
	Silence90
	Owner
	Producer
	Seizure
)

// Life is what the life of a case brought. Times are microseconds since 1970 UTC,
// 0 for never.
type Life struct {
	Since                             int64 // of the present state
	Reported, Delivered, Acknowledged int64 // first time
	Bounced, Claimed                  int64 // last time
	Down, Proved                      int64 // since when the evidence says it is down, and when that was known
	Grade                             Grade
	Returned                          int64 // last time
}

// Case is a case as the statistics see it.
type Case struct {
	No          int64
	Class       rsit.Class
	Family      string
	Country     string
	ASN         uint32
	State       State
	InSurge     bool
	InBaseline  bool  // of the surge that is compared with
	First, Last int64 // sightings, of all sources
	Source      int64 // the one that saw it last
	Life
}

// Source gives what is counted.
type Source interface {
	// Covered gives the days that count towards silence, by source. Sources without
	// one may be left out. Days from which nothing was concluded yet, those after the
	// last sweep, are left out too: up to the horizon that these days give, who was
	// silent for 14 of them is proved down.
	Covered(ctx context.Context) (map[int64]Days, error)
	// Cases gives every case but held ones, by number. A case yielded may be used
	// again after the next one is asked for; its strings may not change.
	Cases(ctx context.Context) iter.Seq2[*Case, error]
}

// Options say what is counted, and as of when.
type Options struct {
	Surge  string
	AsOf   time.Time
	Opened time.Time // of the surge: the natural baseline lies before it
	// Frozen are the denominators of the surge's rows; nil if no run is complete.
	Frozen *Frozen
	// Baseline names the surge that is compared with; "" is the natural remediation.
	Baseline string
	Narrow   Narrow
}

// Frozen is what the surge's first completed run made of its rows.
type Frozen struct {
	Rows, Accepted, Observations, Routed int64
}

// Narrow leaves out the cases that do not fit; what is zero fits all.
type Narrow struct {
	Country, Family string
	Class           rsit.Class
	ASN             uint32
}

func (n *Narrow) fits(c *Case) bool {
	return (n.Country == "" || n.Country == c.Country) && (n.Family == "" || n.Family == c.Family) &&
		(n.Class == rsit.None || n.Class == c.Class) && (n.ASN == 0 || n.ASN == c.ASN)
}

// none tells whether nothing is narrowed.
func (n *Narrow) none() bool { return *n == Narrow{} }
