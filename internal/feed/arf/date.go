package arf

import (
	"net/mail"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"
)

// zones are the names of zones that mails may write and that have one meaning
// (RFC 5322, section 4.3). Others are no zone.
var zones = map[string]string{
	"UT": "+0000", "UTC": "+0000", "GMT": "+0000", "Z": "+0000",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500",
	"MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}

// date reads a time of a mail, or one as other feeds write it.
func (r *reader) date(s string) (int64, feed.Reason) {
	s = strings.TrimSpace(uncomment(s))
	if t, ok := clock.Text(s); ok {
		return t.UTC(r.zone, r.opt.Now)
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		return 0, feed.NoTime
	}
	last := &words[len(words)-1]
	offset, named := zones[strings.ToUpper(*last)]
	if named {
		*last = offset
	}
	text := strings.Join(words, " ")
	if (*last)[0] == '+' || (*last)[0] == '-' {
		for _, layout := range []string{"Jan 2 2006 15:04:05 -0700", "Mon Jan 2 15:04:05 2006 -0700", time.RFC1123Z} {
			if t, err := time.Parse(layout, text); err == nil {
				return bounded(t, r.opt.Now)
			}
		}
		if t, err := mail.ParseDate(text); err == nil {
			return bounded(t, r.opt.Now)
		}
		return 0, feed.BadTime
	}
	// without a zone, or with a name that may mean several
	if letters(*last) {
		text = strings.Join(words[:len(words)-1], " ")
	}
	if t, err := mail.ParseDate(text + " +0000"); err == nil {
		naive := clock.Time{Micros: t.UnixMicro()}
		if letters(*last) {
			return 0, feed.NoZone
		}
		return naive.UTC(r.zone, r.opt.Now)
	}
	return 0, feed.BadTime
}

func bounded(t, now time.Time) (int64, feed.Reason) {
	if m := t.UnixMicro(); clock.Bounds(m, now) {
		return m, 0
	}
	return 0, feed.BadTime
}

func letters(s string) bool {
	for _, c := range s {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return s != ""
}

// uncomment drops what a mail's date has in parentheses.
func uncomment(s string) string {
	before, rest, ok := strings.Cut(s, "(")
	if !ok {
		return s
	}
	_, after, _ := strings.Cut(rest, ")")
	return before + " " + after
}
