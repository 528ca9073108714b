// Package survival owns the time until something happens when not everything has
// happened yet: the product-limit estimator with its intervals. It is pure; it
// imports the standard library only and knows no case, no clock and no store.
//
// A spell is the time that one subject was followed, in whole units that the
// caller chooses. It ends in an event ("death") or it is censored: the subject
// was followed so long without an event, and nothing is known of it afterwards.
// A censored spell is neither dropped nor counted as if it went on for ever; it is
// at risk up to its end and then leaves.
//
// Sources:
//
//   - E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete
//     observations. Journal of the American Statistical Association 53 (1958),
//     457-481. The estimator, and the rule for ties: at equal times events come
//     before censorings, so a spell censored at t is still at risk at t.
//   - M. Greenwood: The natural duration of cancer. Reports on Public Health and
//     Medical Subjects 33, HMSO, London 1926. The variance.
//   - R. Brookmeyer, J. Crowley: A confidence interval for the median survival
//     time. Biometrics 38 (1982), 29-41. The interval of a quantile, here by the
//     band on the log(-log) scale (J. D. Kalbfleisch, R. L. Prentice: The
//     Statistical Analysis of Failure Time Data, Wiley 1980), whose limits stay
//     between 0 and 1.
package survival

import (
	"math"
	"sort"
)

// z is the 0.975 quantile of the standard normal distribution: all intervals are
// of 95 percent.
const z = 1.959963984540054

// slack forgives the rounding of products of fractions where a quantile asks
// whether the curve has come down to a value.
const slack = 1e-9

// Step is one time at which something happened.
type Step struct {
	Time   uint32
	AtRisk int64   // spells that reach this time
	Deaths int64   // of them end here in an event
	S      float64 // share that lasts longer than Time
	Sum    float64 // of deaths / (at risk * (at risk - deaths)) up to here: Greenwood's sum; +Inf where S is 0
}

// Variance gives Greenwood's variance of S; 0 where S is 0.
func (s *Step) Variance() float64 {
	if s.S == 0 {
		return 0
	}
	return s.S * s.S * s.Sum
}

// Band gives the limits of S by the log(-log) transform. Where S is 1 or 0 there
// is none.
func (s *Step) Band() (low, high float64, ok bool) {
	if s.Sum == 0 || s.S == 0 {
		return 0, 0, false
	}
	l := math.Log(s.S)
	w := z * math.Sqrt(s.Sum) / -l
	return math.Exp(l * math.Exp(w)), math.Exp(l * math.Exp(-w)), true
}

// Curve is the estimate: a step for each time with an event.
type Curve struct {
	N      int64  // spells
	Deaths int64  // events
	End    uint32 // the longest spell: the curve says nothing of later times
	Steps  []Step
	ends   []tallied // every spell's end, for the number at risk
}

// At gives the step in force at time t: the last one not after it. Before the
// first event it is one with S 1.
func (c *Curve) At(t uint32) Step {
	i := sort.Search(len(c.Steps), func(i int) bool { return c.Steps[i].Time > t }) - 1
	if i < 0 {
		return Step{AtRisk: c.N, S: 1}
	}
	return c.Steps[i]
}

// AtRisk gives how many spells are followed for t or longer.
func (c *Curve) AtRisk(t uint32) int64 {
	n := c.N
	for _, e := range c.ends {
		if e.time() >= t {
			break
		}
		n -= e.n
	}
	return n
}

// Quantile is the time by which a share of the subjects had the event. A time
// that the curve, or a limit of its band, does not come down to is not reached.
type Quantile struct {
	Time, Low, High                  uint32
	Reached, LowReached, HighReached bool
}

// Quantile gives the smallest time at which the share p had the event, with the
// interval of Brookmeyer and Crowley: the times at which the lower and the upper
// limit of the band come down as far.
func (c *Curve) Quantile(p float64) (q Quantile) {
	left := 1 - p + slack
	for i := range c.Steps {
		s := &c.Steps[i]
		low, high, ok := s.Band()
		if !q.LowReached && ok && low <= left {
			q.Low, q.LowReached = s.Time, true
		}
		if !q.Reached && s.S <= left {
			q.Time, q.Reached = s.Time, true
		}
		if !q.HighReached && ok && high <= left {
			q.High, q.HighReached = s.Time, true
		}
	}
	if q.Reached && !q.LowReached { // the curve fell to 0 where no band is
		q.Low, q.LowReached = q.Time, true
	}
	return q
}

// Median is the time by which half of the subjects had the event.
func (c *Curve) Median() Quantile { return c.Quantile(0.5) }
