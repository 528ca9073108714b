package survival

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTables compares the estimator with tables that were worked by hand; the
// working stands in the files.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d tables, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var s Sample
			var c *Curve
			step := 0
			for line := range strings.Lines(string(text)) {
				f := strings.Fields(line)
				if len(f) == 0 || f[0] == "#" {
					continue
				}
				switch f[0] {
				case "spells":
					for _, w := range f[1:] {
						word, censored := strings.CutSuffix(w, "+")
						s.Add(uint32(number(t, word)), !censored)
					}
					c = s.Curve()
				case "step":
					checkStep(t, c, step, f[1:])
					step++
				case "median":
					checkQuantile(t, line, c.Median(), f[1:])
				case "p90":
					checkQuantile(t, line, c.Quantile(0.9), f[1:])
				default:
					t.Fatalf("what is %q?", line)
				}
			}
			if step != len(c.Steps) {
				t.Errorf("%d steps, want %d", len(c.Steps), step)
			}
		})
	}
}

func checkStep(t *testing.T, c *Curve, i int, want []string) {
	t.Helper()
	if i >= len(c.Steps) {
		t.Fatalf("no step %v", want)
	}
	s := &c.Steps[i]
	if s.Time != uint32(number(t, want[0])) || s.AtRisk != int64(number(t, want[1])) || s.Deaths != int64(number(t, want[2])) {
		t.Errorf("%+v, want %v", s, want)
	}
	if !near(s.S, fraction(t, want[3]), 1e-12) {
		t.Errorf("at %d: S %v, want %s", s.Time, s.S, want[3])
	}
	low, high, ok := s.Band()
	if want[4] == "-" {
		if ok || !math.IsInf(s.Sum, 1) || s.Variance() != 0 {
			t.Errorf("at %d: band %v %v, sum %v, want none", s.Time, low, high, s.Sum)
		}
		return
	}
	if sum := fraction(t, want[4]); !near(s.Sum, sum, 1e-12) || !near(s.Variance(), s.S*s.S*sum, 1e-12) {
		t.Errorf("at %d: sum %v, want %s", s.Time, s.Sum, want[4])
	}
	if !ok || !near(low, number(t, want[5]), 1e-6) || !near(high, number(t, want[6]), 1e-6) {
		t.Errorf("at %d: band %v %v, want %v", s.Time, low, high, want[5:])
	}
}

func checkQuantile(t *testing.T, line string, q Quantile, want []string) {
	t.Helper()
	for i, got := range []struct {
		at uint32
		ok bool
	}{{q.Time, q.Reached}, {q.Low, q.LowReached}, {q.High, q.HighReached}} {
		word := "-"
		if got.ok {
			word = strconv.Itoa(int(got.at))
		}
		if word != want[i] {
			t.Errorf("%+v, want %s", q, line)
		}
	}
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

func number(t *testing.T, word string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(word, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func fraction(t *testing.T, word string) float64 {
	t.Helper()
	over, under, is := strings.Cut(word, "/")
	if !is {
		return number(t, word)
	}
	return number(t, over) / number(t, under)
}

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
