package sharing

import (
	"slices"

	"entente/internal/core/fault"
)

// OrgID names an organisation: a short lower-case word such as "cert-xx".
type OrgID string

// PersonID names a person within the node.
type PersonID string

// CommunityID names a community of organisations, such as a trust group.
type CommunityID string

// SetID is the number of an interned audience set.
type SetID int64

// AudienceSet says who is addressed and why. Normal gives its one form.
type AudienceSet struct {
	Orgs        []OrgID
	Persons     []PersonID
	Communities []CommunityID
	Public      bool
	Basis       string // why these: "owner", "release", "agreement:NAME"
}

// Normal gives a copy with members sorted and named once, so that equal sets
// are equal field by field.
func (s AudienceSet) Normal() AudienceSet {
	return AudienceSet{Orgs: sorted(s.Orgs), Persons: sorted(s.Persons), Communities: sorted(s.Communities), Public: s.Public, Basis: s.Basis}
}

func sorted[T ~string](in []T) []T {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	slices.Sort(out)
	return slices.Compact(out)
}

// widest gives the strictest TLP under which every member of s may be
// addressed: a RED item goes to named persons only, AMBER+STRICT and AMBER to
// named organisations, GREEN to communities, CLEAR to the public (TLP 2.0,
// definitions of the labels).
func (s AudienceSet) widest() TLP {
	switch {
	case s.Public:
		return Clear
	case len(s.Communities) > 0:
		return Green
	case len(s.Orgs) > 0:
		return AmberStrict
	}
	return Red
}

// MayAdd tells whether an item with label l, owned by owner, may be released
// to s. The owner itself is always allowed among the organisations.
func MayAdd(l Label, owner OrgID, s AudienceSet) error {
	others := s
	others.Orgs = slices.DeleteFunc(slices.Clone(s.Orgs), func(o OrgID) bool { return o == owner })
	if effective(l.TLP) <= others.widest() {
		return nil
	}
	return fault.Newf(fault.Forbidden, "release it to a narrower audience, or ask the originator for a wider label",
		"TLP:%s does not allow this audience", effective(l.TLP))
}

// effective reads a missing label as the strictest.
func effective(t TLP) TLP {
	if t == NoTLP || t > Red {
		return Red
	}
	return t
}

// Viewer is one who asks. The zero Viewer is the public.
type Viewer struct {
	Orgs        []OrgID // organisations he acts for
	Person      PersonID
	Communities []CommunityID
	local       bool
}

// LocalOperator is the viewer of the command line: it runs beside the data
// and sees all of its node.
func LocalOperator() Viewer { return Viewer{local: true} }

// Local tells whether v is the local operator.
func (v Viewer) Local() bool { return v.local }

// reach gives the strictest TLP at which v sees what is released to s: as a
// named person everything, as an organisation's member up to AMBER+STRICT, as
// a community's up to GREEN, as the public CLEAR; NoTLP if v is not addressed.
func (v Viewer) reach(s AudienceSet) TLP {
	switch {
	case v.Person != "" && slices.Contains(s.Persons, v.Person):
		return Red
	case overlap(v.Orgs, s.Orgs):
		return AmberStrict
	case overlap(v.Communities, s.Communities):
		return Green
	case s.Public:
		return Clear
	}
	return NoTLP
}

func overlap[T comparable](a, b []T) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}
