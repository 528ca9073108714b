package stats

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/core/survival"
)

// TestKnownLaw: cases go down by a known law and a feed shows each day who is up.
// The median comes out right although what went down in the last 14 days is not
// proved yet; estimates that forget the censored cases, or follow them to the as-of
// time, do not.
func TestKnownLaw(t *testing.T) {
	const mean, n, asOf = 12.0, 20_000, 40.0
	random := rand.New(rand.NewPCG(1, 2))
	f := &fake{days: map[int64]Days{1: daily(-10, int(asOf)+1)}}
	for range n {
		report := float64(random.IntN(int(asOf) - 1)) // reports go out at noon of every day
		down := report + random.ExpFloat64()*mean
		last := math.Floor(min(down, asOf)*24) / 24 // seen each hour while it is up
		c := Case{InSurge: true, Source: 1, State: 4, First: on(-5), Last: on(last), Life: Life{Reported: on(report)}}
		if silent := int(math.Ceil(asOf)) - 1 - int(math.Floor(last+0.5)); down < asOf && silent >= SilentDays {
			c.State, c.Life.Down, c.Proved, c.Grade = VerifiedDown, on(last), on(asOf-0.1), Silence14
		}
		f.cases = append(f.cases, c)
	}
	times := compute(t, f, Options{AsOf: moment(asOf), Opened: moment(-1)})
	got, want := times.All.Times(), mean*24*math.Ln2
	if m := float64(got.Median.Time); math.Abs(m-want) > 10 || float64(got.Median.Low) > want+1 || float64(got.Median.High) < want-1 {
		t.Errorf("median %v h (%v to %v), the law says %.1f", got.Median.Time, got.Median.Low, got.Median.High, want)
	}
	for _, s := range got.Shares[:3] {
		if law := 1 - math.Exp(-float64(s.Days)/mean); !s.Told || math.Abs(s.Down-law) > 0.015 || s.Low > s.Down || s.High < s.Down {
			t.Errorf("after %d days %+v, the law says %.3f", s.Days, s, law)
		}
	}
	if got.Shares[3].Told {
		t.Errorf("nobody was followed for 30 days, and yet %+v", got.Shares[3])
	}
	var deaths, all float64
	var toAsOf, toLast survival.Sample
	for i := range f.cases {
		c := &f.cases[i]
		if c.Grade != NoGrade {
			deaths++
			all += float64(c.Down-c.Reported) / float64(microsPerHour)
			c.Last = c.Down
		}
		toAsOf.Add(spell{c.Reported, max(c.Down, on(asOf)*int64(1-min(c.Grade, 1))), c.Grade != NoGrade}.hours(), c.Grade != NoGrade)
		toLast.Add(spell{c.Reported, c.Last, c.Grade != NoGrade}.hours(), c.Grade != NoGrade)
	}
	for what, naive := range map[string]float64{
		"forgetting the censored":             all / deaths * math.Ln2,
		"following them to the as-of time":    float64(toAsOf.Curve().Median().Time),
		"following them to the last sighting": float64(toLast.Curve().Median().Time),
	} {
		t.Logf("%s: median %.1f h; the law says %.1f, the horizon %d", what, naive, want, got.Median.Time)
		if math.Abs(naive-want) < 20 {
			t.Errorf("%s gives %.1f h, near the law %.1f: the test proves nothing", what, naive, want)
		}
	}
}

// TestBaseline: natural remediation is that of the surge's classes before its
// opening, of cases outside it that nobody reported.
func TestBaseline(t *testing.T) {
	natural := func(class rsit.Class, first, down float64) Case {
		return Case{Class: class, Source: 1, First: on(first), Last: on(down), State: VerifiedDown,
			Life: Life{Down: on(down), Proved: on(down + 15), Grade: Silence14}}
	}
	f := &fake{days: map[int64]Days{1: daily(-80, 59)}, cases: []Case{
		{InSurge: true, InBaseline: false, Class: rsit.C2Server, Source: 1, Last: on(59), State: 4, Life: Life{Reported: on(10)}},
		{InSurge: true, Class: rsit.Phishing, Source: 1, Last: on(59), State: 2}, // of a class of which nothing was notified
		natural(rsit.C2Server, -40, -30), natural(rsit.C2Server, -20, -10),
		natural(rsit.C2Server, -60, -30), // first seen too early
		natural(rsit.C2Server, 1, 2),     // after the opening
		natural(rsit.Phishing, -40, -30), // another class
		natural(rsit.C2Server, -10, 5),   // down after the opening: censored there
		{Class: rsit.C2Server, Source: 1, First: on(-30), Last: on(40), State: 4, Life: Life{Reported: on(-28)}}, // censored at its report
		{Class: rsit.C2Server, InBaseline: true, Source: 1, First: on(-300), Last: on(-200), State: Closed,
			Life: Life{Reported: on(-290), Down: on(-200), Proved: on(-180), Grade: Producer}},
	}}
	f.days[1] = append(daily(-400, -81), f.days[1]...)
	opt := Options{AsOf: moment(60), Opened: moment(0)}
	b := compute(t, f, opt).Baseline
	if b.Cases != 4 || b.Times.Followed != 4 || b.Times.Downs != 2 || b.Times.Median.Time != 240 {
		t.Errorf("%+v", b)
	}
	if c := b.Class(rsit.Phishing); c.Followed != 1 {
		t.Errorf("phishing %+v", c)
	}
	opt.Baseline = "spring"
	if b = compute(t, f, opt).Baseline; b.Times.Followed != 1 || b.Times.Median.Time != 90*24 || !strings.Contains(b.Sentence(), `"spring"`) {
		t.Errorf("%+v", b)
	}
}
