package survival

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

type spell struct {
	time uint32
	died bool
}

func spells(t *rapid.T, censored bool) []spell {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) spell {
		s := spell{uint32(rapid.IntRange(0, 40).Draw(t, "time")), true}
		if censored {
			s.died = rapid.Bool().Draw(t, "died")
		}
		return s
	}), 1, 200).Draw(t, "spells")
}

func curve(list []spell) *Curve {
	var s Sample
	for _, x := range list {
		s.Add(x.time, x.died)
	}
	return s.Curve()
}

func same(t *rapid.T, a, b *Curve) {
	if a.N != b.N || a.Deaths != b.Deaths || a.End != b.End || len(a.Steps) != len(b.Steps) {
		t.Fatalf("%+v, then %+v", a, b)
	}
	for i := range a.Steps {
		if a.Steps[i] != b.Steps[i] {
			t.Fatalf("%+v, then %+v", a.Steps[i], b.Steps[i])
		}
	}
}

func TestNeverRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := spells(t, true)
		c := curve(list)
		before := Step{S: 1, AtRisk: int64(len(list))}
		for _, s := range c.Steps {
			if s.S > before.S || s.S < 0 || s.AtRisk > before.AtRisk || s.AtRisk < s.Deaths || s.Sum < before.Sum {
				t.Fatalf("%+v after %+v", s, before)
			}
			if low, high, ok := s.Band(); ok && !(0 <= low && low <= s.S && s.S <= high && high <= 1) {
				t.Fatalf("%+v: band %v %v", s, low, high)
			}
			if got := c.AtRisk(s.Time); got != s.AtRisk {
				t.Fatalf("%d at risk at %d, the step says %d", got, s.Time, s.AtRisk)
			}
			before = s
		}
		if last := c.AtRisk(c.End + 1); last != 0 {
			t.Fatalf("%d at risk after the end", last)
		}
	})
}

// TestEmpirical: without censoring the estimate is the share that lasts longer.
func TestEmpirical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := spells(t, false)
		c := curve(list)
		for at := range uint32(42) {
			longer := 0
			for _, s := range list {
				if s.time > at {
					longer++
				}
			}
			if got, want := c.At(at).S, float64(longer)/float64(len(list)); !near(got, want, 1e-12) {
				t.Fatalf("S(%d) = %v, want %v", at, got, want)
			}
		}
		for _, s := range c.Steps {
			if want := s.S * (1 - s.S) / float64(c.N); !near(s.Variance(), want, 1e-12) {
				t.Fatalf("variance at %d %v, the binomial one is %v", s.Time, s.Variance(), want)
			}
		}
	})
}

// TestOrder: the order in which spells come, and how they are split over samples,
// changes nothing.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := spells(t, true)
		want := curve(list)
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		var a, b Sample
		for _, s := range list[cut:] {
			a.Add(s.time, s.died)
		}
		for _, s := range list[:cut] {
			b.Add(s.time, s.died)
		}
		a.Merge(&b)
		same(t, want, a.Curve())
		random := rand.New(rand.NewPCG(uint64(cut), 1))
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		same(t, want, curve(list))
	})
}

// TestManySpells: a sample of any size is what its small form is.
func TestManySpells(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var s Sample
	plain := map[uint32][2]int64{}
	for range 300_000 {
		at, died := uint32(random.ExpFloat64()*2000), random.IntN(3) > 0
		s.Add(at, died)
		p := plain[at]
		if died {
			p[0]++
		} else {
			p[1]++
		}
		plain[at] = p
	}
	c := s.Curve()
	atRisk, share, i := int64(300_000), 1.0, 0
	for at := range c.End + 1 {
		p := plain[at]
		if p[0] > 0 {
			share *= 1 - float64(p[0])/float64(atRisk)
			if got := c.Steps[i]; got.Time != at || got.AtRisk != atRisk || got.Deaths != p[0] || !near(got.S, share, 1e-9) {
				t.Fatalf("%+v, want %d at risk, %v, S %v", got, atRisk, p, share)
			}
			i++
		}
		atRisk -= p[0] + p[1]
	}
	if atRisk != 0 || i != len(c.Steps) || s.Len() != 300_000 {
		t.Errorf("%d left, %d of %d steps", atRisk, i, len(c.Steps))
	}
}

// TestIntervalCovers: in samples from a known law with censoring, the interval of
// the median holds the true median nearly as often as it says.
func TestIntervalCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const trials, n, mean = 400, 120, 1000.0
	median := mean * math.Ln2
	held := 0
	for range trials {
		var s Sample
		for range n {
			down, end := random.ExpFloat64()*mean, random.Float64()*4000
			s.Add(uint32(min(down, end)), down <= end)
		}
		q := s.Curve().Median()
		if q.LowReached && float64(q.Low) <= median && (!q.HighReached || median <= float64(q.High)+1) {
			held++
		}
	}
	if share := float64(held) / trials; share < 0.92 || share > 0.985 {
		t.Errorf("the interval held the true median in %.1f %% of the samples", share*100)
	}
}
