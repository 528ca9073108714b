package surge

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
)

// Forever is a number of days that never end.
const Forever = -1

// KeepRule says how long something is kept, in days; 0 says nothing of it, and
// Forever that it stays.
type KeepRule struct {
	Feed         string     // name of a feed; with * at its end all that begin so; "": all
	Class        rsit.Class // rsit.None: all
	Days         int        // rows of the log, after their day
	RawDays      int        // raw input, after it was last read
	RejectedDays int        // rejected rows, after they were read
}

// Retention is a list of rules. For each thing the first rule that fits and says
// something of it decides; what no rule decides is kept.
type Retention []KeepRule

// Check tells whether the rules make sense.
func (r Retention) Check() error {
	for i := range r {
		k := &r[i]
		wrong := func(text string) error {
			return fault.Newf(fault.Invalid, "docs/retention.md shows the rules", "retention rule %d %s", i+1, text)
		}
		for _, n := range []int{k.Days, k.RawDays, k.RejectedDays} {
			if n < Forever {
				return wrong("has a number of days below 1")
			}
		}
		switch {
		case k.Days == 0 && k.RawDays == 0 && k.RejectedDays == 0:
			return wrong("says no number of days")
		case k.Class != rsit.None && (k.RawDays != 0 || k.RejectedDays != 0):
			return wrong("has a class, but raw input and rejected rows have none")
		}
	}
	return nil
}

func (k *KeepRule) fits(feed string) bool {
	if begin, all := strings.CutSuffix(k.Feed, "*"); all {
		return strings.HasPrefix(feed, begin)
	}
	return k.Feed == "" || k.Feed == feed
}

// of gives the days that a rule says of something and the rule's number, 0 and
// Forever if none does.
func (r Retention) of(feed string, days func(*KeepRule) int) (n, rule int) {
	for i := range r {
		if k := &r[i]; k.fits(feed) && days(k) != 0 {
			return days(k), i + 1
		}
	}
	return Forever, 0
}

func (r Retention) rows(feed string, class rsit.Class) (days, rule int) {
	return r.of(feed, func(k *KeepRule) int {
		if k.Class != rsit.None && k.Class != class {
			return 0
		}
		return k.Days
	})
}

func (r Retention) raw(feed string) (days, rule int) {
	return r.of(feed, func(k *KeepRule) int { return k.RawDays })
}

func (r Retention) rejected(feed string) (days, rule int) {
	return r.of(feed, func(k *KeepRule) int { return k.RejectedDays })
}

// sum names the rules in an act, which holds no names of feeds.
func (r Retention) sum() string {
	h := sha256.New()
	for _, k := range r {
		fmt.Fprintf(h, "%s\x1f%s\x1f%d\x1f%d\x1f%d\n", k.Feed, k.Class, k.Days, k.RawDays, k.RejectedDays)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// ages answers for one feed after another which days' rows are over. One
// goroutine uses it.
type ages struct {
	rules Retention
	today int64 // days since 1970
	feeds map[string]*feedAges
	last  *feedAges
	name  string
}

// feedAges is the first day that is not over yet, by class, and the rule that
// says so.
type feedAges struct {
	from [256]int64
	rule [256]int
}

func (r Retention) ages(today int64) *ages {
	return &ages{rules: r, today: today, feeds: map[string]*feedAges{}}
}

func (a *ages) of(feed string) *feedAges {
	if a.last != nil && a.name == feed {
		return a.last
	}
	f := a.feeds[feed]
	if f == nil {
		f = &feedAges{}
		for class := range f.from {
			days, rule := a.rules.rows(feed, rsit.Class(class))
			f.from[class], f.rule[class] = math.MinInt64, rule
			if days != Forever {
				f.from[class] = a.today - int64(days)
			}
		}
		a.feeds[feed] = f
	}
	a.name, a.last = feed, f
	return f
}

// over gives the rule by which the rows of a feed, class and day are over, 0 if
// they are not.
func (a *ages) over(feed string, class rsit.Class, day int64) int {
	if len(a.rules) == 0 {
		return 0
	}
	if f := a.of(feed); day < f.from[class] {
		return f.rule[class]
	}
	return 0
}

// allOver tells whether no row of a feed and day is kept, whatever its class.
func (a *ages) allOver(feed string, day int64) bool {
	if len(a.rules) == 0 {
		return false
	}
	f := a.of(feed)
	for _, class := range rsit.All() {
		if day >= f.from[class] {
			return false
		}
	}
	return true
}

// least gives the number of days after which the first rows may be over; false
// if none ever are.
func (a *ages) least() (days int, some bool) {
	for i := range a.rules {
		if n := a.rules[i].Days; n > 0 && (!some || n < days) {
			days, some = n, true
		}
	}
	return days, some
}
