package surge

import (
	"errors"
	"slices"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/life"
)

// Deed is what a person does with cases. What its step does not ask for is left
// zero.
type Deed struct {
	Step      life.Step
	Reason    string    // what the person says of it
	Reference string    // verify: the record of the seizure
	As        string    // close: one of ClosingWords
	To        string    // transfer: the new owner
	At        time.Time // when it happened; zero: now
	Until     time.Time // accept
}

// Done is what a deed did with a case.
type Done struct {
	ID   string
	From life.State
	To   life.State
}

// ClosingWords are the words by which a person closes a case; the program has
// silence and seizure of its own.
func ClosingWords() []string { return []string{"fixed", "false", "accepted", "other"} }

// check refuses a deed that lacks what its step asks for.
func (deed *Deed) check(now time.Time) error {
	needs := func(ok bool, what, flag string) error {
		if ok {
			return nil
		}
		return fault.Newf(fault.Usage, "give it with "+flag, "%s needs %s", deed.Step, what)
	}
	var err error
	switch deed.Step {
	case life.Bounce, life.Acknowledge, life.Take, life.Claim:
	case life.Dispute, life.Hold:
		err = needs(strings.TrimSpace(deed.Reason) != "", "a reason", "--reason TEXT")
	case life.Transfer:
		err = needs(deed.To != "", "the new owner", "--to ORG")
	case life.Accept:
		err = errors.Join(needs(!deed.Until.IsZero(), "the day until which it is accepted", "--until DAY"),
			needs(strings.TrimSpace(deed.Reason) != "", "a reason", "--reason TEXT"))
	case life.Verify:
		err = errors.Join(needs(strings.TrimSpace(deed.Reference) != "", "the record of the seizure", "--seizure REFERENCE"),
			needs(!deed.At.IsZero(), "the time of the record", "--at TIME"))
	case life.Close:
		if !slices.Contains(ClosingWords(), deed.As) {
			err = fault.Newf(fault.Usage, "use "+strings.Join(ClosingWords(), ", "), "a case cannot be closed as %q", deed.As)
		}
	default:
		err = fault.Newf(fault.Usage, "see `entente case --help`", "no person can %s a case", deed.Step)
	}
	if err == nil && deed.At.After(now) {
		err = fault.New(fault.Usage, "the time lies in the future", "give the time at which it happened, or none for now")
	}
	return err
}

// change is the deed with one case.
func (deed *Deed) change(no int64, now time.Time) life.Change {
	c := life.Change{No: no, At: now.UnixMicro(), Reason: deed.Reason}
	if !deed.At.IsZero() {
		c.Of = deed.At.UnixMicro()
	}
	switch deed.Step {
	case life.Accept:
		c.Until = deed.Until.UnixMicro()
	case life.Verify:
		c.Grade, c.Down = life.Seizure, c.Of
	case life.Close:
		c.Reason = deed.As
	}
	return c
}

// body is what the act of a deed says: states, times and ids, never what somebody
// wrote.
func (deed *Deed) body(from, to life.State, now time.Time) map[string]any {
	b := map[string]any{"from": from.String(), "to": to.String()}
	if !deed.At.IsZero() && !deed.At.Equal(now) {
		b["at"] = deed.At.UnixMicro()
	}
	switch deed.Step {
	case life.Transfer:
		b["owner"] = deed.To
	case life.Accept:
		b["until"] = deed.Until.UnixMicro()
	case life.Verify:
		b["grade"] = life.Seizure.String()
	case life.Close:
		b["as"] = deed.As
	}
	return b
}
