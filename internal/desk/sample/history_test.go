package sample

import (
	"math"
	"testing"
)

// TestHistoryFollowsItsLaw counts absences that were drawn without a history around
// them.
func TestHistoryFollowsItsLaw(t *testing.T) {
	const n = 400_000
	d := dice{seed: 7}
	var back, longer [91]int
	for range n {
		days := away(&d)
		for k := range longer {
			if days == 0 || days-1 > k {
				longer[k]++
				if days > 0 {
					back[k]++
				}
			}
		}
	}
	for _, k := range historyDays {
		if got, law := float64(back[k])/float64(longer[k]), HistoryLaw(k); math.Abs(got-law) > 0.003 {
			t.Errorf("away for more than %d days: %.4f come back, the law says %.4f", k, got, law)
		}
	}
	if HistoryLaw(0) != 1-forGood {
		t.Errorf("%v", HistoryLaw(0))
	}
}

func TestHistoryIsInOrderAndTheSame(t *testing.T) {
	c := HistoryConfig{Cases: 200, Days: 50, Seed: 3}
	var first []Seen
	for s := range c.History() {
		if n := len(first); n > 0 && s.Day < first[n-1].Day {
			t.Fatalf("%v after %v", s, first[n-1])
		}
		first = append(first, s)
	}
	i := 0
	for s := range c.History() {
		if s != first[i] {
			t.Fatalf("%v, then %v", first[i], s)
		}
		i++
	}
	if truth := c.Truth(); truth.Rows != int64(len(first)) || truth.Absences < 100 {
		t.Errorf("%+v of %d rows", truth, len(first))
	}
}
