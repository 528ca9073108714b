package surge

import "entente/internal/infra/eventlog"

// reasonTooOld is why a row is counted and not logged whose time a retention rule
// has ended. What was known of its day is forgotten, so it would count anew.
const reasonTooOld = "too-old"

// notKept tells whether a row must not be logged. It is suppressed then: the
// account counts it, and nothing of it is kept.
func (c *collector) notKept(r *eventlog.Row, e *entry) bool {
	if c.ages.over(c.meta.Feed, e.class, e.day) == 0 {
		return false
	}
	e.outcome, e.gone = Suppressed, true
	r.Outcome, r.Reason = Suppressed.String(), reasonTooOld
	return true
}
