package stats

import (
	"context"
	"strconv"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/survival"
)

// BaselineWeeks is how long before its opening a surge looks for cases that went
// down by themselves.
const BaselineWeeks = 8

// Result is all figures of a surge.
type Result struct {
	Surge        string
	AsOf, Opened time.Time
	Lag          Lag
	Rows         []Figure // of the surge's rows; none if no run is complete
	All          Tally
	Countries    []*Group // "" is no country
	Networks     []*Group // "AS64496", "" is none
	Classes      []*Group
	Families     []*Group // "" is none
	Baseline     Baseline
}

// Lag says how far behind the as-of time the curve ends.
type Lag struct {
	Feeds, Judged    int       // sources of notified cases, and those of them that have a horizon
	Earliest, Latest time.Time // horizons; zero if there is none
}

// Baseline is what is compared with.
type Baseline struct {
	Surge    string // "" is natural remediation
	Cases    int64  // cases that belong to it
	From, To time.Time
	Times    Times
	classes  map[rsit.Class]*Tally
}

// Class gives the baseline of one class.
func (b *Baseline) Class(c rsit.Class) Times {
	if t := b.classes[c]; t != nil {
		return t.Times()
	}
	return Times{}
}

// Compute counts all cases once. Its memory is that of the groups: a counter for
// each distinct hour in which cases of the group went down or were censored.
func Compute(ctx context.Context, src Source, opt Options) (*Result, error) {
	days, err := src.Covered(ctx)
	if err != nil {
		return nil, err
	}
	k := counter{opt: opt, view: newView(opt.AsOf.UnixMicro(), days), sources: map[int64]bool{}, base: map[rsit.Class]*Tally{}}
	for c, err := range src.Cases(ctx) {
		if err != nil {
			return nil, err
		}
		k.count(c)
	}
	return k.result(), nil
}

// counter is one pass over the cases.
type counter struct {
	opt       Options
	view      *view
	all       Tally
	countries grouping[string]
	networks  grouping[uint32]
	classes   grouping[rsit.Class]
	families  grouping[string]
	sources   map[int64]bool // of notified cases
	base      map[rsit.Class]*Tally
}

func (k *counter) count(c *Case) {
	if !k.opt.Narrow.fits(c) {
		return
	}
	if c.InSurge {
		t, once, s := k.view.judge(c)
		k.all.add(t, once, s)
		k.countries.of(c.Country).add(t, once, s)
		k.networks.of(c.ASN).add(t, once, s)
		k.classes.of(c.Class).add(t, once, s)
		k.families.of(c.Family).add(t, once, s)
		if t.has(Notified) {
			k.sources[c.Source] = true
		}
	}
	k.baseline(c)
}

// baseline counts a case in what is compared with.
func (k *counter) baseline(c *Case) {
	if k.opt.Baseline != "" {
		if c.InBaseline {
			t, once, s := k.view.judge(c)
			k.baseOf(c.Class).add(t, once, s)
		}
		return
	}
	opened := k.opt.Opened.UnixMicro()
	if c.InSurge || c.First < opened-BaselineWeeks*7*microsPerDay || c.First >= opened {
		return
	}
	if s, ok := k.view.natural(c, min(opened, k.view.asOf)); ok {
		a := k.baseOf(c.Class)
		a.Cases++
		a.spent.Add(s.hours(), s.died)
	}
}

func (k *counter) baseOf(c rsit.Class) *Tally {
	if k.base[c] == nil {
		k.base[c] = &Tally{}
	}
	return k.base[c]
}

func (k *counter) result() *Result {
	opt := &k.opt
	k.all.finish()
	r := &Result{Surge: opt.Surge, AsOf: opt.AsOf.UTC(), Opened: opt.Opened.UTC(), Lag: k.lag(), All: k.all}
	if f := opt.Frozen; f != nil && opt.Narrow.none() {
		for i, n := range [...][2]int64{{f.Accepted, f.Rows}, {f.Routed, f.Observations}} {
			d := &definitions[i]
			r.Rows = append(r.Rows, Figure{Key(i), d.name, n[0], n[1], ofWords[d.of], d.method})
		}
	}
	r.Countries = k.countries.list(func(c string) string { return c })
	r.Networks = k.networks.list(func(n uint32) string {
		if n == 0 {
			return ""
		}
		return "AS" + strconv.FormatUint(uint64(n), 10)
	})
	r.Classes = k.classes.list(rsit.Class.String)
	r.Families = k.families.list(func(f string) string { return f })
	r.Baseline = Baseline{Surge: opt.Baseline, classes: k.base}
	if opt.Baseline == "" {
		r.Baseline.From, r.Baseline.To = r.Opened.AddDate(0, 0, -7*BaselineWeeks), r.Opened
	}
	var all survival.Sample
	for class, t := range k.base {
		if a := k.classes.by[class]; a != nil && a.count[Notified] > 0 {
			r.Baseline.Cases += t.Cases
			all.Merge(&t.spent)
		}
		t.finish()
	}
	r.Baseline.Times = timesOf(&all)
	return r
}

func (k *counter) lag() (l Lag) {
	for source := range k.sources {
		l.Feeds++
		h, ok := k.view.horizons[source]
		if !ok {
			continue
		}
		at := time.UnixMicro(h).UTC()
		if l.Judged++; l.Judged == 1 || at.Before(l.Earliest) {
			l.Earliest = at
		}
		if at.After(l.Latest) {
			l.Latest = at
		}
	}
	return l
}
