package judge

import (
	"net/netip"
	"time"

	"entente/internal/core/value"
	"entente/internal/feed"
)

// ReasonHeldCase is why an observation is held that no rule fits: its case is.
const ReasonHeldCase = ReasonHold + "case"

// Holds finds all of some hold rules that fit. It never changes: many
// goroutines may share one.
type Holds struct{ index *holds }

// NewHolds makes the index of rules that can be kept.
func NewHolds(list []Hold) (*Holds, error) {
	index, err := newHolds(list)
	return &Holds{index}, err
}

// Fit appends to into the places in the list of all rules in force that fit, in
// no order. Host, addr and code are as in Verdict.
func (h *Holds) Fit(into []int, o *feed.Observation, host value.Value, addr netip.Addr, code string, now time.Time) []int {
	return h.index.all(into, o, host, addr, code, now)
}

// Holding gives the numbers of all rules in force that fit, of which Verdict
// names the first alone.
func (j *Judge) Holding(o *feed.Observation, host value.Value, addr netip.Addr, code string, now time.Time) []HoldID {
	if j.holds == nil {
		return nil
	}
	var buf [8]int
	places := j.holds.all(buf[:0], o, host, addr, code, now)
	ids := make([]HoldID, len(places))
	for i, n := range places {
		ids[i] = j.holds.list[n].ID
	}
	return ids
}

func (s *holds) all(into []int, o *feed.Observation, host value.Value, addr netip.Addr, code string, now time.Time) []int {
	addr = addr.Unmap().WithZone("")
	s.candidates(o, host, addr, func(list []int) {
		for _, i := range list {
			if s.list[i].InForce(now) && s.list[i].fits(o, host, addr, code) {
				into = append(into, i)
			}
		}
	})
	return into
}
