// Package ledger owns acts: what an act says, its canonical bytes, the chain
// that ties acts together, and how a chain is checked without a database. It
// imports core/fault only; never infra, a desk or a door.
//
// # Canonical bytes
//
// The canonical bytes of an act are its JSON object in the form of RFC 8785
// (JSON Canonicalization Scheme) with the members
//
//	actor       text: "local operator", "person:ID" or "program:NAME"
//	body        object of ids, counts and commitments; {} if there is none
//	commitment  64 hexadecimal digits, "" for none
//	id          UUID text
//	item        32 hexadecimal digits, "" for none
//	node        UUID text
//	org         organisation id, "" for none
//	prev        64 hexadecimal digits: the hash of the act before, zeros for the first
//	seq         number of the act within its node, from 1 without a hole
//	time        microseconds since 1970 UTC
//	v           1
//	verb        text such as "case.report"
//
// The hash of an act is SHA-256 of these bytes. They hold ids and salted
// commitments, never values, so that erasing a value breaks no chain.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/gowebpki/jcs"

	"entente/internal/core/fault"
)

// LocalOperator is the actor of the command line.
const LocalOperator = "local operator"

// Hash is a SHA-256 sum.
type Hash [32]byte

// ID identifies an act: a UUID of version 7.
type ID [16]byte

// String gives the UUID's text.
func (id ID) String() string { return uuid.UUID(id).String() }

// Act says who did what to which item, when, for which organisation.
type Act struct {
	ID     ID              // zero: the sequencer makes one
	Seq    int64           // given by the sequencer
	Time   int64           // microseconds since 1970 UTC
	Node   [16]byte        // the node that speaks
	Actor  string          // LocalOperator, "person:ID" or "program:NAME"
	Org    string          // for which organisation; "" for the node itself
	Verb   string          // what was done: words joined by dots
	Item   [16]byte        // to what; zero for none
	Commit Hash            // Commitment of what was said; zero for none
	Body   json.RawMessage // JSON object of ids, counts and commitments; nil for none
	Prev   Hash            // given by the sequencer
}

var (
	verbForm  = regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)+$`)
	actorForm = regexp.MustCompile(`^(local operator|(person|program):[A-Za-z0-9._-]{1,64})$`)
	orgForm   = regexp.MustCompile(`^([a-z0-9][a-z0-9-]{0,62})?$`)
)

// Check tells whether a may enter a chain: its words have their form, and its
// body is one JSON object in which no text is an address, an e-mail or a URL.
func (a Act) Check() error {
	wrong := func(text string) error {
		return fault.New(fault.Invalid, "the act cannot be recorded: "+text, "correct the command that made it")
	}
	switch {
	case !verbForm.MatchString(a.Verb):
		return wrong("its verb is not of the form thing.deed")
	case !actorForm.MatchString(a.Actor):
		return wrong("its actor is neither the local operator, nor person:ID, nor program:NAME")
	case !orgForm.MatchString(a.Org):
		return wrong("its organisation is no organisation id")
	case a.Time <= 0:
		return wrong("it has no time")
	case a.Node == [16]byte{}:
		return wrong("it names no node")
	}
	if len(a.Body) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	for depth, first := 0, true; ; first = false {
		tok, err := d.Token()
		if err != nil {
			return wrong("its body is no JSON")
		}
		switch v := tok.(type) {
		case json.Delim:
			if first && v != '{' {
				return wrong("its body is no JSON object")
			}
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if isValue(v) {
				return wrong("its body holds a value where only ids, counts and commitments may stand")
			}
		}
		if first && depth == 0 {
			return wrong("its body is no JSON object")
		}
		if depth == 0 {
			break
		}
	}
	if d.More() {
		return wrong("its body is more than one JSON object")
	}
	return nil
}

// isValue recognises what must never stand in an act. It knows the obvious
// forms only; the maker of an act is still bound to give ids.
func isValue(s string) bool {
	if strings.Contains(s, "@") || strings.Contains(s, "://") {
		return true
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

// wire is the canonical object.
type wire struct {
	Actor      string          `json:"actor"`
	Body       json.RawMessage `json:"body"`
	Commitment string          `json:"commitment"`
	ID         string          `json:"id"`
	Item       string          `json:"item"`
	Node       string          `json:"node"`
	Org        string          `json:"org"`
	Prev       string          `json:"prev"`
	Seq        int64           `json:"seq"`
	Time       int64           `json:"time"`
	V          int             `json:"v"`
	Verb       string          `json:"verb"`
}

// Canonical gives the act's canonical bytes. It fails when Body is no JSON.
func (a Act) Canonical() ([]byte, error) {
	w := wire{
		Actor: a.Actor, Body: a.Body, ID: a.ID.String(), Node: uuid.UUID(a.Node).String(), Org: a.Org,
		Prev: hex.EncodeToString(a.Prev[:]), Seq: a.Seq, Time: a.Time, V: 1, Verb: a.Verb,
	}
	if len(w.Body) == 0 {
		w.Body = json.RawMessage("{}")
	}
	if a.Item != [16]byte{} {
		w.Item = hex.EncodeToString(a.Item[:])
	}
	if a.Commit != (Hash{}) {
		w.Commitment = hex.EncodeToString(a.Commit[:])
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the act's body is no JSON", "correct the command that made it")
	}
	out, err := jcs.Transform(plain)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the act's body has no canonical form", "correct the command that made it")
	}
	return out, nil
}

// Sum gives the hash of the act's canonical bytes.
func (a Act) Sum() (Hash, error) {
	c, err := a.Canonical()
	if err != nil {
		return Hash{}, err
	}
	return sha256.Sum256(c), nil
}
