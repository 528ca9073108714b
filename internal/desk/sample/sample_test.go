package sample

import (
	"context"
	"testing"
	"time"
)

func make1(t *testing.T, rows int64, days int, seed uint64) (Summary, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := Generate(context.Background(), Config{Rows: rows, Days: days, Seed: seed, Dir: dir, TruthCases: true,
		End: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestAccountCloses(t *testing.T) {
	for _, rows := range []int64{1000, 20000} {
		s, _ := make1(t, rows, 3, 7)
		if s.Rows != rows || s.Rows != s.Accepted+s.Rejected {
			t.Errorf("rows %d = accepted %d + rejected %d, want %d rows", s.Rows, s.Accepted, s.Rejected, rows)
		}
		if got := s.Routed + s.Pooled + s.Context + s.Duplicate + s.Held + s.Suppressed; got != s.Observations {
			t.Errorf("outcomes sum to %d of %d observations", got, s.Observations)
		}
		t.Logf("%+v", s)
	}
}
