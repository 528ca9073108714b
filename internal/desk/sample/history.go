package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"entente/internal/core/fault"
)

// HistoryConfig says what history of sightings to make.
type HistoryConfig struct {
	Cases int       // 1 to 131,072
	Days  int       // 1 to 3,660
	Seed  uint64    // the same seed and config give the same bytes
	End   time.Time // the last day (UTC)
	Dir   string    // folder to write; one that holds feeds already is refused
}

// The law of a history. A case is seen every day while it is up. On each of these
// days it leaves with probability leaving. Having left it is gone for good with
// probability forGood, else it stays away for n days, n at least 1: with weight w of
// the kinds of absence, n is geometric with end as its chance of each day to be the
// last one.
const (
	leaving = 0.5
	forGood = 1.0 / 3
)

var absences = [...]struct{ w, end float64 }{{0.62, 0.5}, {0.30, 0.12}, {0.08, 0.02}}

// HistoryLaw gives the probability that a case that was not seen for more than k
// days comes back, worked out from the law alone:
//
//	P(longer than k | comes back) = sum of w * (1 - end)^k
//	P(comes back | longer than k) = r / (r + P(gone for good)),
//	                            r = P(comes back) * P(longer than k | comes back)
func HistoryLaw(k int) float64 {
	longer := 0.0
	for _, a := range absences {
		x := a.w
		for range k {
			x *= 1 - a.end
		}
		longer += x
	}
	r := (1 - forGood) * longer
	return r / (r + forGood)
}

// Seen is one sighting of a history: a case by its number from 0, on a day from 0.
type Seen struct{ Case, Day int }

// History gives the sightings by day.
func (c HistoryConfig) History() iter.Seq[Seen] {
	return func(yield func(Seen) bool) {
		next := make([]int, c.Cases) // the day on which a case is seen next
		dice := make([]dice, c.Cases)
		for i := range next {
			dice[i].seed = mix(c.Seed, uint64(i))
			next[i] = int(dice[i].below(uint64(c.Days)*9/10 + 1))
		}
		for day := range c.Days {
			for i := range next {
				if next[i] != day {
					continue
				}
				if !yield(Seen{i, day}) {
					return
				}
				next[i] = day + 1
				if d := &dice[i]; d.chance(leaving) {
					next[i] = day + away(d)
				}
			}
		}
	}
}

// away draws after how many days a case that left is seen again; 0 for never.
func away(d *dice) int {
	if d.chance(forGood) {
		return 0
	}
	kind := 0
	for x := float64(d.next()>>11) / (1 << 53); kind < len(absences)-1 && x >= absences[kind].w; kind++ {
		x -= absences[kind].w
	}
	n := 1
	for !d.chance(absences[kind].end) {
		n++
	}
	return n + 1
}

// HistoryTruth is what a measurement of the history must find on the day after its
// last.
type HistoryTruth struct {
	Cases    int            `json:"cases"`
	Days     int            `json:"days"`
	Rows     int64          `json:"rows"`
	Absences int64          `json:"absences"` // of one day or more
	Points   []HistoryPoint `json:"points"`
}

// HistoryPoint is how often cases that were away for more than K days came back.
type HistoryPoint struct {
	K        int     `json:"k"`
	Law      float64 `json:"law"`
	Absences int64   `json:"absences"`
	Back     int64   `json:"back"`
}

// historyDays are the days of the points.
var historyDays = [...]int{2, 7, 14, 30, 60, 90}

// Truth counts a history.
func (c HistoryConfig) Truth() HistoryTruth {
	t := HistoryTruth{Cases: c.Cases, Days: c.Days}
	for _, k := range historyDays {
		t.Points = append(t.Points, HistoryPoint{K: k, Law: HistoryLaw(k)})
	}
	last := make([]int, c.Cases)
	for i := range last {
		last[i] = -1
	}
	count := func(unseen int, back int64) {
		if unseen > 0 {
			t.Absences++
		}
		for i := range t.Points {
			if p := &t.Points[i]; unseen > p.K {
				p.Absences++
				p.Back += back
			}
		}
	}
	for s := range c.History() {
		t.Rows++
		if last[s.Case] >= 0 {
			count(s.Day-last[s.Case]-1, 1)
		}
		last[s.Case] = s.Day
	}
	for _, day := range last {
		if day >= 0 {
			count(c.Days-day-1, 0)
		}
	}
	return t
}

const historyMapping = banner + `feed: synthetic-history
format: csv
mode: event
times: [rfc3339]
class: potentially-unwanted-accessible
fields:
  time: time
  ip: address
  port: port
`

// WriteHistory writes a history as an event feed with a row for each day on which a
// case was up, and its truth: feeds/history/, geography.csv, returns.json.
func WriteHistory(ctx context.Context, c HistoryConfig) (HistoryTruth, error) {
	switch {
	case c.Cases < 1 || c.Cases > 1<<17:
		return HistoryTruth{}, fault.New(fault.Usage, "a history has 1 to 131,072 cases", "give --history such a number")
	case c.Days < 1 || c.Days > 3660:
		return HistoryTruth{}, fault.New(fault.Usage, "a history has 1 to 3,660 days", "give --days such a number")
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "feeds")); err == nil {
		return HistoryTruth{}, fault.Newf(fault.Conflict, "remove it or give another folder", "%s already holds feeds, which returns.json would not know", c.Dir)
	}
	out, err := create(filepath.Join(c.Dir, "feeds", "history", "history.csv"))
	if err != nil {
		return HistoryTruth{}, err
	}
	if err := c.rows(ctx, out); err != nil {
		_ = out.close()
		return HistoryTruth{}, err
	}
	if err := out.close(); err != nil {
		return HistoryTruth{}, err
	}
	t := c.Truth()
	text, err := json.MarshalIndent(t.Points, "", " ")
	if err != nil {
		return t, err
	}
	for name, text := range map[string]string{
		"feeds/history/feed.yaml":    banner + "format: custom\nmapping: mapping.yaml\n",
		"feeds/history/mapping.yaml": historyMapping,
		"geography.csv":              "prefix,country,asn,network\n198.18.0.0/15,CL,4200000001,Synthetic network\n",
		"returns.json":               string(text) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(c.Dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return t, cannotWrite(err)
		}
	}
	return t, nil
}

// rows writes the sightings.
func (c HistoryConfig) rows(ctx context.Context, out *output) error {
	first := c.End.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-c.Days)
	line := []byte("time,address,port\n")
	for s := range c.History() {
		if s.Case&1023 == 0 && ctx.Err() != nil {
			return fault.Wrap(fault.Stopped, ctx.Err(), "the sample was stopped", "run the same command into an empty folder")
		}
		at := first.AddDate(0, 0, s.Day).Add(time.Duration(s.Case%86_400) * time.Second)
		line = at.AppendFormat(line, time.RFC3339)
		line = append(line, ',')
		line = netip.AddrFrom4([4]byte{198, 18 + byte(s.Case>>16), byte(s.Case >> 8), byte(s.Case)}).AppendTo(line)
		line = append(strconv.AppendInt(append(line, ','), 23, 10), '\n')
		if _, err := out.w.Write(line); err != nil {
			return cannotWrite(err)
		}
		line = line[:0]
	}
	return nil
}

// String says in a line what a history holds.
func (t HistoryTruth) String() string {
	return fmt.Sprintf("%d synthetic rows of %d cases over %d days, with %d absences", t.Rows, t.Cases, t.Days, t.Absences)
}
