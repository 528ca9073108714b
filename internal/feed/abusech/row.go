package abusech

import (
	"strings"
	"time"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/feed/clock"
)

// row is a CSV row with its columns by name.
type row struct {
	at     map[string]int
	fields []string
	used   []bool
	obs    feed.Observation
	now    time.Time
}

// get gives a column and marks it as used; "" if it is absent.
func (r *row) get(name string) string {
	i, ok := r.at[name]
	if !ok || i >= len(r.fields) {
		return ""
	}
	r.used[i] = true
	return strings.TrimSpace(r.fields[i])
}

// clock reads a time of abuse.ch, which is UTC without saying so.
func (r *row) clock(field string) (int64, feed.Reason) {
	text := r.get(field)
	if text == "" {
		return 0, feed.NoTime
	}
	t, ok := clock.ISO(text)
	if !ok {
		return 0, feed.BadTime
	}
	return t.UTC(time.UTC, r.now)
}

// port reads a port of 1 to 65535 without leading zeros.
func port(s string) (uint16, bool) {
	if s == "" || len(s) > 5 || s[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return uint16(n), n <= 65535
}

// address reads an address into the observation.
func (r *row) address(field string) (feed.Reason, string) {
	text := r.get(field)
	if text == "" {
		return feed.NoValue, field
	}
	v, err := value.ParseIP(text)
	if err != nil {
		return feed.BadValue, field
	}
	r.obs.Value = v
	return 0, ""
}
