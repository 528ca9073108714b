package survival

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
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
