package surge

import (
	"cmp"
	"context"
	"slices"
	"time"

	"entente/internal/infra/store"
)

// The band of a feed's day, by docs/coverage.md: from half to twice the median of
// the last bandDays days on which it ran, and none with fewer than bandLeast.
const (
	bandDays   = 28
	bandLeast  = 7
	bandFactor = 2
)

// Coverage words.
const (
	Covered = "covered"
	Unknown = "UNKNOWN" // it ran, and there is no band yet
	Low     = "low"
	High    = "high"
	Broken  = "broken" // it ran, and its snapshot was not read to the end
	Missing = "missing"
)

// Coverage says whether a feed ran on a day as it usually does.
type Coverage struct {
	Feed  string
	Day   int64 // days since 1970 UTC
	Rows  int64
	Runs  int   // days before it that the band is of
	Low   int64 // band; 0 with no band
	High  int64
	State string
}

// DayOf gives the day of a time, as days since 1970 UTC.
func DayOf(t time.Time) int64 { return floorDiv(t.UnixMicro(), microsPerDay) }

// feedDay is a day on which a feed ran.
type feedDay struct {
	day, rows int64
	broken    bool
}

// Coverage tells of each feed (of one: feed) and day from its first day to the
// last one, upto, by day.
func (d *Desk) Coverage(ctx context.Context, feed string, upto int64) ([]Coverage, error) {
	ran, err := d.feedDays(ctx, feed)
	if err != nil {
		return nil, err
	}
	var out []Coverage
	for _, name := range sortedKeys(ran) {
		out = append(out, coverageOf(name, ran[name], upto)...)
	}
	return out, nil
}

// feedDays reads on which days feeds ran, and how large they were.
func (d *Desk) feedDays(ctx context.Context, feed string) (map[string][]feedDay, error) {
	byDay := map[string]map[int64]feedDay{}
	put := func(name string, f feedDay) {
		if byDay[name] == nil {
			byDay[name] = map[int64]feedDay{}
		}
		byDay[name][f.day] = f
	}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		err := each(ctx, q, func(scan func(...any) error) error {
			var name string
			var f feedDay
			err := scan(&name, &f.day, &f.rows)
			put(name, f)
			return err
		}, "SELECT feed, day, SUM(count) FROM rollup WHERE outcome <> 'duplicate' AND (feed = $1 OR $1 = '') GROUP BY feed, day", feed)
		if err != nil {
			return err
		}
		whole := map[snapshotKey]bool{} // feed and day
		return each(ctx, q, func(scan func(...any) error) error {
			var name string
			var asOf, entries int64
			var state int
			if err := scan(&name, &asOf, &state, &entries); err != nil {
				return err
			}
			day := floorDiv(asOf, microsPerDay)
			switch at := (snapshotKey{name, day}); {
			case state == snapshotWhole:
				whole[at] = true
				put(name, feedDay{day: day, rows: entries}) // the day's last one stays
			case state != snapshotLate && !whole[at]:
				put(name, feedDay{day: day, rows: byDay[name][day].rows, broken: true})
			}
			return nil
		}, "SELECT feed, as_of, state, entries FROM snapshot WHERE feed = $1 OR $1 = '' ORDER BY feed, as_of", feed)
	})
	if err != nil {
		return nil, err
	}
	out := map[string][]feedDay{}
	for name, days := range byDay {
		for _, f := range days {
			out[name] = append(out[name], f)
		}
		slices.SortFunc(out[name], func(a, b feedDay) int { return cmp.Compare(a.day, b.day) })
	}
	return out, nil
}

// coverageOf judges the days of one feed, which are in order.
func coverageOf(name string, ran []feedDay, upto int64) []Coverage {
	var out []Coverage
	var before []int64 // rows of the days on which it ran, up to bandDays
	for i, f := range ran {
		if f.day > upto {
			break
		}
		c := Coverage{Feed: name, Day: f.day, Rows: f.rows, Runs: len(before), State: Unknown}
		if len(before) >= bandLeast {
			c.Low, c.High = band(before)
			switch {
			case f.rows < c.Low:
				c.State = Low
			case f.rows > c.High:
				c.State = High
			default:
				c.State = Covered
			}
		}
		if f.broken {
			c.State = Broken
		} else if before = append(before, f.rows); len(before) > bandDays {
			before = before[1:]
		}
		out = append(out, c)
		next := upto + 1
		if i+1 < len(ran) {
			next = min(ran[i+1].day, next)
		}
		for day := f.day + 1; day < next; day++ {
			out = append(out, Coverage{Feed: name, Day: day, Runs: len(before), State: Missing})
		}
	}
	return out
}

// band is half to twice the median, both ends inside.
func band(rows []int64) (low, high int64) {
	sorted := slices.Sorted(slices.Values(rows))
	n := len(sorted)
	twice := sorted[(n-1)/2] + sorted[n/2] // twice the median
	return (twice + 2*bandFactor - 1) / (2 * bandFactor), twice * bandFactor / 2
}

// silence counts covered days.
type silence struct {
	first map[string]int64
	sums  map[string][]int32 // covered days up to first+i, that day included
}

func newSilence(list []Coverage) *silence {
	s := &silence{first: map[string]int64{}, sums: map[string][]int32{}}
	for _, c := range list {
		n := s.sums[c.Feed]
		if n == nil {
			s.first[c.Feed] = c.Day
		}
		last := int32(0)
		if len(n) > 0 {
			last = n[len(n)-1]
		}
		if c.State == Covered {
			last++
		}
		s.sums[c.Feed] = append(n, last)
	}
	return s
}

// after gives the covered days of a feed after a day.
func (s *silence) after(feed string, day int64) int64 {
	n := s.sums[feed]
	if len(n) == 0 {
		return 0
	}
	at := day - s.first[feed]
	switch {
	case at < 0:
		return int64(n[len(n)-1])
	case at >= int64(len(n)):
		return 0
	}
	return int64(n[len(n)-1] - n[at])
}
