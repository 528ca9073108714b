package stats

import (
	"cmp"
	"slices"

	"entente/internal/core/survival"
)

// Tally counts the cases of one group.
type Tally struct {
	Cases int64
	count [keys]int64
	once  int64           // notified cases that were down, claimed or closed once
	spent survival.Sample // while counting
	times Times           // then
}

// tells is the figures that a case counts in, as bits.
type tells uint64

func (t tells) has(k Key) bool { return t>>k&1 == 1 }
func (t *tells) set(k Key, so bool) {
	if so {
		*t |= 1 << k
	}
}

// judge says in which figures a case of the surge counts, whether it was down,
// claimed or closed once, and its spell.
func (v *view) judge(c *Case) (t tells, once bool, s spell) {
	if !v.was(c.Reported) {
		t.set(Unreported, v.isDown(c))
		return t, false, s
	}
	st := v.of(c)
	t.set(Notified, true)
	t.set(Delivered, v.was(c.Delivered))
	t.set(Acknowledged, v.was(c.Acknowledged))
	t.set(Bounced, v.was(c.Bounced))
	t.set(Claimed, st == claimed)
	t.set(Gone, st == gone)
	t.set(Ended, st == ended)
	t.set(Open, st == open)
	t.set(Unknown, st == unknown)
	t.set(CameBack, v.was(c.Returned))
	if st == down {
		t.set(Down, true)
		t.set(gradeKeys[v.grade(c)], true)
	}
	s, why := v.spell(c, st)
	t.set(Followed, why == follow)
	t.set(FollowedDown, why == follow && s.died)
	t.set(LeftGone, why == already)
	t.set(LeftRecent, why == recent)
	t.set(LeftUnjudged, why == unjudged)
	return t, st != open && st != unknown || v.was(c.Returned), s
}

func (a *Tally) add(t tells, once bool, s spell) {
	a.Cases++
	if t == 0 {
		return
	}
	for k := Notified; k < keys; k++ {
		a.count[k] += int64(t >> k & 1)
	}
	if once {
		a.once++
	}
	if t.has(Followed) {
		a.spent.Add(s.hours(), s.died)
	}
}

// Count gives the numerator of a figure.
func (a *Tally) Count(k Key) int64 { return a.count[k] }

// Says tells whether there is anything to say: a case was reported or is down.
func (a *Tally) Says() bool { return a.count[Notified]+a.count[Unreported] > 0 }

// Figures gives the figures of the group's cases.
func (a *Tally) Figures() []Figure {
	out := make([]Figure, 0, keys)
	for k := Notified; k < keys; k++ {
		out = append(out, a.Figure(k))
	}
	return out
}

// Figure gives one figure of the group's cases.
func (a *Tally) Figure(k Key) Figure {
	d := &definitions[k]
	f := Figure{Key: k, Name: d.name, Numerator: a.count[k], Of: ofWords[d.of], Method: d.method}
	switch d.of {
	case ofCases:
		f.Denominator = a.Cases
	case ofNotified:
		f.Denominator = a.count[Notified]
	case ofEnded:
		f.Denominator = a.once
	case ofNotNotified:
		f.Denominator = a.Cases - a.count[Notified]
	case ofFollowed:
		f.Denominator = a.count[Followed]
	}
	return f
}

// Group is what is counted of one country, network, class or family.
type Group struct {
	Name string
	Tally
}

// groupLimit bounds the names that are counted apart; those that come later are
// counted together.
const groupLimit = 65_536

// Further is the name of the group of all that came after too many.
const Further = "(further)"

// grouping counts by one thing that tells cases apart.
type grouping[K comparable] struct {
	by    map[K]*Tally
	other *Tally
}

func (g *grouping[K]) of(key K) *Tally {
	if t := g.by[key]; t != nil {
		return t
	}
	if g.by == nil {
		g.by = map[K]*Tally{}
	}
	if len(g.by) >= groupLimit {
		if g.other == nil {
			g.other = &Tally{}
		}
		return g.other
	}
	t := &Tally{}
	g.by[key] = t
	return t
}

// list gives the groups, most notified cases first, then most cases, then by name.
func (g *grouping[K]) list(name func(K) string) []*Group {
	out := make([]*Group, 0, len(g.by)+1)
	for key, t := range g.by {
		t.finish()
		out = append(out, &Group{name(key), *t})
	}
	slices.SortFunc(out, func(a, b *Group) int {
		return cmp.Or(cmp.Compare(b.count[Notified], a.count[Notified]), cmp.Compare(b.Cases, a.Cases), cmp.Compare(a.Name, b.Name))
	})
	if g.other != nil {
		g.other.finish()
		out = append(out, &Group{Further, *g.other})
	}
	return out
}
