package sharing

import (
	"fmt"
	"slices"
	"strings"
)

// Act is what one wants to do with an item.
type Act uint8

// The acts, in the order in which PAP and ownership narrow them.
const (
	See       Act = iota + 1 // read it, here
	Check                    // compare it with own data, unseen from outside (PAP up to AMBER)
	Block                    // act on it in a way that others can notice (PAP up to GREEN)
	Rerelease                // address it to more (the owner)
	Relabel                  // lower its label (the owner)
)

// Item is what the rule needs to know of an item.
type Item struct {
	Owner    OrgID
	Label    Label
	Audience []AudienceSet // its own and those of its releases
}

// Decision is the rule's answer. Reason is for the node's own log, never for
// the one who asked: no right and no such item are one answer outside.
type Decision struct {
	Allowed bool
	Reason  string
}

// Decide says whether who may do act with it. Nobody may do more with an item
// than see it unless he may see it.
func Decide(who Viewer, act Act, it Item) Decision {
	owner := who.local || slices.Contains(who.Orgs, it.Owner)
	if !owner {
		reach := NoTLP
		for _, s := range it.Audience {
			reach = max(reach, who.reach(s))
		}
		switch {
		case reach == NoTLP:
			return Decision{Reason: "not addressed"}
		case effective(it.Label.TLP) > reach:
			return Decision{Reason: "TLP:" + effective(it.Label.TLP).String() + " does not reach this viewer"}
		}
	}
	switch act {
	case See:
		return Decision{Allowed: true, Reason: seenAs(owner)}
	case Check:
		return pap(it.Label.PAP <= PAPAmber, it.Label.PAP)
	case Block:
		return pap(it.Label.PAP <= PAPGreen, it.Label.PAP)
	case Rerelease, Relabel:
		if owner {
			return Decision{Allowed: true, Reason: "owner"}
		}
		return Decision{Reason: "only the originator may do this"}
	}
	return Decision{Reason: "no such act"}
}

func seenAs(owner bool) string {
	if owner {
		return "owner"
	}
	return "addressed"
}

func pap(ok bool, p PAP) Decision {
	if ok {
		return Decision{Allowed: true, Reason: "within PAP"}
	}
	return Decision{Reason: "PAP:" + p.String() + " does not allow it"}
}

// Filter is Decide(who, See, ...) for many items at once: an item is seen when
// one of these holds.
type Filter struct {
	All    bool            // the local operator
	Owners []OrgID         // the viewer acts for the owner
	Upto   map[TLP][]SetID // released to one of the sets, with a label up to the TLP
}

// NewFilter resolves who once against the interned sets.
func NewFilter(who Viewer, sets map[SetID]AudienceSet) Filter {
	f := Filter{All: who.local, Owners: sorted(who.Orgs), Upto: map[TLP][]SetID{}}
	if f.All {
		return f
	}
	for id, s := range sets {
		if r := who.reach(s); r != NoTLP {
			f.Upto[r] = append(f.Upto[r], id)
		}
	}
	for _, ids := range f.Upto {
		slices.Sort(ids)
	}
	return f
}

// Allows is the filter's answer for one item whose sets are known by number.
func (f Filter) Allows(owner OrgID, t TLP, sets []SetID) bool {
	if f.All || slices.Contains(f.Owners, owner) {
		return true
	}
	for upto, ids := range f.Upto {
		if effective(t) > upto {
			continue
		}
		for _, id := range sets {
			if _, found := slices.BinarySearch(ids, id); found {
				return true
			}
		}
	}
	return false
}

// SQL writes the filter as a condition over the columns owner (text), tlp and
// set (numbers), with parameters from $from on. Nothing seen gives "1 = 0".
func (f Filter) SQL(owner, tlp, set string, from int) (cond string, args []any) {
	if f.All {
		return "1 = 1", nil
	}
	var or []string
	param := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", from+len(args)-1)
	}
	if len(f.Owners) > 0 {
		ps := make([]string, len(f.Owners))
		for i, o := range f.Owners {
			ps[i] = param(string(o))
		}
		or = append(or, owner+" IN ("+strings.Join(ps, ", ")+")")
	}
	for t := Clear; t <= Red; t++ {
		if len(f.Upto[t]) == 0 {
			continue
		}
		ps := make([]string, len(f.Upto[t]))
		for i, id := range f.Upto[t] {
			ps[i] = param(int64(id))
		}
		// A label of 0 (none said) counts as RED.
		or = append(or, fmt.Sprintf("(%s IN (%s) AND %s <= %d AND (%s >= 1 OR %d = 5))", set, strings.Join(ps, ", "), tlp, t, tlp, t))
	}
	if len(or) == 0 {
		return "1 = 0", nil
	}
	return "(" + strings.Join(or, " OR ") + ")", args
}
