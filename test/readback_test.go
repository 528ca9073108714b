package test

import (
	"context"
	"os"
	"testing"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/stix"
	"entente/internal/feed/xarf"
)

// TestOwnReportsAreRead: another node reads what a report holds for machines, and
// needs no word from a person for it.
func TestOwnReportsAreRead(t *testing.T) {
	dir := sampleReports(t)
	for name, format := range map[string]feed.Format{"bundle.json": stix.Format{}, "xarf.jsonl": xarf.Format{}} {
		accepted := int64(0)
		for _, path := range find(t, dir, name) {
			f, err := os.Open(path)
			good(t, err)
			head := make([]byte, 64<<10)
			n, _ := f.ReadAt(head, 0)
			if n == 0 {
				continue // a folder without such reports
			}
			if sure := format.Detect(path, head[:n]); sure < 90 {
				t.Errorf("%s: %d sure", path, sure)
			}
			at, err := time.Parse(time.RFC3339, now)
			good(t, err)
			r := &feedtest.Recorder{T: t, Keep: true}
			if err := format.Read(context.Background(), feed.Input{Name: path, Body: f, Options: feed.Options{Now: at}}, r); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if r.Rejected > 0 {
				t.Errorf("%s: accepted %d, rejected %v: %.400s", path, r.Accepted, r.By, r.Rejects[0])
			}
			accepted += r.Accepted
			good(t, f.Close())
		}
		if accepted < 1000 {
			t.Errorf("%s: only %d rows", name, accepted)
		}
		t.Logf("%s: %d rows", name, accepted)
	}
}
