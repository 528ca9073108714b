package report

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimeIsTheLibrarys compares the appender with the standard library.
func TestTimeIsTheLibrarys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		us := rapid.Int64Range(-62_135_596_800_000_000, 253_402_300_799_999_999).Draw(t, "us")
		if us%3 == 0 {
			us -= us % 1_000_000
		}
		if us == 0 {
			us = 1
		}
		text := string(appendTime(nil, us, 0, "Z"))
		back, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || back.UnixMicro() != us {
			t.Fatalf("%d is %s, back %d, %v", us, text, back.UnixMicro(), err)
		}
		if us%1_000_000 == 0 && text != time.UnixMicro(us).UTC().Format(time.RFC3339) {
			t.Fatalf("%d is %s", us, text)
		}
	})
	if got := string(appendMillis(nil, 1_795_000_000_123_456)); got != "2026-11-18T11:06:40.123Z" {
		t.Error(got)
	}
}
