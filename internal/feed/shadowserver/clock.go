package shadowserver

import (
	"time"

	"entente/internal/feed"
)

// earliest is the first time that is believed: 1990-01-01T00:00:00Z, in
// microseconds since 1970.
const earliest = 631152000 * 1e6

// layouts are the other ways in which a time may be written. Without a zone it
// is UTC; fractions are read with each of them.
var layouts = [...]string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 UTC",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05-0700",
	"2006-01-02T15:04:05-0700",
}

// parseTime reads a time into microseconds since 1970 UTC. latest is the last
// time that is believed; 0 means any.
func parseTime(s string, latest int64) (int64, feed.Reason) {
	if s == "" {
		return 0, feed.NoTime
	}
	us, ok := plainTime(s)
	if !ok {
		for _, l := range layouts {
			if t, err := time.Parse(l, s); err == nil {
				us, ok = t.UnixMicro(), true
				break
			}
		}
	}
	if !ok || us < earliest || latest != 0 && us > latest {
		return 0, feed.BadTime
	}
	return us, 0
}

// plainTime reads "2006-01-02 15:04:05", the form of nearly every row.
func plainTime(s string) (int64, bool) {
	if len(s) != 19 || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	bad := byte(0)
	two := func(i int) int {
		a, b := s[i]-'0', s[i+1]-'0'
		if a > 9 || b > 9 {
			bad = 1
		}
		return int(a)*10 + int(b)
	}
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if bad != 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return (daysSince1970(year, month, day)*86400 + int64(hour*3600+minute*60+second)) * 1e6, true
}

// daysSince1970 counts days of the Gregorian calendar. Years begin in March, so
// that the leap day is the last one.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day
	return int64(days - 719469)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
