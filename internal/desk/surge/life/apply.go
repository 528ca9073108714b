package life

import "entente/internal/core/fault"

// Row is what the life of a case brought beside its state: its row of case_life.
// Times are microseconds since 1970 UTC, 0 for never.
type Row struct {
	Since        int64 // of the present state
	Reported     int64 // first time
	Sent         int64 // last time that it was reported
	Delivered    int64 // first time
	Bounced      int64 // last time
	Acknowledged int64 // first time; whatever an owner answers acknowledges
	Claimed      int64 // last time
	Down         int64 // since when it is down: a later sighting returns it
	Proved       int64 // when that was known
	Grade        Grade // 0 while nothing proves it, also in a case that was closed without proof
	Returned     int64 // last time
	Returns      int64 // how often
	SeenSource   int64 // the source of the sighting that returned it last
	SeenAt       int64 // and its time
	Until        int64 // accepted until
	Reason       string
	Before       State // what a hold interrupted: suppressed, verified-down or closed, else none; what a replay closed: any
}

// Change is what is to be done with one case. What a step does not ask for is
// left zero.
type Change struct {
	No     int64  // of the case
	At     int64  // now: since when the case is in its new state
	Of     int64  // when it happened, for bounce, acknowledge and claim; 0: now
	Down   int64  // verify: since when it is down
	Grade  Grade  // verify: how good the evidence is; close: of the evidence that closes it, if that is better
	Until  int64  // accept
	Reason string // of a closing (a word), dispute, suppression
	To     State  // open: new, routed or held
	Pool   bool   // release and restore: its owner is the pool; Many finds that out
	Source int64  // return: the source of the sighting
	Seen   int64  // return: its time
}

// Replayed is the reason of the closing of a case that nothing shows any more since
// a feed was read again. It proves nothing: one that shows again is as it was.
const Replayed = "replayed"

// Speaks gives the time that the evidence of a case in state s speaks for. A later
// sighting returns the case, or if it is held the case that was held. ok is false
// where no sighting returns it.
func (r *Row) Speaks(s State) (at int64, ok bool) {
	switch {
	case s == ClaimedDown:
		return r.Claimed, true
	case s == VerifiedDown, s == Closed, s == Held && r.Before.Down():
		return r.Down, true
	}
	return 0, false
}

// Apply does a step with a case in state s and gives its new state and row. What
// is not legal is a fault.Conflict that says what is; nothing changes then.
func Apply(s State, r Row, step Step, c *Change) (State, Row, error) {
	t, ok := find(s, step)
	if !ok {
		return s, r, illegal(s, step)
	}
	if err := check(s, &r, step, c); err != nil {
		return s, r, err
	}
	to := t.To[0]
	switch step {
	case Open:
		to = c.To
	case Release, Restore, Reinstate:
		to = Routed
		if c.Pool {
			to = New
		}
		if step != Restore && r.Before != None {
			to = r.Before
		}
	}
	r.note(s, step, c)
	if to != s {
		r.Since = c.At
	}
	return to, r, nil
}

// note keeps what a step brought.
func (r *Row) note(s State, step Step, c *Change) {
	of := c.Of
	if of == 0 {
		of = c.At
	}
	switch step {
	case Report:
		r.Sent = c.At
		first(&r.Reported, c.At)
	case Bounce:
		r.Bounced = of
	case Acknowledge:
		first(&r.Acknowledged, of)
	case Take:
		first(&r.Acknowledged, c.At)
	case Claim:
		first(&r.Acknowledged, c.At)
		r.Claimed = of
	case Dispute:
		first(&r.Acknowledged, c.At)
		r.Reason = c.Reason
	case Accept:
		first(&r.Acknowledged, c.At)
		r.Until = c.Until
	case Lapse:
		r.Until = 0
	case Hold:
		r.Before = None
		if !open.Has(s) {
			r.Before = s
		}
	case Release:
		r.Before = None
	case Reinstate:
		r.Before, r.Reason = None, ""
	case Suppress:
		r.Reason = c.Reason
	case Verify:
		r.Down, r.Proved, r.Grade = c.Down, c.At, c.Grade
	case Close:
		r.Reason = c.Reason
		if c.Reason == Replayed {
			r.Before = s
			return
		}
		if c.Grade > r.Grade {
			r.Grade, r.Proved = c.Grade, c.At
		}
		if r.Down == 0 { // nothing proves it: a sighting after the claim, else after this, returns it
			r.Down = c.At
			if s == ClaimedDown {
				r.Down = r.Claimed
			}
		}
	case Return:
		r.back(c)
	}
}

// back notes the sighting that shows that the evidence no longer holds.
func (r *Row) back(c *Change) {
	r.Returned, r.SeenSource, r.SeenAt = c.At, c.Source, c.Seen
	r.Returns++
	r.Down, r.Proved, r.Grade, r.Reason, r.Before = 0, 0, NoGrade, "", None
}

// SeenWhileHeld notes a sighting of a held case that was down before: it is open
// when it is released. It tells whether the sighting is later than the evidence.
func (r *Row) SeenWhileHeld(c *Change) bool {
	speaks, ok := r.Speaks(Held)
	if !ok || c.Seen <= speaks {
		return false
	}
	r.back(c)
	return true
}

func first(at *int64, t int64) {
	if *at == 0 {
		*at = t
	}
}

// check refuses what is legal in the state but not with these particulars.
func check(s State, r *Row, step Step, c *Change) error {
	switch step {
	case Open:
		if !setOf(New, Routed, Held).Has(c.To) {
			return fault.Newf(fault.Conflict, "a case opens as new, routed or held", "no case opens as %q", c.To)
		}
	case Acknowledge:
		if c.Of != 0 && c.Of < r.Reported {
			return fault.New(fault.Conflict, "it cannot be acknowledged before it was reported", "give the time of the acknowledgement with --at")
		}
	case Accept:
		if c.Until <= c.At {
			return fault.New(fault.Conflict, "the day until which it is accepted lies in the past", "give a later one with --until")
		}
	case Lapse:
		if c.At < r.Until {
			return fault.New(fault.Conflict, "the day until which it is accepted has not come", "wait for it, or use what is possible now: "+Possible(s))
		}
	case Verify:
		if c.Grade == NoGrade || c.Grade >= grades || c.Down <= 0 || c.Down > c.At {
			return fault.New(fault.Conflict, "the evidence that it is down has no grade, or a time that is not in the past", "give the record and its time")
		}
		if c.Grade <= r.Grade {
			return fault.Newf(fault.Conflict, "only better evidence takes its place; `entente case show` tells which there is",
				"it is verified by better evidence, or by the same: %s", r.Grade)
		}
	case Return:
		if at, ok := r.Speaks(s); !ok || c.Seen <= at {
			return fault.New(fault.Conflict, "the sighting is not later than what the evidence speaks for", "only a later one returns the case")
		}
	}
	return nil
}
