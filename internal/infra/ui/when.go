package ui

import (
	"strconv"
	"time"
)

// Moment gives a time as pages show it, in UTC with the zone named:
// "24 Nov 2026 18:17 UTC". The zero time gives "".
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006 15:04") + " UTC"
}

// Micros is Moment of so many microseconds since 1970; 0 gives "".
func Micros(us int64) string {
	if us == 0 {
		return ""
	}
	return Moment(time.UnixMicro(us))
}

// Day gives the day of a time in UTC: "24 Nov 2026"; 0 gives "".
func Day(us int64) string {
	if us == 0 {
		return ""
	}
	return time.UnixMicro(us).UTC().Format("2 Jan 2006")
}

// Count gives a number with its thousands set apart: 9,870.
func Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// LeastForRate is the smallest denominator for which a rate is shown.
const LeastForRate = 10

// Rate gives part of whole as a percentage with one decimal, and "" when the
// whole is too small for a rate to mean anything. Something never reads as
// nothing, nor a part as the whole: such a rate is below 0.1 or above 99.9.
func Rate(part, whole int64) string {
	if whole < LeastForRate {
		return ""
	}
	s := strconv.FormatFloat(float64(part)*100/float64(whole), 'f', 1, 64)
	switch {
	case s == "0.0" && part > 0:
		s = "< 0.1"
	case s == "100.0" && part < whole:
		s = "> 99.9"
	}
	return s + " %"
}
