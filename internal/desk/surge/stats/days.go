package stats

import "slices"

const (
	microsPerHour = int64(3600) * 1_000_000
	microsPerDay  = 24 * microsPerHour
)

// SilentDays is how many covered days of silence prove that a case is down.
const SilentDays = 14

// Days are days that count towards silence, as days since 1970, in order.
type Days []int32

func dayOf(micros int64) int32 { return int32(micros / microsPerDay) }

// between counts the days after from and before to.
func (d Days) between(from, to int32) int {
	if to <= from {
		return 0
	}
	a, _ := slices.BinarySearch(d, from+1)
	b, _ := slices.BinarySearch(d, to)
	return b - a
}

// horizon is the time up to which everything is known of a source as of a time: a
// case that it saw last before then has 14 covered days of silence behind it. False
// if the source has no 14 covered days. The day of asOf itself is not over and does
// not count.
func (d Days) horizon(asOf int64) (int64, bool) {
	n, _ := slices.BinarySearch(d, dayOf(asOf))
	if n < SilentDays {
		return 0, false
	}
	return int64(d[n-SilentDays]) * microsPerDay, true
}
