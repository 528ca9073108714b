package custom

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente/internal/feed/clock"
)

// layout is one way in which a feed writes its times.
type layout struct {
	iso    bool
	unix   int64 // microseconds per unit; 0: not a number
	layout string
	zoned  bool
}

// layoutOf reads a word (rfc3339, unix, unix-ms, unix-us) or a layout of Go's
// time package, whose parts are those of 2006-01-02 15:04:05 -0700.
func layoutOf(s string) (layout, error) {
	switch s {
	case "rfc3339", "iso8601", "2006-01-02 15:04:05", "2006-01-02T15:04:05":
		return layout{iso: true}, nil
	case "unix":
		return layout{unix: 1_000_000}, nil
	case "unix-ms":
		return layout{unix: 1000}, nil
	case "unix-us":
		return layout{unix: 1}, nil
	}
	if !strings.Contains(s, "2006") && !strings.Contains(s, "06") || !strings.ContainsAny(s, "12") {
		return layout{}, wrong(0, fmt.Sprintf("%q is no layout of times", s),
			"use rfc3339, unix, unix-ms, unix-us, or write 2 January 2006, 15:04:05 -0700 the way the feed would")
	}
	return layout{layout: s, zoned: strings.Contains(s, "Z07") || strings.Contains(s, "-07") || strings.Contains(s, "MST")}, nil
}

// read reads one time.
func (l layout) read(s string) (clock.Time, bool) {
	switch {
	case l.iso:
		return clock.ISO(s)
	case l.unix > 0:
		return number(s, l.unix)
	}
	t, err := time.Parse(l.layout, s)
	if err != nil {
		return clock.Time{}, false
	}
	if strings.Contains(l.layout, "MST") {
		if name, off := t.Zone(); off == 0 && name != "UTC" && name != "GMT" {
			return clock.Time{}, false // letters that mean different offsets to different people
		}
	}
	return clock.Time{Micros: t.UnixMicro(), Zoned: l.zoned}, true
}

// number reads a count of units since 1970 UTC, which may have a fraction.
func number(s string, unit int64) (clock.Time, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return clock.Time{}, false
	}
	t := clock.Time{Micros: n * unit, Zoned: true}
	for scale := unit / 10; len(frac) > 0; frac, scale = frac[1:], scale/10 {
		if frac[0] < '0' || frac[0] > '9' {
			return clock.Time{}, false
		}
		t.Micros += int64(frac[0]-'0') * scale
	}
	return t, true
}
