package clock_test

import (
	"testing"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"

	"pgregory.net/rapid"
)

func TestISOEqualsTimePackage(t *testing.T) {
	layouts := []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999Z07:00", "2006-01-02T15:04:05.000000-0700", "2006-01-02 15:04:05 UTC"}
	rapid.Check(t, func(t *rapid.T) {
		off := rapid.IntRange(-14*60, 14*60).Draw(t, "offset")
		layout := rapid.SampledFrom(layouts).Draw(t, "layout")
		zone := time.FixedZone("", off*60)
		if layout == layouts[3] {
			zone = time.UTC
		}
		at := time.UnixMicro(rapid.Int64Range(-62_000_000_000, 253_000_000_000).Draw(t, "s") * 1_000_000).In(zone)
		text := at.Format(layout)
		got, ok := clock.ISO(text)
		if !ok || !got.Zoned || got.Micros != at.UnixMicro() {
			t.Fatalf("%s gives %+v %v, want %d", text, got, ok, at.UnixMicro())
		}
	})
}

func TestNaiveTimesNeedAZone(t *testing.T) {
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	lima := time.FixedZone("", -5*3600)
	cases := []struct {
		text string
		zone *time.Location
		want string
		why  feed.Reason
	}{
		{"2026-05-27 11:52:06", nil, "", feed.NoZone},
		{"2026-05-27 11:52:06", time.UTC, "2026-05-27T11:52:06Z", 0},
		{"2026-05-27 11:52:06", lima, "2026-05-27T16:52:06Z", 0},
		{"2026-05-27 11:52", lima, "2026-05-27T16:52:00Z", 0},
		{"2026-05-27T11:52:06+02:00", lima, "2026-05-27T09:52:06Z", 0},
		{"2026-05-27", time.UTC, "2026-05-27T00:00:00Z", 0},
		{"1970-01-01T00:00:00Z", nil, "", feed.BadTime},
		{"2999-01-01T00:00:00Z", nil, "", feed.BadTime},
		{"2026-11-24T23:59:59Z", nil, "2026-11-24T23:59:59Z", 0},
		{"2026-11-25T00:00:01Z", nil, "", feed.BadTime},
	}
	for _, c := range cases {
		got, ok := clock.ISO(c.text)
		if !ok {
			t.Errorf("%s is no time", c.text)
			continue
		}
		m, why := got.UTC(c.zone, now)
		if why != c.why || why == 0 && time.UnixMicro(m).UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v %v", c.text, time.UnixMicro(m).UTC(), why)
		}
	}
}

func TestNotTimes(t *testing.T) {
	for _, s := range []string{"", "yesterday", "2026-13-01", "2026-02-29", "2026-00-10", "2026-05-27 24:00:00", "2026-05-27 11:60:06",
		"2026-05-27X11:52:06", "2026-05-27 11:52:06 CEST", "2026-05-27 11:52:06.", "2026-05-27T11:52:06+25:00", "20260527", "2026-05-27 11", "2O26-05-27"} {
		if got, ok := clock.ISO(s); ok {
			t.Errorf("%q gives %+v", s, got)
		}
	}
}

func FuzzISO(f *testing.F) {
	f.Add("2026-05-27T11:52:06.5+02:00")
	f.Add("2026-05-27")
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := clock.ISO(s); !ok && got != (clock.Time{}) {
			t.Errorf("%q: refused, and yet %+v", s, got)
		}
	})
}

func BenchmarkISO(b *testing.B) {
	for b.Loop() {
		clock.ISO("2026-05-27T11:52:06+00:00")
	}
}
