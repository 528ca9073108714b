package stats

// followed says whether a notified case can be followed from its report, and why
// not.
type followed uint8

const (
	follow   followed = iota
	already           // it was down or silent already when it was reported
	recent            // it was reported after the time up to which all is known
	unjudged          // nobody saw it since, and its silence cannot be judged
)

// spell is how long a case was followed and whether it went down then.
type spell struct {
	from, to int64
	died     bool
}

// hours gives the spell in whole hours. A case that went down counts in the hour
// begun, so that the curve is exact at each full hour; one that is censored only for
// hours that are over.
func (s spell) hours() uint32 {
	if s.to <= s.from {
		return 0
	}
	if s.died {
		return uint32((s.to - s.from + microsPerHour - 1) / microsPerHour)
	}
	return uint32((s.to - s.from) / microsPerHour)
}

// spell follows a notified case from its first report.
//
// Silence proves the first day only when 14 covered days have passed, and by then
// it proves that day. So up to the horizon of its source everything is known of a
// case, and beyond it only who is still up is known, hardly who went down. A curve
// that went on to the as-of time would take those who went down lately for being up.
// Every case therefore leaves at the horizon, whatever became of it later: that is
// censoring which has nothing to do with the case, as the estimator needs it.
//
// Where a source has no horizon yet, better evidence counts at its time and all else
// is censored at the last sighting, the last time at which it was surely up. That
// errs to the slow side.
func (v *view) spell(c *Case, st status) (spell, followed) {
	if st == gone {
		return spell{}, already
	}
	known, judged := v.horizons[c.Source]
	if !judged {
		known = v.asOf
	}
	if c.Reported >= known {
		return spell{}, recent
	}
	s := spell{from: c.Reported, to: known}
	if st == down {
		if c.Down <= known {
			s.to, s.died = max(c.Down, c.Reported), true
		}
		return s, follow
	}
	s.to = min(known, c.Last)
	switch {
	case s.to > c.Reported:
		return s, follow
	case v.quietBefore(c, c.Last):
		return s, already
	}
	return s, unjudged
}

// natural follows a case that nobody reported from its first sighting, before a time.
func (v *view) natural(c *Case, before int64) (spell, bool) {
	known := before
	if h, judged := v.horizons[c.Source]; judged {
		known = min(known, h)
	}
	if v.was(c.Reported) {
		known = min(known, c.Reported)
	}
	s := spell{from: c.First, to: known}
	if c.First >= known {
		return s, false
	}
	if v.isDown(c) {
		if c.Down <= known {
			s.to, s.died = max(c.Down, c.First), true
		}
		return s, true
	}
	s.to = min(known, c.Last)
	return s, s.to > c.First
}
