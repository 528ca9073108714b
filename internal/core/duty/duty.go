// Package duty owns clocks as data: which deadline applies, where it is
// written, and when it ends. It imports core/fault only; never infra, a desk
// or a door.
package duty

import (
	"time"

	"entente/internal/core/fault"
)

// Unit is what a profile's length is counted in.
type Unit uint8

// The units. A day is a calendar day in the zone of the one who owes the duty,
// so that a day with a change of the clock still ends at the same hour.
const (
	Hours Unit = iota + 1
	Days
)

// String gives the unit's word.
func (u Unit) String() string {
	switch u {
	case Hours:
		return "hours"
	case Days:
		return "days"
	}
	return ""
}

// ParseUnit finds a unit by its word.
func ParseUnit(word string) (Unit, error) {
	switch word {
	case "hours", "hour":
		return Hours, nil
	case "days", "day":
		return Days, nil
	}
	return 0, fault.Newf(fault.Invalid, "use hours or days", "%.40q is no unit of a duty", word)
}

// Profile is a deadline as a rule states it. A changed rule is a new version;
// duties keep the version under which they began.
type Profile struct {
	Name     string // short word, e.g. "nis2-early-warning"
	Version  int
	Title    string // one line for people
	Citation string // where it is written, precise enough to be looked up
	Length   int    // number of units
	Unit     Unit
}

// Check tells whether p can serve as a profile.
func (p Profile) Check() error {
	if p.Name == "" || p.Version < 1 || p.Citation == "" || p.Length < 1 || p.Unit != Hours && p.Unit != Days {
		return fault.Newf(fault.Invalid, "give it a name, a version from 1, a citation, a length and hours or days",
			"the duty profile %q is not complete", p.Name)
	}
	return nil
}

// Due gives the moment the duty ends when it began at start. Days are counted
// in zone (nil: UTC).
func (p Profile) Due(start time.Time, zone *time.Location) time.Time {
	if p.Unit == Days {
		if zone == nil {
			zone = time.UTC
		}
		return start.In(zone).AddDate(0, 0, p.Length).UTC()
	}
	return start.Add(time.Duration(p.Length) * time.Hour).UTC()
}

// Duty is one running clock.
type Duty struct {
	ID      int64
	Item    [16]byte
	Profile string
	Version int
	Start   int64  // microseconds since 1970 UTC
	Due     int64  // microseconds since 1970 UTC
	Org     string // who owes it
	Done    int64  // when it was met; 0 while it runs
}

// State says how a duty stands.
type State uint8

// The states.
const (
	Running State = iota + 1
	Overdue
	Met
	MetLate
)

// String gives the state's word.
func (s State) String() string {
	return [...]string{"", "running", "overdue", "met", "met late"}[min(s, MetLate)]
}

// State tells how d stands at now (microseconds since 1970 UTC). A duty met at
// the very moment it is due is met.
func (d Duty) State(now int64) State {
	switch {
	case d.Done != 0 && d.Done <= d.Due:
		return Met
	case d.Done != 0:
		return MetLate
	case now > d.Due:
		return Overdue
	}
	return Running
}
