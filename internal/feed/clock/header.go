package clock

import (
	"bytes"
	"strings"
	"time"

	"entente/internal/feed"
)

// layouts are the other ways in which lists state when they were made. All
// name their zone, or none.
var layouts = [...]string{
	time.RFC1123Z, "Mon, _2 Jan 2006 15:04:05 -0700", time.RFC1123, "Mon, _2 Jan 2006 15:04:05 MST", "_2 Jan 2006 15:04:05 -0700",
	"Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 2006", "_2 Jan 2006 15:04:05 MST", "_2 Jan 2006 15:04:05",
	"2006/01/02 15:04:05 MST", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "_2 January 2006", "_2 Jan 2006",
}

// Text reads a time as ISO does, and in the spellings of mail, HTTP and
// date(1). Of named zones only UTC and GMT count: other letters mean different
// offsets to different people, and such a text is no time.
func Text(s string) (Time, bool) {
	s = strings.TrimSpace(s)
	s = strings.NewReplacer("(UTC)", "UTC", "(GMT)", "GMT").Replace(s)
	if t, ok := ISO(s); ok {
		return t, true
	}
	for _, l := range layouts {
		t, err := time.Parse(l, s)
		if err != nil {
			continue
		}
		zoned := strings.Contains(l, "-0700")
		if strings.Contains(l, "MST") {
			if name, _ := t.Zone(); name != "UTC" && name != "GMT" {
				return Time{}, false
			}
			zoned = true
		}
		return Time{Micros: t.UnixMicro(), Zoned: zoned, Day: !strings.Contains(l, "15:04")}, true
	}
	return Time{}, false
}

// made are the words after which a list states when it was made.
var made = [...]string{"last-modified", "last modified", "last updated", "last update", "generated at", "generated on", "generated", "updated", "created", "date", "timestamp"}

// Header finds in the comment lines at the beginning of head when the file was
// made ("# Last updated: 2026-05-27 11:55:03 UTC"). A comment that says that
// all times are UTC declares the zone of a naive one.
func Header(head []byte) (Time, bool) {
	var found Time
	var ok, utc bool
	for range 200 {
		line, rest, more := bytes.Cut(head, []byte("\n"))
		text := strings.TrimSpace(strings.Trim(strings.TrimSpace(string(line[:min(len(line), 400)])), "#;/!* \t"))
		if len(line) > 0 && !comment(line) {
			break
		}
		low := strings.ToLower(text)
		if strings.Contains(low, "times are in utc") || strings.Contains(low, "times are utc") || strings.Contains(low, "timestamps are in utc") {
			utc = true
		}
		if !ok {
			found, ok = stated(text, low)
		}
		if !more {
			break
		}
		head = rest
	}
	if ok && !found.Zoned && utc {
		found.Zoned = true
	}
	return found, ok
}

func comment(line []byte) bool {
	line = bytes.TrimLeft(line, "\xef\xbb\xbf \t\r")
	return len(line) == 0 || line[0] == '#' || line[0] == ';' || line[0] == '!' || bytes.HasPrefix(line, []byte("//"))
}

// stated reads "... last updated: TIME".
func stated(text, low string) (Time, bool) {
	if strings.Contains(low, "expires") || len(low) != len(text) {
		return Time{}, false
	}
	for _, word := range made {
		i := strings.Index(low, word)
		if i < 0 {
			continue
		}
		t, ok := Text(strings.TrimLeft(text[i+len(word):], ":= \t"))
		if ok {
			return t, true
		}
	}
	return Time{}, false
}

// InName finds the day in a file's name (2026-11-24, 20261124, 2026_11_24).
func InName(name string) (Time, bool) {
	for i := 0; i+8 <= len(name); i++ {
		if i > 0 && name[i-1] >= '0' && name[i-1] <= '9' {
			continue
		}
		for _, n := range []int{10, 8} {
			if i+n > len(name) || i+n < len(name) && name[i+n] >= '0' && name[i+n] <= '9' {
				continue
			}
			s := name[i : i+n]
			if n == 8 {
				s = s[:4] + "-" + s[4:6] + "-" + s[6:]
			} else if (s[4] == '-' || s[4] == '_' || s[4] == '.') && s[7] == s[4] {
				s = s[:4] + "-" + s[5:7] + "-" + s[8:]
			}
			if t, ok := ISO(s); ok && Bounds(t.Micros, time.Time{}) {
				return t, true
			}
		}
	}
	return Time{}, false
}

// AsOf gives the time of a list: what the person said, else what its header
// says, else the day in its name, else when its file was last changed. It is
// never now. A header's naive time counts only with a declared zone; a day
// without hours is that day's beginning, in the declared zone or UTC. Found is
// false where nothing says it.
func AsOf(in feed.Input, head []byte, name string) (at time.Time, found bool) {
	o := in.Options
	if !o.AsOf.IsZero() {
		return o.AsOf, Bounds(o.AsOf.UnixMicro(), o.Now)
	}
	h, ok := Header(head)
	if ok {
		if at, ok := settle(h, o); ok {
			return at, true
		}
	}
	if n, ok := InName(name); ok {
		if at, ok := settle(n, o); ok {
			return at, true
		}
	}
	if !in.ModTime.IsZero() && Bounds(in.ModTime.UnixMicro(), o.Now) {
		return in.ModTime, true
	}
	return time.Time{}, false
}

func settle(t Time, o feed.Options) (time.Time, bool) {
	zone := o.Zone
	if zone == nil && t.Day {
		zone = time.UTC
	}
	m, why := t.UTC(zone, o.Now)
	return time.UnixMicro(m).UTC(), why == 0
}
