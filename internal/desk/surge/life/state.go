// Package life owns what may become of a case: its states, the steps between them
// as one table, how good the evidence is that it is down, the row that keeps what
// its life brought, and until when somebody must act. It may import core,
// infra/store and infra/record; it knows a case by its number and id, and of the
// desk's tables the state of a case and case_life alone.
package life

import "strings"

// State is where a case stands. The numbers are stored: never reorder them.
type State uint8

// The states, as docs/case-life.md describes them.
const (
	None State = iota // there is no case yet
	New
	Routed
	Held
	Reported
	Acknowledged
	Acting
	ClaimedDown
	VerifiedDown
	Closed
	Suppressed
	Undeliverable
	Disputed
	Transferred
	AcceptedUntil
	Returned
	states
)

var stateWords = [states]string{"", "new", "routed", "held", "reported", "acknowledged", "acting", "claimed-down", "verified-down",
	"closed", "suppressed", "undeliverable", "disputed", "transferred", "accepted-until", "returned"}

// String gives the state's word; "" for none.
func (s State) String() string {
	if s < states {
		return stateWords[s]
	}
	return "damaged"
}

// ParseState finds a state by its word.
func ParseState(word string) (State, bool) {
	for s := New; s < states; s++ {
		if stateWords[s] == word {
			return s, true
		}
	}
	return None, false
}

// Words gives the words of all states in the order of their numbers.
func Words() []string { return append([]string(nil), stateWords[1:]...) }

// Open tells whether something is still to be done about a case in s. A held case
// is open.
func (s State) Open() bool { return open.Has(s) }

// Down tells whether a sighting may return a case in s.
func (s State) Down() bool { return down.Has(s) }

// Set is a set of states.
type Set uint32

func setOf(list ...State) (t Set) {
	for _, s := range list {
		t |= 1 << s
	}
	return t
}

// Has tells whether s is in the set.
func (t Set) Has(s State) bool { return s < states && t>>s&1 == 1 }

// States lists the set in the order of the numbers.
func (t Set) States() (out []State) {
	for s := None; s < states; s++ {
		if t.Has(s) {
			out = append(out, s)
		}
	}
	return out
}

var (
	every = Set(1<<states - 1 - 1<<None)
	open  = every &^ setOf(Suppressed, VerifiedDown, Closed)
	free  = open &^ setOf(Held) // open, and seen by reports
	down  = setOf(ClaimedDown, VerifiedDown, Closed)
)

// String names the set as the pages do.
func (t Set) String() string {
	var words []string
	add := func(all Set, word string) {
		if t&all == all {
			t &^= all
			words = append(words, word)
		}
	}
	add(every&^setOf(Held), "every state but held")
	add(free, "every open state but held")
	for _, s := range t.States() {
		if s == None {
			words = append(words, "nothing")
			continue
		}
		words = append(words, s.String())
	}
	return strings.Join(words, ", ")
}
