package report

// appendTime appends a time of so many microseconds since 1970 as RFC 3339 in
// UTC, with as many decimals as it has and at least min of them (0, 3 or 6).
// Nothing is appended for 0, which means none.
func appendTime(b []byte, micros int64, min int, zone string) []byte {
	if micros == 0 {
		return b
	}
	const day = 24 * 3600 * 1_000_000
	days := micros / day
	rest := micros % day
	if rest < 0 {
		rest += day
		days--
	}
	y, m, d := civil(days)
	b = append4(b, y)
	b = append(b, '-')
	b = append2(b, m)
	b = append(b, '-')
	b = append2(b, d)
	b = append(b, 'T')
	secs := int(rest / 1_000_000)
	b = append2(b, secs/3600)
	b = append(b, ':')
	b = append2(b, secs/60%60)
	b = append(b, ':')
	b = append2(b, secs%60)
	micro := int(rest % 1_000_000)
	digits := min
	if micro%1000 != 0 {
		digits = 6
	} else if micro != 0 && digits < 3 {
		digits = 3
	}
	if digits > 0 {
		b = append(b, '.')
		b = append(b, byte('0'+micro/100000), byte('0'+micro/10000%10), byte('0'+micro/1000%10))
		if digits == 6 {
			b = append(b, byte('0'+micro/100%10), byte('0'+micro/10%10), byte('0'+micro%10))
		}
	}
	return append(b, zone...)
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar. The
// year is counted from March so that a leap day is the last of its year.
func civil(days int64) (y, m, d int) {
	days += 719468 // 0000-03-01
	era := days / 146097
	if days < 0 {
		era = (days - 146096) / 146097
	}
	doe := int(days - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + int(era)*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func append2(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

func append4(b []byte, n int) []byte {
	return append(b, byte('0'+n/1000%10), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
}
