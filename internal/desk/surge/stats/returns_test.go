package stats_test

import (
	"context"
	"encoding/binary"
	"iter"
	"math"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/sample"
	"entente/internal/desk/surge/stats"
)

// drawn is the stats.History of a sample's history.
type drawn struct {
	sample.HistoryConfig
	list bool // the feed is a list, covered on even days
}

// firstDay is the day 0 of the history since 1970. It is even.
const firstDay = 20_000

func (d drawn) today() time.Time { return time.Unix(int64(firstDay+d.Days)*86_400, 0) }

func (d drawn) Covered(context.Context) (map[int64]stats.Days, error) {
	if !d.list {
		return nil, nil
	}
	var days stats.Days
	for n := int32(0); int(n) < d.Days; n += 2 {
		days = append(days, firstDay+n)
	}
	return map[int64]stats.Days{1: days}, nil
}

func (d drawn) FeedOf(int64) string { return "synthetic" }

func id(n int) (out [16]byte) {
	binary.BigEndian.PutUint64(out[:], uint64(n)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(out[8:], uint64(n)*0xbf58476d1ce4e5b9+1)
	return out
}

func (d drawn) Sightings(_ context.Context, part, parts uint64) iter.Seq2[stats.Sighting, error] {
	return func(yield func(stats.Sighting, error) bool) {
		for s := range d.History() {
			if uint64(s.Case)%parts == part && !yield(stats.Sighting{Case: id(s.Case), Class: rsit.Spam, Day: int32(firstDay + s.Day), Feed: "synthetic", Snapshot: d.list}, nil) {
				return
			}
		}
	}
}

func (d drawn) Cases(context.Context) iter.Seq2[*stats.Case, error] {
	return func(yield func(*stats.Case, error) bool) {
		last := map[int]int{}
		for s := range d.History() {
			last[s.Case] = s.Day
		}
		for n := range d.HistoryConfig.Cases {
			if day, ok := last[n]; ok && !yield(&stats.Case{No: int64(n + 1), Class: rsit.Spam, Source: 1, Last: int64(firstDay+day) * 86_400_000_000}, nil) {
				return
			}
		}
	}
}

// TestReturnCurveIsTheLaw measures a history of 600 days that follows a known law:
// the curve is the law within a point, and its counts are exactly the truth's.
func TestReturnCurveIsTheLaw(t *testing.T) {
	d := drawn{HistoryConfig: sample.HistoryConfig{Cases: 60_000, Days: 600, Seed: 11}}
	truth := d.Truth()
	if truth.Absences < 100_000 {
		t.Fatalf("only %d absences", truth.Absences)
	}
	for _, parts := range []uint64{1, 3} {
		r, err := stats.Returns(context.Background(), d, stats.ReturnOptions{AsOf: d.today(), Parts: parts})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range r.Points {
			want := truth.Points[i]
			t.Logf("away for more than %2d days: %d of %d came back so far, %.2f %% estimated, the law says %.2f %%",
				p.Days, p.Back, p.Absences, p.Share*100, want.Law*100)
			if p.Days != want.K || p.Back != want.Back || p.Absences != want.Absences {
				t.Errorf("%+v, the truth is %+v", p, want)
			}
			if math.Abs(p.Share-want.Law) > 0.01 {
				t.Errorf("%+v: the law says %.4f", p, want.Law)
			}
		}
	}
}

// TestReturnsOfLists: of a list the days count on which it was covered, here every
// second one, so that an absence has half its days.
func TestReturnsOfLists(t *testing.T) {
	d := drawn{HistoryConfig: sample.HistoryConfig{Cases: 20_000, Days: 400, Seed: 5}, list: true}
	r, err := stats.Returns(context.Background(), d, stats.ReturnOptions{AsOf: d.today()})
	if err != nil {
		t.Fatal(err)
	}
	plain := drawn{HistoryConfig: d.HistoryConfig}
	days, err := stats.Returns(context.Background(), plain, stats.ReturnOptions{AsOf: d.today()})
	if err != nil {
		t.Fatal(err)
	}
	// More than 7 covered days are more than 14 or 15 days: between the two counts.
	if at7, at14, at30 := r.Points[1].Absences, days.Points[2].Absences, days.Points[3].Absences; at7 > at14 || at7 < at30 {
		t.Errorf("%d of more than 7 covered days, %d of more than 14, %d of more than 30", at7, at14, at30)
	}
	if r.Unjudged != 0 {
		t.Errorf("%d unjudged", r.Unjudged)
	}
}

// gaps is a stats.History of a few sightings.
type gaps struct {
	drawn
	seen []stats.Sighting
	last []stats.Case
}

func (g gaps) Sightings(context.Context, uint64, uint64) iter.Seq2[stats.Sighting, error] {
	return func(yield func(stats.Sighting, error) bool) {
		for _, s := range g.seen {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (g gaps) Cases(context.Context) iter.Seq2[*stats.Case, error] {
	return func(yield func(*stats.Case, error) bool) {
		for i := range g.last {
			if !yield(&g.last[i], nil) {
				return
			}
		}
	}
}

// TestUnlisted: a case of a list is away from the day on which the list no longer
// names it, not from the day on which it was named first. Classes are told apart, and
// a list of which no day is covered is left out.
func TestUnlisted(t *testing.T) {
	list := func(n int, day int32, gone bool) stats.Sighting {
		return stats.Sighting{Case: id(n), Class: rsit.C2Server, Day: firstDay + day, Feed: "synthetic", Snapshot: true, Unlisted: gone}
	}
	g := gaps{drawn: drawn{HistoryConfig: sample.HistoryConfig{Days: 100}, list: true}, seen: []stats.Sighting{
		list(1, 0, false), list(1, 50, true), list(1, 60, false), // covered in between: 50, 52, 54, 56, 58
		list(2, 0, false), list(2, 0, false),
		{Case: id(3), Class: rsit.Spam, Day: firstDay, Feed: "events"}, {Case: id(3), Class: rsit.Spam, Day: firstDay + 4, Feed: "events"},
	}, last: []stats.Case{{Class: rsit.C2Server, Source: 1, Last: int64(firstDay+99) * 86_400_000_000}}}
	measure := func(class rsit.Class) stats.ReturnCurve {
		r, err := stats.Returns(context.Background(), g, stats.ReturnOptions{AsOf: g.today(), Class: class})
		if err != nil {
			t.Fatal(err)
		}
		return *r
	}
	if r := measure(rsit.None); r.Points[0].Back != 2 || r.Points[1].Back != 0 {
		t.Errorf("%+v", r)
	}
	if r := measure(rsit.Spam); r.Points[0].Back != 1 || r.Points[0].Absences != 1 || r.Points[0].Told() {
		t.Errorf("%+v", r)
	}
	g.list = false // no day is covered
	if r := measure(rsit.C2Server); r.Points[0].Back != 0 || r.Unjudged != 1 {
		t.Errorf("%+v", r)
	}
}
