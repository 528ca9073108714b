package life

import (
	"fmt"
	"strings"

	"entente/internal/core/fault"
)

// Step is one way from state to state.
type Step uint8

// The steps.
const (
	Open Step = iota + 1 // a first observation
	Route
	Release // from a hold
	Report
	Bounce
	Acknowledge
	Take
	Claim
	Dispute
	Transfer
	Accept
	Lapse
	Hold
	Suppress
	Restore
	Verify
	Close
	Return
	Reinstate // what a replay had closed shows again
	steps
)

// Who says by whom a step is done.
type Who uint8

// Who does a step.
const (
	System Who = iota + 1
	Person
	Both
)

// String gives the words of the page.
func (w Who) String() string { return [...]string{"", "system", "person", "system or person"}[w] }

// Transition is a row of the table: a step that is legal in the states From, and
// where it leads. Where it leads to more than one state, the owner decides
// between new and routed (new is for the pool), and what a hold interrupted
// decides for release.
type Transition struct {
	Step Step
	From Set
	To   []State
	Who  Who
}

// words of the steps: as docs and acts call them, as a person would call them in
// "it cannot be ...", and the command that does it.
var words = [steps]struct{ name, done, command string }{
	Open:        {"open", "opened", ""},
	Route:       {"route", "given an owner by routing", ""},
	Release:     {"release", "released", "hold release"},
	Report:      {"report", "reported", "report release"},
	Bounce:      {"bounce", "marked as undeliverable", "case bounce"},
	Acknowledge: {"acknowledge", "acknowledged", "case ack"},
	Take:        {"take", "taken", "case take"},
	Claim:       {"claim", "claimed to be down", "case claim"},
	Dispute:     {"dispute", "disputed", "case dispute"},
	Transfer:    {"transfer", "transferred", "case transfer"},
	Accept:      {"accept", "accepted", "case accept"},
	Lapse:       {"lapse", "taken up again because its day has come", ""},
	Hold:        {"hold", "held", "case hold"},
	Suppress:    {"suppress", "suppressed", ""},
	Restore:     {"restore", "restored", ""},
	Verify:      {"verify", "verified as down", "case verify"},
	Close:       {"close", "closed", "case close"},
	Return:      {"return", "returned by a sighting", ""},
	Reinstate:   {"reinstate", "reinstated", ""},
}

// String gives the step's word.
func (s Step) String() string {
	if s > 0 && s < steps {
		return words[s].name
	}
	return "damaged"
}

// Steps gives all steps.
func Steps() (out []Step) {
	for s := Open; s < steps; s++ {
		out = append(out, s)
	}
	return out
}

// table is everything that is legal.
var table = []Transition{
	{Open, setOf(None), []State{New, Routed, Held}, System},
	{Route, setOf(New), []State{Routed}, System},
	{Route, setOf(Routed), []State{New}, System},
	{Release, setOf(Held), []State{New, Routed, VerifiedDown, Closed, Suppressed}, Both},
	{Report, setOf(Routed, Transferred, Returned, Undeliverable, Disputed), []State{Reported}, Person},
	{Bounce, setOf(Reported), []State{Undeliverable}, Both},
	{Acknowledge, setOf(Reported, Undeliverable, Returned, Disputed), []State{Acknowledged}, Person},
	{Take, setOf(Reported, Acknowledged, Disputed, Returned), []State{Acting}, Person},
	{Claim, setOf(Reported, Acknowledged, Acting, Disputed, Returned, AcceptedUntil, Undeliverable), []State{ClaimedDown}, Person},
	{Dispute, setOf(Reported, Acknowledged, Acting, Returned, Undeliverable), []State{Disputed}, Person},
	{Transfer, free, []State{Transferred}, Both},
	{Accept, setOf(Reported, Acknowledged, Acting, Disputed, Returned), []State{AcceptedUntil}, Person},
	{Lapse, setOf(AcceptedUntil), []State{Acknowledged}, System},
	{Hold, every &^ setOf(Held), []State{Held}, Both},
	{Suppress, free, []State{Suppressed}, System},
	{Restore, setOf(Suppressed), []State{New, Routed}, System},
	{Verify, free, []State{VerifiedDown}, Both},
	{Verify, setOf(VerifiedDown), []State{VerifiedDown}, Both},
	{Verify, setOf(Closed), []State{Closed}, Both},
	{Close, free | setOf(VerifiedDown, Suppressed), []State{Closed}, Both},
	{Return, down, []State{Returned}, System},
	{Reinstate, setOf(Closed), (every &^ setOf(Held, Closed)).States(), System},
}

// String gives the row as the page has it.
func (t Transition) String() string {
	var to []string
	for _, s := range t.To {
		to = append(to, s.String())
	}
	return fmt.Sprintf("| %s | %s | %s | %s |", t.Step, t.From, strings.Join(to, ", "), t.Who)
}

// Table gives everything that is legal.
func Table() []Transition { return append([]Transition(nil), table...) }

// find gives the row of the table for a step in a state.
func find(s State, step Step) (Transition, bool) {
	for _, t := range table {
		if t.Step == step && t.From.Has(s) {
			return t, true
		}
	}
	return Transition{}, false
}

// Leads tells whether some step leads from one state to another.
func Leads(from, to State) bool {
	for _, t := range table {
		if t.From.Has(from) && setOf(t.To...).Has(to) {
			return true
		}
	}
	return false
}

// illegal says why a step cannot be done, and what can.
func illegal(s State, step Step) error {
	return fault.Newf(fault.Conflict, Possible(s), "a case that is %s cannot be %s", s, words[step].done)
}

// Possible says which commands a person may use on a case in a state.
func Possible(s State) string {
	var list []string
	last := Step(0)
	for _, t := range table {
		if t.From.Has(s) && t.Who != System && t.Step != last {
			list = append(list, "`entente "+words[t.Step].command+"`")
			last = t.Step
		}
	}
	if len(list) == 0 {
		return "nothing can be done with it by hand"
	}
	return fmt.Sprintf("possible while it is %s: %s", s, strings.Join(list, ", "))
}
