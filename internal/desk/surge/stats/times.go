package stats

import "entente/internal/core/survival"

// Times is what the product-limit estimate says of the time to down.
type Times struct {
	Followed, Downs int64
	Median, P90     survival.Quantile // in hours; of no meaning unless Enough
	Shares          []Share
}

// Share is the share that is down so many days after the report.
type Share struct {
	Days            int
	Down, Low, High float64 // High is 0 where there is no interval
	AtRisk          int64   // cases followed so long and up till then
	Told            bool    // false where no case was followed so long
}

// ShareDays are the days after which shares are given.
var ShareDays = [...]int{1, 7, 14, 30}

// Enough tells whether so many cases were followed that a time or rate is given.
func (t *Times) Enough() bool { return t.Followed >= LeastForRate }

// timesOf estimates from the spells of some cases.
func timesOf(s *survival.Sample) Times {
	c := s.Curve()
	t := Times{Followed: c.N, Downs: c.Deaths, Median: c.Median(), P90: c.Quantile(0.9)}
	for _, days := range ShareDays {
		at := uint32(days * 24)
		step := c.At(at)
		share := Share{Days: days, Down: 1 - step.S, AtRisk: c.AtRisk(at), Told: at <= c.End || step.S == 0}
		if low, high, ok := step.Band(); ok {
			share.Low, share.High = 1-high, 1-low
		}
		t.Shares = append(t.Shares, share)
	}
	return t
}

// Times gives the time from the first report to down.
func (a *Tally) Times() Times { return a.times }

// finish estimates the times and lets go of the spells.
func (a *Tally) finish() {
	a.times, a.spent = timesOf(&a.spent), survival.Sample{}
}
