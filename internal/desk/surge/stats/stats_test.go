package stats

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"

	"pgregory.net/rapid"
)

// fake is a Source over a slice.
type fake struct {
	cases []Case
	days  map[int64]Days
}

func (f *fake) Covered(context.Context) (map[int64]Days, error) { return f.days, nil }

func (f *fake) Cases(context.Context) iter.Seq2[*Case, error] {
	return func(yield func(*Case, error) bool) {
		var c Case
		for i := range f.cases {
			c = f.cases[i]
			if !yield(&c, nil) {
				return
			}
		}
	}
}

// on gives noon of day n after day 0, in microseconds.
func on(n float64) int64 { return int64((20000 + 0.5 + n) * float64(microsPerDay)) }

func moment(n float64) time.Time { return time.UnixMicro(on(n)).UTC() }

// daily are the covered days from day a to day b.
func daily(a, b int) Days {
	var d Days
	for n := a; n <= b; n++ {
		d = append(d, int32(20000+n))
	}
	return d
}

func compute(t testing.TB, f *fake, opt Options) *Result {
	t.Helper()
	r, err := Compute(context.Background(), f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestWhatBecameOfACase goes through one case of each kind. The report is of day 10,
// the as-of time day 60, and source 1 is covered from day 0 on: all is known up to
// day 46.
func TestWhatBecameOfACase(t *testing.T) {
	sources := map[int64]Days{1: daily(0, 59), 3: daily(0, 12)}
	reported := func(c Case) Case {
		c.Reported, c.InSurge = on(10), true
		if c.Source == 0 {
			c.Source = 1
		}
		return c
	}
	evidence := func(g Grade, down, proved float64) Life {
		return Life{Down: on(down), Proved: on(proved), Grade: g}
	}
	for _, k := range []struct {
		name string
		c    Case
		want string // figures beside notified
		days float64
	}{
		{"up to the end", Case{Last: on(59.9), State: 4}, "still open, followed", 45.5 - 10},
		{"silent for nine days", Case{Last: on(50), State: 4}, "still open, followed", 45.5 - 10},
		{"silent for 14 days", Case{Last: on(20), State: VerifiedDown, Life: evidence(Silence14, 20, 35)}, "down, down, silence of 14 days, followed, down while followed", 10},
		{"silence of 90 days", Case{Last: on(20), State: Closed, Life: evidence(Silence90, 20, 35)}, "down, down, silence of 90 days, followed, down while followed", 10},
		{"offline by its feed", Case{Last: on(11), State: VerifiedDown, Life: evidence(Producer, 11.25, 11.25)}, "down, down, producer, followed, down while followed", 1.25},
		{"seized after the horizon", Case{Last: on(49), State: Closed, Life: evidence(Seizure, 50, 50)}, "down, down, seizure, followed", 45.5 - 10},
		{"the owner, then silence", Case{Last: on(12), State: VerifiedDown, Life: evidence(Owner, 13, 28)}, "down, down, owner, followed, down while followed", 3},
		{"seen last on the day before the report", Case{Last: on(9), State: VerifiedDown, Life: evidence(Silence14, 9, 24)}, "down, down, silence of 14 days, followed, down while followed", 0},
		{"silent already when reported", Case{Last: on(8), State: VerifiedDown, Life: evidence(Silence14, 8, 23)}, "gone before the report, not followed: silent before", 0},
		{"seized before the report", Case{Last: on(9), State: Closed, Life: evidence(Seizure, 9.5, 12)}, "gone before the report, not followed: silent before", 0},
		{"returned", Case{Last: on(58), State: Returned, Life: Life{Down: on(20), Proved: on(35), Grade: Silence14, Returned: on(40)}}, "still open, returned at least once, followed", 45.5 - 10},
		{"returned and down again", Case{Last: on(40), State: VerifiedDown, Life: Life{Down: on(40), Proved: on(55), Grade: Silence14, Returned: on(38)}},
			"down, down, silence of 14 days, returned at least once, followed, down while followed", 30},
		{"claimed", Case{Last: on(30), State: ClaimedDown, Life: Life{Claimed: on(31)}}, "claimed, not verified, followed", 20},
		{"closed as false", Case{Last: on(30), State: Closed}, "ended without evidence, followed", 20},
		{"reported lately", Case{Last: on(59), State: 4, Life: Life{Reported: on(50)}}, "still open, not followed: too recent", 0},
		{"no day is covered", Case{Last: on(30), State: 4, Source: 2}, "unknown, followed", 20},
		{"no day is covered any more", Case{Last: on(30), State: 4, Source: 3}, "unknown, followed", 20},
		{"no day is covered, never seen again", Case{Last: on(9.5), State: 4, Source: 2}, "unknown, not followed: unjudged", 0},
		{"no day is covered, offline by its feed", Case{Last: on(30), State: VerifiedDown, Source: 2, Life: evidence(Producer, 52, 52)}, "down, down, producer, followed, down while followed", 42},
		{"all its post", Case{Last: on(59), State: 5, Life: Life{Delivered: on(10), Acknowledged: on(12), Bounced: on(10)}}, "delivered, acknowledged, bounced, still open, followed", 45.5 - 10},
	} {
		t.Run(k.name, func(t *testing.T) {
			f := &fake{days: sources}
			late := k.c.Reported
			c := reported(k.c)
			if late != 0 {
				c.Reported = late
			}
			f.cases = []Case{c}
			r := compute(t, f, Options{AsOf: moment(60), Opened: moment(9)})
			var said []string
			for _, x := range r.All.Figures() {
				if x.Numerator > 0 && x.Key != Notified {
					said = append(said, x.Name)
				}
			}
			if got := strings.Join(said, ", "); got != k.want {
				t.Errorf("%s\nwant %s", got, k.want)
			}
			v := newView(on(60), sources)
			if _, _, s := v.judge(&c); r.All.Count(Followed) == 1 && s.to-s.from != int64(k.days*float64(microsPerDay)) {
				t.Errorf("followed for %v days, want %v", float64(s.to-s.from)/float64(microsPerDay), k.days)
			}
		})
	}
}

// TestAsOf: what happened later is not told of an earlier time.
func TestAsOf(t *testing.T) {
	f := &fake{days: map[int64]Days{1: daily(0, 100)}, cases: []Case{
		{No: 1, InSurge: true, Source: 1, Last: on(20), State: VerifiedDown, Life: Life{Since: on(35), Reported: on(10), Down: on(20), Proved: on(35), Grade: Silence14}},
		{No: 2, InSurge: true, Source: 1, Last: on(90), State: Returned, Life: Life{Since: on(40), Reported: on(10), Down: on(20), Proved: on(35), Grade: Silence14, Returned: on(40)}},
		{No: 4, InSurge: true, Source: 1, Last: on(20), State: Closed, Life: Life{Since: on(99), Reported: on(33), Down: on(33), Proved: on(99), Grade: Silence90}},
		{No: 3, InSurge: true, Source: 1, Last: on(90), State: ClaimedDown, Life: Life{Since: on(50), Reported: on(30), Claimed: on(50)}},
	}}
	for _, k := range []struct{ day, notified, down, claimed, open, returned float64 }{
		{9, 0, 0, 0, 0, 0}, {12, 2, 0, 0, 2, 0}, {34, 4, 0, 0, 4, 0}, {36, 4, 2, 0, 2, 0}, {41, 4, 1, 0, 3, 1}, {51, 4, 2, 1, 1, 1},
	} {
		a := &compute(t, f, Options{AsOf: moment(k.day), Opened: moment(9)}).All
		for key, want := range map[Key]float64{Notified: k.notified, Down: k.down, Claimed: k.claimed, Open: k.open, CameBack: k.returned} {
			if a.Count(key) != int64(want) {
				t.Errorf("day %v: %s %d, want %v", k.day, key, a.Count(key), want)
			}
		}
	}
}

func randomCase(t *rapid.T) Case {
	day := func(name string) int64 {
		n := rapid.IntRange(-1, 70).Draw(t, name)
		if n < 0 {
			return 0
		}
		return on(float64(n))
	}
	first, last := on(float64(rapid.IntRange(0, 30).Draw(t, "first"))), day("last")
	c := Case{Class: rsit.Class(rapid.IntRange(1, 3).Draw(t, "class")), Country: rapid.SampledFrom([]string{"", "CL", "PE"}).Draw(t, "country"),
		ASN: uint32(rapid.IntRange(0, 2).Draw(t, "asn")), Family: rapid.SampledFrom([]string{"", "mirai"}).Draw(t, "family"),
		State:   State(rapid.SampledFrom([]int{1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}).Draw(t, "state")),
		InSurge: rapid.Bool().Draw(t, "in"), First: first, Last: max(first, last), Source: int64(rapid.IntRange(1, 3).Draw(t, "source"))}
	c.Life = Life{Since: day("since"), Reported: day("reported"), Delivered: day("delivered"), Bounced: day("bounced"), Acknowledged: day("ack"),
		Claimed: day("claimed"), Down: day("down"), Proved: day("proved"), Grade: Grade(rapid.IntRange(0, 5).Draw(t, "grade")), Returned: day("returned")}
	return c
}

// TestFiguresAddUp: each notified case has one status and is followed or not for one
// reason; groups add up to all; the cases behind a figure are as many as it says.
func TestFiguresAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &fake{days: map[int64]Days{1: daily(0, 70), 2: daily(5, 12)}, cases: rapid.SliceOfN(rapid.Custom(randomCase), 0, 60).Draw(t, "cases")}
		for i := range f.cases {
			f.cases[i].No = int64(i + 1)
		}
		opt := Options{AsOf: moment(rapid.Float64Range(0, 75).Draw(t, "asof")), Opened: moment(9)}
		r, err := Compute(context.Background(), f, opt)
		if err != nil {
			t.Fatal(err)
		}
		sum := func(a *Tally, list ...Key) (n int64) {
			for _, k := range list {
				n += a.Count(k)
			}
			return n
		}
		a := &r.All
		if n := sum(a, Down, Claimed, Gone, Ended, Open, Unknown); n != a.Count(Notified) {
			t.Fatalf("%d have a status, %d were notified", n, a.Count(Notified))
		}
		if n := sum(a, DownSeizure, DownProducer, DownOwner, DownSilence90, DownSilence14); n != a.Count(Down) {
			t.Fatalf("%d by grade, %d down", n, a.Count(Down))
		}
		if n := sum(a, Followed, LeftGone, LeftRecent, LeftUnjudged); n != a.Count(Notified) {
			t.Fatalf("%d followed or not, %d notified", n, a.Count(Notified))
		}
		if times := a.Times(); times.Followed != a.Count(Followed) || times.Downs != a.Count(FollowedDown) {
			t.Fatalf("%+v", times)
		}
		for _, groups := range [][]*Group{r.Countries, r.Networks, r.Classes, r.Families} {
			for k := Notified; k < keys; k++ {
				n := int64(0)
				for _, g := range groups {
					n += g.Count(k)
				}
				if n != a.Count(k) {
					t.Fatalf("%s: groups say %d, all %d", k, n, a.Count(k))
				}
			}
		}
		for _, fig := range a.Figures() {
			if fig.Numerator > fig.Denominator {
				t.Fatalf("%+v", fig)
			}
			if _, ok := fig.Rate(); ok != (fig.Denominator >= 10) {
				t.Fatalf("a rate of %+v", fig)
			}
			page := Page{Figure: fig.Key, Limit: rapid.IntRange(1, 20).Draw(t, "limit")}
			got, before := int64(0), int64(0)
			for {
				list, next, err := Explain(context.Background(), f, opt, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, no := range list {
					if no <= before {
						t.Fatalf("case %d after %d", no, before)
					}
					before = no
				}
				got += int64(len(list))
				if page.After = next; next == 0 {
					break
				}
			}
			if got != fig.Numerator {
				t.Fatalf("%s: %d cases listed, %d said", fig.Key, got, fig.Numerator)
			}
		}
	})
}

func TestLagSentence(t *testing.T) {
	f := &fake{days: map[int64]Days{1: daily(0, 59)}, cases: []Case{{InSurge: true, Source: 1, Last: on(50), State: 4, Life: Life{Reported: on(10)}}}}
	opt := Options{AsOf: moment(60), Opened: moment(9)}
	if s := compute(t, f, opt).Lag.Sentence(); !strings.Contains(s, "day 15") || !strings.Contains(s, moment(46).Format("2 Jan 2006")) {
		t.Error(s)
	}
	f.days = nil
	if s := compute(t, f, opt).Lag.Sentence(); !strings.Contains(s, "silence proves nothing") {
		t.Error(s)
	}
}

func TestKeys(t *testing.T) {
	for k := Notified; k < keys; k++ {
		if got, err := ParseKey(k.String()); err != nil || got != k {
			t.Errorf("%s: %v %v", k, got, err)
		}
	}
	for _, word := range []string{"", "rows-accepted", "x"} {
		if _, err := ParseKey(word); err == nil {
			t.Errorf("%q was taken", word)
		}
	}
}
