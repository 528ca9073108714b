package stats

import (
	"context"
	"iter"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/survival"
)

// Sighting is one day on which a case was seen, or the day on which a list no longer
// named it.
type Sighting struct {
	Case     [16]byte
	Class    rsit.Class
	Day      int32 // since 1970
	Feed     string
	Snapshot bool // the feed is a list as of a time: its gaps are counted in covered days
	Unlisted bool
}

// History gives the sightings of all cases but held ones.
type History interface {
	Source
	// Sightings gives the sightings of one part of the cases, by day. Cases are parted
	// by the first bytes of their ids.
	Sightings(ctx context.Context, part, parts uint64) iter.Seq2[Sighting, error]
	// FeedOf names the feed of a source.
	FeedOf(source int64) string
}

// ReturnOptions say which absences are counted, and as of when.
type ReturnOptions struct {
	AsOf  time.Time
	Class rsit.Class // None: all
	// Parts is in how many parts the cases are looked at, so that memory is bounded.
	Parts uint64
}

// ReturnDays are the days k of the return curve.
var ReturnDays = [...]int{2, 7, 14, 30, 60, 90}

// Return is one point of the return curve.
type Return struct {
	Days     int
	Back     int64   // absences of more than Days days that ended with a sighting
	Absences int64   // absences of more than Days days
	Share    float64 // of them that come back, estimated with those that go on
}

// Told tells whether there are enough absences for a share.
func (r *Return) Told() bool { return r.Absences >= LeastForRate }

// ReturnCurve says how often cases come back.
type ReturnCurve struct {
	AsOf     time.Time
	Points   []Return
	Unjudged int64 // absences from lists of which no day is covered: left out
}

// ReturnMethod says how the curve comes about.
const ReturnMethod = "An absence is a run of days on which no source showed a case; of lists only covered days count. " +
	"The share is 1 - S(end)/S(k) of the product-limit estimate, in which absences that go on are censored: " +
	"those that began lately had less time to end. S(end) is S at the longest absence that ten others lasted as long."

// Returns measures the return curve over the whole history.
func Returns(ctx context.Context, h History, opt ReturnOptions) (*ReturnCurve, error) {
	r := &absences{opt: opt, today: dayOf(opt.AsOf.UnixMicro()), lists: map[string]bool{}}
	bySource, err := h.Covered(ctx)
	if err != nil {
		return nil, err
	}
	r.days = map[string]Days{}
	for source, d := range bySource {
		r.days[h.FeedOf(source)] = d
	}
	for part := range max(opt.Parts, 1) {
		if err := r.ended(h.Sightings(ctx, part, max(opt.Parts, 1))); err != nil {
			return nil, err
		}
	}
	for c, err := range h.Cases(ctx) {
		if err != nil {
			return nil, err
		}
		if opt.Class == rsit.None || opt.Class == c.Class {
			r.lasting(h.FeedOf(c.Source), dayOf(c.Last))
		}
	}
	return r.curve(), nil
}

// absences collects absences by their length.
type absences struct {
	opt      ReturnOptions
	today    int32
	days     map[string]Days
	lists    map[string]bool // feeds that are lists
	all      survival.Sample
	longer   [len(ReturnDays)]struct{ back, all int64 }
	unjudged int64
}

// seen is when and by which feed a case was seen last.
type seen struct {
	day  int32
	feed int32
}

// ended counts the absences of one part of the cases that ended with a sighting.
func (r *absences) ended(list iter.Seq2[Sighting, error]) error {
	last := map[uint64]seen{}
	var feeds []string
	numbers := map[string]int32{}
	for s, err := range list {
		if err != nil {
			return err
		}
		if s.Day >= r.today || r.opt.Class != rsit.None && s.Class != r.opt.Class {
			continue
		}
		no, known := numbers[s.Feed]
		if !known {
			no = int32(len(feeds))
			numbers[s.Feed], feeds = no, append(feeds, s.Feed)
			r.lists[s.Feed] = s.Snapshot
		}
		key := short(s.Case)
		before, was := last[key]
		day := s.Day
		if s.Unlisted { // it was listed up to the day before
			if day--; !was || before.day >= day {
				continue
			}
		} else if was && before.day < day {
			if n, ok := r.unseen(feeds[before.feed], before.day, day); !ok {
				r.unjudged++
			} else if n > 0 {
				r.add(n, true)
			}
		}
		if !was || before.day <= day {
			last[key] = seen{day, no}
		}
	}
	return nil
}

// short is enough of an id to tell cases apart: ids are even and random.
func short(id [16]byte) (n uint64) {
	for _, b := range id[4:12] {
		n = n<<8 | uint64(b)
	}
	return n
}

// lasting counts the absence that a case is in, if it is.
func (r *absences) lasting(feed string, last int32) {
	if last >= r.today {
		return
	}
	if n, ok := r.unseen(feed, last, r.today); !ok {
		r.unjudged++
	} else if n > 0 {
		r.add(n, false)
	}
}

// unseen counts the days of an absence: the days between two, of a list those that
// are covered. False where no day of a list is.
func (r *absences) unseen(feed string, from, to int32) (int, bool) {
	if !r.lists[feed] || to-from <= 1 {
		return int(to - from - 1), true
	}
	d := r.days[feed]
	return d.between(from, to), len(d) > 0
}

// add takes in an absence of n days. One that goes on is censored at the day before:
// it may yet end as one of n days.
func (r *absences) add(n int, back bool) {
	if back {
		r.all.Add(uint32(n), true)
	} else {
		r.all.Add(uint32(n-1), false)
	}
	for i, k := range ReturnDays {
		if n > k {
			r.longer[i].all++
			if back {
				r.longer[i].back++
			}
		}
	}
}

func (r *absences) curve() *ReturnCurve {
	out := &ReturnCurve{AsOf: r.opt.AsOf.UTC(), Unjudged: r.unjudged}
	c := r.all.Curve()
	end := 1.0
	for i := range c.Steps {
		if c.Steps[i].AtRisk < LeastForRate { // one return would move the whole curve
			break
		}
		end = c.Steps[i].S
	}
	for i, k := range ReturnDays {
		p := Return{Days: k, Back: r.longer[i].back, Absences: r.longer[i].all}
		if at := c.At(uint32(k)).S; at > end {
			p.Share = 1 - end/at
		}
		out.Points = append(out.Points, p)
	}
	return out
}
