package clock_test

import (
	"testing"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"
)

// FuzzAsOf: whatever a list says of its time, the answer is none or one within
// the bounds, and a time without a zone is never given the machine's.
func FuzzAsOf(f *testing.F) {
	for _, s := range []string{
		"# Last updated: 2026-05-27 11:55:03 UTC\n192.0.2.1\n", "! Updated: Wed, 27 May 2026 11:55:03 +0000\n", "# generated 2026-05-27 11:55:03\n# all times are in UTC\n",
		"; 27 May 2026\n", "// Mon Jan  2 15:04:05 CEST 2006\n", "\xef\xbb\xbf# date: 2999-01-01\n", "# timestamp 1970-01-01T00:00:00Z\n", "#\x00\xff\n",
	} {
		f.Add([]byte(s), "list-2026-05-27.txt")
	}
	f.Add([]byte(""), "20260527")
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, head []byte, name string) {
		defer func(l *time.Location) { time.Local = l }(time.Local)
		var found [2]time.Time
		for i, zone := range []*time.Location{time.UTC, time.FixedZone("here", 7*3600)} {
			time.Local = zone
			at, ok := clock.AsOf(feed.Input{Options: feed.Options{Now: now}}, head, name)
			if ok && (at.Year() < 1990 || at.After(now.Add(25*time.Hour))) {
				t.Errorf("%q, %q: %v", head, name, at)
			}
			found[i] = at
		}
		if !found[0].Equal(found[1]) {
			t.Errorf("%q, %q: %v here, %v there", head, name, found[0], found[1])
		}
	})
}
