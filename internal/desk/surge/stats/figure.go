package stats

import (
	"strings"

	"entente/internal/core/fault"
)

// Key names a figure; --explain takes its word.
type Key uint8

// The figures. The first two are of the surge's rows, all others of its cases.
const (
	Accepted Key = iota
	Routed
	Notified
	Delivered
	Acknowledged
	Bounced
	Down
	DownSeizure
	DownProducer
	DownOwner
	DownSilence90
	DownSilence14
	Claimed
	Gone
	Ended
	Open
	Unknown
	CameBack
	Unreported
	Followed
	FollowedDown
	LeftGone
	LeftRecent
	LeftUnjudged
	keys
)

// of says what a figure's denominator is.
type of uint8

const (
	ofRows of = iota
	ofObservations
	ofCases
	ofNotified
	ofEnded       // cases that were down, claimed or closed once
	ofNotNotified // cases that were not notified
	ofFollowed
)

var ofWords = [...]string{"rows", "observations", "cases", "notified", "down, claimed or closed once", "not notified", "followed"}

// definition is what a figure is called and how it comes about.
type definition struct {
	key    string
	name   string
	of     of
	method string
}

var definitions = [keys]definition{
	Accepted:      {"rows-accepted", "rows accepted", ofRows, "Rows that gave an observation, of the rows of the surge's first complete run; frozen since."},
	Routed:        {"observations-routed", "observations routed", ofObservations, "Observations with an owner, of those of the surge's first complete run; frozen since."},
	Notified:      {"notified", "notified", ofCases, "A person released a report of the case. Of all cases of the surge but held ones."},
	Delivered:     {"delivered", "delivered", ofNotified, "The report reached its owner's door."},
	Acknowledged:  {"acknowledged", "acknowledged", ofNotified, "The owner said that he saw it."},
	Bounced:       {"bounced", "bounced", ofNotified, "The report came back at least once."},
	Down:          {"down", "down", ofNotified, "Evidence says that it went down after it was reported, and it has not returned. The sum of the five grades."},
	DownSeizure:   {"down-seizure", "down, seizure", ofNotified, "A person recorded a seizure with its reference."},
	DownProducer:  {"down-producer", "down, producer", ofNotified, "The feed itself says offline or delisted."},
	DownOwner:     {"down-owner", "down, owner", ofNotified, "The owner said so, and 14 covered days of silence followed."},
	DownSilence90: {"down-silence-90", "down, silence of 90 days", ofNotified, "90 covered days without a sighting."},
	DownSilence14: {"down-silence-14", "down, silence of 14 days", ofNotified, "14 covered days without a sighting. Some of these come back: see returns."},
	Claimed:       {"claimed", "claimed, not verified", ofNotified, "The owner says that it is down; no evidence says so yet."},
	Gone:          {"gone-before", "gone before the report", ofNotified, "Down, but since before it was reported: no effect of the report."},
	Ended:         {"ended", "ended without evidence", ofNotified, "Closed or suppressed without evidence that it is down."},
	Open:          {"open", "still open", ofNotified, "None of these: it is up, or silent for fewer than 14 covered days."},
	Unknown:       {"unknown", "unknown", ofNotified, "Not seen lately, and its silence cannot be judged: no day is covered since."},
	CameBack:      {"returned", "returned at least once", ofEnded, "Seen again after it was down, claimed down or closed. Of the notified cases that were one of these once."},
	Unreported:    {"down-unreported", "down without a report", ofNotNotified, "Down by evidence, of the cases that nobody was told of."},
	Followed:      {"followed", "followed", ofNotified, "Followed from the report on; the time to down rests on these."},
	FollowedDown:  {"followed-down", "down while followed", ofFollowed, "Went down up to the time up to which all is known."},
	LeftGone:      {"left-silent", "not followed: silent before", ofNotified, "Down or silent already when it was reported."},
	LeftRecent:    {"left-recent", "not followed: too recent", ofNotified, "Reported after the time up to which all is known."},
	LeftUnjudged:  {"left-unjudged", "not followed: unjudged", ofNotified, "Not seen since it was reported, and its silence cannot be judged."},
}

// String gives the figure's word.
func (k Key) String() string { return definitions[k].key }

// Keys lists the words of the figures that have cases behind them.
func Keys() []string {
	out := make([]string, 0, keys)
	for k := Notified; k < keys; k++ {
		out = append(out, k.String())
	}
	return out
}

// ParseKey finds a figure that has cases behind it.
func ParseKey(word string) (Key, error) {
	for k := Notified; k < keys; k++ {
		if definitions[k].key == word {
			return k, nil
		}
	}
	return 0, fault.Newf(fault.Usage, "use one of "+strings.Join(Keys(), ", "), "%q is no figure with cases behind it", word)
}

// gradeKeys gives the figure of each grade of evidence.
var gradeKeys = [...]Key{Silence14: DownSilence14, Silence90: DownSilence90, Owner: DownOwner, Producer: DownProducer, Seizure: DownSeizure}

// Figure is a number with all that belongs to it.
type Figure struct {
	Key         Key
	Name        string
	Numerator   int64
	Denominator int64
	Of          string // what the denominator counts
	Method      string
}

// LeastForRate is the smallest denominator of which a rate is given.
const LeastForRate = 10

// Rate gives the share; false below n = 10.
func (f *Figure) Rate() (float64, bool) {
	if f.Denominator < LeastForRate {
		return 0, false
	}
	return float64(f.Numerator) / float64(f.Denominator), true
}
