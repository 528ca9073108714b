package life

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"entente/internal/core/duty"
	"entente/internal/core/fault"
	"entente/internal/core/rsit"
)

// Duty is what is owed in a case, and by whom: a report by us, an answer and then
// action by the owner. The numbers are stored.
type Duty uint8

// The duties.
const (
	Send   Duty = iota + 1 // from when the owner is known, until the case is reported
	Answer                 // from the report, until the owner acknowledges
	Act                    // from the report, until the owner claims that it is down, or it is
	beyondDuty
)

var dutyWords = [beyondDuty]string{"", "send", "acknowledge", "act"}

// String gives the duty's word.
func (d Duty) String() string {
	if d < beyondDuty {
		return dutyWords[d]
	}
	return "damaged"
}

// Clock names a deadline: a duty in cases of a class.
type Clock struct {
	Class rsit.Class
	Duty  Duty
}

// Deadlines gives the profile of every clock.
type Deadlines map[Clock]duty.Profile

// The profiles of the defaults, by the word under which entente.yaml changes them.
var profiles = []struct {
	word string
	fits func(rsit.Class) bool
	long [beyondDuty]string
}{
	{"takedown", func(c rsit.Class) bool {
		return c == rsit.C2Server || c == rsit.MalwareDistribution || c == rsit.MalwareConfiguration || c == rsit.Phishing
	}, [...]string{"", "1 hour", "4 hours", "24 hours"}},
	{"vulnerable", func(c rsit.Class) bool { return c.Taxonomy() == "vulnerable" }, [...]string{"", "24 hours", "7 days", "30 days"}},
	{"compromise", func(rsit.Class) bool { return true }, [...]string{"", "24 hours", "3 days", "7 days"}},
}

const defaultCitation = "Entente default, research: deadlines by class of problem, docs/case-life.md; no legal source"

// ProfileOf gives the word of the profile that a class has.
func ProfileOf(c rsit.Class) string {
	for _, p := range profiles {
		if p.fits(c) {
			return p.word
		}
	}
	return ""
}

// DefaultDeadlines gives the deadlines that hold where nobody says otherwise.
func DefaultDeadlines() Deadlines {
	out := Deadlines{}
	for _, p := range profiles {
		for d := Send; d < beyondDuty; d++ {
			for _, c := range rsit.All() {
				if ProfileOf(c) == p.word {
					out.set(c, d, p.long[d], defaultCitation)
				}
			}
		}
	}
	return out
}

var lengthForm = regexp.MustCompile(`^([1-9][0-9]{0,4}) ?(hours?|days?)$`)

func (l Deadlines) set(c rsit.Class, d Duty, long, citation string) bool {
	m := lengthForm.FindStringSubmatch(long)
	if m == nil {
		return false
	}
	n, _ := strconv.Atoi(m[1])
	unit, _ := duty.ParseUnit(m[2])
	l[Clock{c, d}] = duty.Profile{Name: c.String() + "." + d.String(), Version: 1, Title: fmt.Sprintf("%s: %s", c, d), Citation: citation, Length: n, Unit: unit}
	return true
}

// DeadlineKeys gives the keys under which a deadline may be changed: PROFILE.DUTY
// or CLASS.DUTY.
func DeadlineKeys() (out []string) {
	var heads []string
	for _, p := range profiles {
		heads = append(heads, p.word)
	}
	for _, c := range rsit.All() {
		if !c.Context() {
			heads = append(heads, c.String())
		}
	}
	for _, h := range heads {
		for d := Send; d < beyondDuty; d++ {
			out = append(out, h+"."+d.String())
		}
	}
	return out
}

// ParseDeadlines gives the defaults with what the operator changed, by DeadlineKeys.
// A class goes before its profile.
func ParseDeadlines(changed map[string]string, source string) (Deadlines, error) {
	out := DefaultDeadlines()
	for _, byClass := range []bool{false, true} {
		for key, long := range changed {
			head, word, _ := strings.Cut(key, ".")
			d := Duty(0)
			for x := Send; x < beyondDuty; x++ {
				if x.String() == word {
					d = x
				}
			}
			class, known := rsit.Parse(head)
			if known != byClass || d == 0 {
				continue
			}
			for _, c := range rsit.All() {
				if (known && c == class || !known && ProfileOf(c) == head) && !out.set(c, d, long, "configured in "+source) {
					return nil, fault.Newf(fault.Invalid, "write it as 4 hours or 7 days", "the deadline %s: %q has no length", key, long)
				}
			}
		}
	}
	return out, nil
}
