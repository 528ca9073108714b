package sample

import (
	"strings"

	"entente/internal/feed"
)

// spoil writes one row that is broken in one of the ways of real reports.
func (s *ssWriter) spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason) {
	from := len(b)
	s.fill(d, o)
	l := &s.line
	acting := s.report.kind == byAddress || s.report.kind == byHost || s.report.kind == byPlain
	l.badPort = acting && s.report.kind != byPlain && n%8 == 6
	b = s.write(b)
	if l.badPort {
		l.badPort = false
		return b, feed.BadPort
	}
	row, why := string(b[from:]), feed.BadTime
	when := string(l.clock.append(nil, ' '))
	switch n % 8 {
	case 0:
		row, why = strings.Replace(row, when, when+"\x00", 1), feed.BadText
	case 1:
		row = strings.Replace(row, when, "1970-01-01 00:00:00", 1)
	case 2:
		row = strings.Replace(row, when, "2999-12-31 23:59:59", 1)
	case 3:
		row, why = strings.Replace(row, `"`+when+`"`, "", 1), feed.NoTime
	case 4:
		if acting && l.addr.Is4() {
			row, why = strings.Replace(row, `"`+l.addr.String()+`"`, `"198.018.001.002"`, 1), feed.BadValue
			break
		}
		row = strings.Replace(row, when, "24/11/26 8am", 1)
	case 5:
		if acting { // cut off after the first field
			row, why = row[:strings.IndexByte(row, ',')]+"\n", feed.BadRow
			break
		}
		row = strings.Replace(row, when, "2026-02-31 08:00:00", 1)
	default:
		row = strings.Replace(row, when, "yesterday", 1)
	}
	return append(b[:from], row...), why
}
