// Package clock reads the times that feeds write and refuses to guess: a time
// without a zone has none until somebody declares it. It may import feed for
// the reasons of rejection; never infra, a desk or a door.
package clock

import (
	"time"

	"entente/internal/feed"
)

// Time is a clock reading as written.
type Time struct {
	Micros int64 // since 1970; UTC if Zoned, else as the clock on the wall showed
	Zoned  bool  // the text named its zone
	Day    bool  // the text gave a day only
}

// earliest is 1990-01-01 UTC: no feed is older, many broken clocks say 1970.
const earliest = 631152000 * 1_000_000

// Bounds checks t, microseconds UTC, against 1990 and one day after now; a
// zero now leaves the future unchecked.
func Bounds(micros int64, now time.Time) bool {
	return micros >= earliest && (now.IsZero() || micros <= now.Add(24*time.Hour).UnixMicro())
}

// UTC gives t in microseconds UTC. zone is that of naive times; with none such
// a time is NoZone. A time outside Bounds is BadTime. 0 means well.
func (t Time) UTC(zone *time.Location, now time.Time) (int64, feed.Reason) {
	m := t.Micros
	if !t.Zoned {
		switch zone {
		case nil:
			return 0, feed.NoZone
		case time.UTC:
		default:
			w := time.UnixMicro(m).UTC()
			m = time.Date(w.Year(), w.Month(), w.Day(), w.Hour(), w.Minute(), w.Second(), w.Nanosecond(), zone).UnixMicro()
		}
	}
	if !Bounds(m, now) {
		return 0, feed.BadTime
	}
	return m, 0
}

// ISO reads ISO 8601 and RFC 3339 as feeds write them: a day, then optionally
// T or a space and hh:mm[:ss[.fraction]], then optionally Z, UTC, GMT or an
// offset (+02:00, +0200, +02). Every field is checked, also the day of the
// month; a leap second is the second after.
func ISO(s string) (Time, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return Time{}, false
	}
	y, ok1 := digits(s[0:4])
	mo, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 || mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) {
		return Time{}, false
	}
	days := civil(y, mo, d)
	if len(s) == 10 {
		return Time{Micros: days * 86_400_000_000, Day: true}, true
	}
	if s[10] != 'T' && s[10] != 't' && s[10] != ' ' {
		return Time{}, false
	}
	secs, frac, rest, ok := hour(s[11:])
	if !ok {
		return Time{}, false
	}
	t := Time{Micros: (days*86_400+secs)*1_000_000 + frac}
	off, zoned, ok := offset(rest)
	if !ok {
		return Time{}, false
	}
	t.Micros -= off * 1_000_000
	t.Zoned = zoned
	return t, true
}

// hour reads hh:mm[:ss[.fraction]] and gives what follows.
func hour(s string) (secs, micros int64, rest string, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return 0, 0, "", false
	}
	h, ok1 := digits(s[0:2])
	m, ok2 := digits(s[3:5])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, 0, "", false
	}
	secs = int64(h*3600 + m*60)
	s = s[5:]
	if len(s) >= 3 && s[0] == ':' {
		sec, ok := digits(s[1:3])
		if !ok || sec > 60 {
			return 0, 0, "", false
		}
		secs += int64(sec)
		s = s[3:]
		if len(s) > 1 && (s[0] == '.' || s[0] == ',') {
			i, unit := 1, int64(100_000)
			for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
				micros += int64(s[i]-'0') * unit
				unit /= 10
			}
			if i == 1 {
				return 0, 0, "", false
			}
			s = s[i:]
		}
	}
	return secs, micros, s, true
}

// offset reads a zone: seconds east of UTC.
func offset(s string) (secs int64, zoned, ok bool) {
	if len(s) > 1 && s[0] == ' ' {
		s = s[1:]
	}
	switch s {
	case "":
		return 0, false, true
	case "Z", "z", "UTC", "GMT", "utc", "gmt":
		return 0, true, true
	}
	if s[0] != '+' && s[0] != '-' {
		return 0, false, false
	}
	sign := int64(1)
	if s[0] == '-' {
		sign = -1
	}
	hh, mm := "", "00"
	switch s = s[1:]; {
	case len(s) == 5 && s[2] == ':':
		hh, mm = s[:2], s[3:]
	case len(s) == 4:
		hh, mm = s[:2], s[2:]
	case len(s) == 2:
		hh = s
	default:
		return 0, false, false
	}
	h, ok1 := digits(hh)
	m, ok2 := digits(mm)
	if !ok1 || !ok2 || h > 14 || m > 59 {
		return 0, false, false
	}
	return sign * int64(h*3600+m*60), true, true
}

func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// civil gives the days from 1970-01-01 to a day of the Gregorian calendar: the
// year is taken to begin in March, so that the leap day is its last.
func civil(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + d - 1
	return int64(era*146_097+yearOfEra*365+yearOfEra/4-yearOfEra/100+dayOfYear) - 719_468
}
