package sample

import (
	"strings"

	"entente/internal/feed"
)

// spoilCSV breaks one good row of CSV in one of the ways real feeds do.
func spoilCSV(row string, n uint64, l *line) (string, feed.Reason) {
	when := string(l.clock.append(nil, ' '))
	ip := l.addr.String()
	switch n % 6 {
	case 0:
		return strings.Replace(row, when, "yesterday", 1), feed.BadTime
	case 1:
		return strings.Replace(row, when, "1970-01-01 00:00:00", 1), feed.BadTime
	case 2:
		return strings.Replace(row, when, "2999-12-31 23:59:59", 1), feed.BadTime
	case 3:
		return strings.Replace(row, `"`+when+`"`, "", 1), feed.NoTime
	case 4:
		if l.addr.Is4() {
			return strings.Replace(row, `"`+ip+`"`, `"198.018.001.002"`, 1), feed.BadValue
		}
		return strings.Replace(row, when, "24/11/26 8am", 1), feed.BadTime
	}
	return strings.Replace(row, when, when+"\x00", 1), feed.BadText
}
