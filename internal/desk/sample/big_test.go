package sample

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestMakeSample writes a sample for use outside: SAMPLE_OUT=DIR SAMPLE_ROWS=N.
func TestMakeSample(t *testing.T) {
	dir := os.Getenv("SAMPLE_OUT")
	if dir == "" {
		t.Skip("set SAMPLE_OUT to a folder to get a sample there")
	}
	rows, err := strconv.ParseInt(os.Getenv("SAMPLE_ROWS"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	s, err := Generate(context.Background(), Config{Rows: rows, Days: 3, Seed: 1, Dir: dir, TruthCases: rows < 2e6,
		End: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%+v\n%.0f rows/s", s, float64(rows)/took.Seconds())
	status, _ := os.ReadFile("/proc/self/status")
	t.Logf("%s", status)
}
