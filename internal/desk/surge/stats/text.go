package stats

import (
	"fmt"
	"strconv"
)

// Sentence says the lag in words.
func (l Lag) Sentence() string {
	if l.Feeds == 0 {
		return "Nobody was notified, so nothing was followed."
	}
	if l.Judged == 0 {
		return "No feed of these cases has 14 covered days yet, so silence proves nothing: a case that nobody saw again is followed " +
			"up to its last sighting only, and times to down come out too long."
	}
	until := l.Latest.Format("2 Jan 2006")
	if !l.Earliest.Equal(l.Latest) {
		until = l.Earliest.Format("2 Jan 2006") + " to " + until + ", by feed"
	}
	s := "Silence proves its first day only on day 15, so all is known up to " + until +
		" alone: the curve ends there, and what went down since is not in it."
	if n := l.Feeds - l.Judged; n > 0 {
		s += fmt.Sprintf(" %d of %d feeds have no 14 covered days yet; their cases are followed up to their last sighting.", n, l.Feeds)
	}
	return s
}

// TimesMethod says how times to down come about.
const TimesMethod = "Product-limit estimate (Kaplan and Meier) of the hours from the first report to down; cases not down are censored, " +
	"those that returned are not down. Intervals are of 95 percent, by Brookmeyer and Crowley on the log(-log) scale."

// Sentence says what is compared with.
func (b *Baseline) Sentence() string {
	if b.Surge != "" {
		return "Compared with the notified cases of the surge " + strconv.Quote(b.Surge) + " of the same classes, measured the same way."
	}
	return fmt.Sprintf("Compared with natural remediation: cases of the same classes outside the surge, first seen in the %d weeks before its opening "+
		"(%s to %s), followed from their first sighting until then or until they were reported.",
		BaselineWeeks, b.From.Format("2 Jan 2006"), b.To.Format("2 Jan 2006"))
}

// Span writes hours for people: hours below three days, else days.
func Span(hours uint32) string {
	if hours < 72 {
		return strconv.Itoa(int(hours)) + " h"
	}
	return strconv.FormatFloat(float64(hours)/24, 'f', 1, 64) + " d"
}
