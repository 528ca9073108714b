package stats

// status is what became of a notified case. Each has exactly one.
type status uint8

const (
	open    status = iota // nobody says that it is down
	unknown               // nor can its silence be judged
	claimed               // its owner says that it is down; nothing verifies it
	ended                 // closed or suppressed without evidence that it is down
	gone                  // down since before it was reported
	down                  // down since it was reported
)

// view is a moment with what is known of the sources at it.
type view struct {
	asOf     int64
	days     map[int64]Days
	horizons map[int64]int64 // of sources that have one
}

func newView(asOf int64, days map[int64]Days) *view {
	v := &view{asOf, days, map[int64]int64{}}
	for source, d := range days {
		if h, ok := d.horizon(asOf); ok {
			v.horizons[source] = h
		}
	}
	return v
}

// was tells whether something had happened.
func (v *view) was(at int64) bool { return at > 0 && at <= v.asOf }

// grade gives the evidence by which the case was down, NoGrade if it was not. One
// that returned is not down until it is proved again. When better evidence takes the
// place of silence of 14 days, the time of the first proof is lost; what 90 days
// prove, 14 had proved before.
func (v *view) grade(c *Case) Grade {
	g := c.Grade
	switch {
	case g == NoGrade || c.Down > v.asOf:
		return NoGrade
	case v.was(c.Proved):
	case g == Silence90 && c.Down < v.horizons[c.Source]:
		g = Silence14
	default:
		return NoGrade
	}
	up := v.was(c.Returned) && c.Returned >= c.Proved
	if c.Since <= v.asOf { // its present state was in force
		up = c.State != VerifiedDown && c.State != Closed
	}
	if up {
		return NoGrade
	}
	return g
}

func (v *view) isDown(c *Case) bool { return v.grade(c) != NoGrade }

// of gives the status of a notified case.
func (v *view) of(c *Case) status {
	inForce := c.Since <= v.asOf
	switch {
	case v.isDown(c):
		if v.quietBefore(c, c.Down) && c.Grade <= Silence90 || c.Down < c.Reported && c.Grade > Silence90 {
			return gone
		}
		return down
	case inForce && c.State == ClaimedDown, !inForce && v.was(c.Claimed) && !(v.was(c.Returned) && c.Returned >= c.Claimed):
		return claimed
	case inForce && (c.State == Closed || c.State == Suppressed):
		return ended
	case v.days[c.Source].between(dayOf(c.Last), dayOf(v.asOf)) == 0 && dayOf(c.Last) < dayOf(v.asOf)-1:
		return unknown
	}
	return open
}

// quietBefore tells whether a case that was last seen at a time was silent already
// when it was reported: a covered day without it lies between. A feed that shows
// yesterday says of a case it showed yesterday that it is up, as far as one can
// know. Where no day is covered every day counts.
func (v *view) quietBefore(c *Case, last int64) bool {
	from, to := dayOf(last), dayOf(c.Reported)
	if d := v.days[c.Source]; len(d) > 0 {
		return d.between(from, to) > 0
	}
	return to-from > 1
}
