// Package sharing owns who may see what and who may do what with it: TLP, PAP
// and handling codes, audience sets, and the one rule that decides. It imports
// core/fault only; never infra, a desk or a door.
package sharing

import (
	"slices"
	"strings"

	"entente/internal/core/fault"
)

// TLP is a label of the Traffic Light Protocol 2.0 (FIRST, August 2022),
// ordered: a larger one is stricter. The numbers are stored.
type TLP uint8

// The labels. NoTLP means that none was said; the rule treats it as Red.
const (
	NoTLP       TLP = 0
	Clear       TLP = 1
	Green       TLP = 2
	Amber       TLP = 3
	AmberStrict TLP = 4
	Red         TLP = 5
)

var tlpWords = [...]string{"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}

// String gives the label's word without "TLP:".
func (t TLP) String() string {
	if int(t) < len(tlpWords) {
		return tlpWords[t]
	}
	return "RED"
}

// ParseTLP reads a label with or without "TLP:", in any case. WHITE, the word
// of TLP 1.0, is CLEAR.
func ParseTLP(word string) (TLP, error) {
	w := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(word)), "TLP:")
	if w == "WHITE" {
		return Clear, nil
	}
	for i, name := range tlpWords {
		if i > 0 && w == name {
			return TLP(i), nil
		}
	}
	return NoTLP, fault.Newf(fault.Invalid, "use CLEAR, GREEN, AMBER, AMBER+STRICT or RED", "%.40q is no TLP label", word)
}

// StrictestTLP gives the stricter of two labels by their words. A word that is
// no label counts as RED; an empty one as none.
func StrictestTLP(a, b string) string {
	return max(lenient(a), lenient(b)).String()
}

func lenient(word string) TLP {
	if word == "" {
		return NoTLP
	}
	t, err := ParseTLP(word)
	if err != nil {
		return Red
	}
	return t
}

// PAP is a label of the Permissible Actions Protocol (MISP taxonomy), ordered:
// a larger one allows less. The numbers are stored.
type PAP uint8

// The labels. NoPAP means that none was said; the rule treats it as PAPClear.
const (
	NoPAP    PAP = 0
	PAPClear PAP = 1 // no restriction
	PAPGreen PAP = 2 // active actions allowed, such as blocking
	PAPAmber PAP = 3 // passive cross-checks only
	PAPRed   PAP = 4 // nothing that the other side could notice
)

var papWords = [...]string{"", "CLEAR", "GREEN", "AMBER", "RED"}

// String gives the label's word without "PAP:".
func (p PAP) String() string {
	if int(p) < len(papWords) {
		return papWords[p]
	}
	return "RED"
}

// ParsePAP reads a label with or without "PAP:", in any case.
func ParsePAP(word string) (PAP, error) {
	w := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(word)), "PAP:")
	if w == "WHITE" {
		return PAPClear, nil
	}
	for i, name := range papWords {
		if i > 0 && w == name {
			return PAP(i), nil
		}
	}
	return NoPAP, fault.Newf(fault.Invalid, "use CLEAR, GREEN, AMBER or RED", "%.40q is no PAP label", word)
}

// Label is what an originator said about an item. Labels compare with ==.
type Label struct {
	TLP   TLP
	PAP   PAP
	codes string // handling codes, sorted, joined by a comma
}

// MakeLabel builds a label; codes are handling codes such as "H1" (capital
// letters, digits and hyphens, at most 32).
func MakeLabel(t TLP, p PAP, codes ...string) (Label, error) {
	set := make([]string, 0, len(codes))
	for _, c := range codes {
		c = strings.ToUpper(strings.TrimSpace(c))
		if !validCode(c) {
			return Label{}, fault.Newf(fault.Invalid, "use capital letters, digits and hyphens, at most 32", "%.40q is no handling code", c)
		}
		set = append(set, c)
	}
	slices.Sort(set)
	return Label{TLP: t, PAP: p, codes: strings.Join(slices.Compact(set), ",")}, nil
}

func validCode(c string) bool {
	if c == "" || len(c) > 32 {
		return false
	}
	for i := range len(c) {
		b := c[i]
		if (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}

// Codes lists the handling codes, sorted.
func (l Label) Codes() []string {
	if l.codes == "" {
		return nil
	}
	return strings.Split(l.codes, ",")
}

// String prints the label as ParseLabel reads it: "TLP:AMBER PAP:GREEN H1,H2".
func (l Label) String() string {
	var parts []string
	if l.TLP != NoTLP {
		parts = append(parts, "TLP:"+l.TLP.String())
	}
	if l.PAP != NoPAP {
		parts = append(parts, "PAP:"+l.PAP.String())
	}
	if l.codes != "" {
		parts = append(parts, l.codes)
	}
	return strings.Join(parts, " ")
}

// ParseLabel reads words separated by spaces: TLP:x, PAP:x, and handling codes
// joined by commas. A bare TLP word such as AMBER is read as TLP.
func ParseLabel(text string) (Label, error) {
	var t TLP
	var p PAP
	var codes []string
	for _, word := range strings.Fields(text) {
		upper := strings.ToUpper(word)
		var err error
		switch {
		case strings.HasPrefix(upper, "PAP:"):
			if p != NoPAP {
				return Label{}, twice("PAP", text)
			}
			p, err = ParsePAP(word)
		case strings.HasPrefix(upper, "TLP:") || isTLP(upper):
			if t != NoTLP {
				return Label{}, twice("TLP", text)
			}
			t, err = ParseTLP(word)
		default:
			codes = append(codes, strings.Split(word, ",")...)
		}
		if err != nil {
			return Label{}, err
		}
	}
	return MakeLabel(t, p, codes...)
}

func isTLP(word string) bool { _, err := ParseTLP(word); return err == nil }

func twice(what, text string) error {
	return fault.Newf(fault.Invalid, "give it once", "%s stands twice in %.80q", what, text)
}

// Strictest composes two labels: the stricter TLP and PAP and all handling
// codes of both. It is the label of what is derived from both.
func Strictest(a, b Label) Label {
	out := Label{TLP: max(a.TLP, b.TLP), PAP: max(a.PAP, b.PAP), codes: a.codes}
	switch {
	case a.codes == "":
		out.codes = b.codes
	case b.codes != "" && b.codes != a.codes:
		set := append(a.Codes(), b.Codes()...)
		slices.Sort(set)
		out.codes = strings.Join(slices.Compact(set), ",")
	}
	return out
}

// AtLeast tells whether l is as strict as floor in every part, so that what is
// derived from floor may carry l.
func (l Label) AtLeast(floor Label) bool { return Strictest(l, floor) == l }
