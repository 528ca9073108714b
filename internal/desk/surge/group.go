package surge

import (
	"cmp"
	"context"
	"slices"

	"entente/internal/core/sharing"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
)

type sourceCount struct {
	source             int64
	first, last, count int64
}

// group is the entries of one case in one batch.
type group struct {
	id      runs.Key
	ref     caseRef
	opener  int32 // entry that opens it if it is new
	held    bool  // a hold rule fits one of them
	back    bool  // its case is held: before the batch, in stamp before the row at hand
	only    bool  // nothing but duplicates
	rank    uint8
	label   sharing.TLP
	sources []sourceCount
}

// groupCases gathers the batch by case, looks the cases up, opens the unknown
// ones, and writes owner and country of the case into the rows.
func (in *ingest) groupCases(ctx context.Context, p *prepared) (*runs.Section, error) {
	groups, of := in.gather(p)
	if len(groups) == 0 {
		return nil, nil
	}
	order := make([]int32, len(groups))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return groups[a].id.Compare(groups[b].id) })
	ids := make([]runs.Key, len(order))
	for i, g := range order {
		ids[i] = groups[g].id
	}
	refs, err := in.cases.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	var fresh []int32
	for i, n := range order {
		g := &groups[n]
		g.ref = refs[i]
		switch {
		case g.ref.no != 0:
			if err := in.touch(ctx, p, g); err != nil {
				return nil, err
			}
		case !g.only:
			fresh = append(fresh, n)
		}
	}
	slices.SortFunc(p.touched, func(a, b touch) int { return cmp.Or(cmp.Compare(a.no, b.no), cmp.Compare(a.source, b.source)) })
	in.openCases(p, groups, fresh)
	in.meet(p, groups)
	in.stamp(p, groups, of)
	section := &runs.Section{Scope: caseScope}
	for i, n := range order {
		if refs[i].no == 0 && groups[n].ref.no != 0 {
			section.Keys = append(section.Keys, groups[n].id)
			section.Payload = append(section.Payload, groups[n].ref.payload())
		}
	}
	if len(section.Keys) == 0 {
		return nil, nil
	}
	return section, nil
}

// gather sums up first, last, count and source per case; of gives the group of
// each entry, -1 for none. A case that only duplicates show is not opened and
// not counted, but joins the run's surge.
func (in *ingest) gather(p *prepared) (groups []group, of []int32) {
	index := make(map[runs.Key]int32, p.candidates)
	groups = make([]group, 0, p.candidates)
	of = make([]int32, len(p.entries))
	for i := range p.entries {
		e := &p.entries[i]
		of[i] = -1
		if !e.keyed {
			continue
		}
		id := p.rows[i].Case
		n, ok := index[id]
		if !ok {
			n = int32(len(groups))
			index[id] = n
			groups = append(groups, group{id: id, only: true})
		}
		of[i] = n
		if e.outcome == Duplicate {
			continue
		}
		g := &groups[n]
		if g.only {
			g.only, g.opener = false, int32(i)
		}
		g.add(e, p.rows[i].Observed, p.sourceNo[e.source])
	}
	return groups, of
}

func (g *group) add(e *entry, t, source int64) {
	g.held = g.held || e.outcome == Held
	g.rank = max(g.rank, e.rank)
	g.label = max(g.label, e.label)
	for i := range g.sources {
		if s := &g.sources[i]; s.source == source {
			s.first, s.last, s.count = min(s.first, t), max(s.last, t), s.count+1
			return
		}
	}
	g.sources = append(g.sources, sourceCount{source, t, t, 1})
}

// touch notes what the batch adds to a case that was there.
func (in *ingest) touch(ctx context.Context, p *prepared, g *group) error {
	g.back = in.held.has(g.ref.no)
	joins := in.run.surge != 0 && !in.own.has(g.ref.no)
	for _, s := range g.sources {
		p.touched = append(p.touched, touch{no: g.ref.no, source: s.source, first: s.first, last: s.last, count: s.count,
			severity: g.rank, label: g.label, primary: s.source == g.ref.source})
	}
	if joins {
		p.joins = append(p.joins, g.ref.no)
	}
	if !g.only {
		p.tally.SeenAgain++
	}
	if !g.held || g.back {
		return nil
	}
	state, err := in.cases.stateOf(ctx, g.ref)
	if err != nil {
		return err
	}
	p.turned = append(p.turned, g.ref.no)
	p.changes = append(p.changes, record.CaseChange{Case: g.id, From: state, To: stateHeld})
	in.held.add(g.ref.no)
	return nil
}

// openCases opens the cases that nobody knows. Numbers follow the order of the
// input, so that a later file in the same order walks the table forward.
func (in *ingest) openCases(p *prepared, groups []group, fresh []int32) {
	slices.SortFunc(fresh, func(a, b int32) int { return cmp.Compare(groups[a].opener, groups[b].opener) })
	p.opened = make([]newCase, 0, len(fresh))
	for _, n := range fresh {
		g := &groups[n]
		c, placed := in.cases.open(CaseID(g.id), &p.rows[g.opener], &p.entries[g.opener], g)
		g.ref = c.caseRef
		if placed {
			p.placed = append(p.placed, c.placement)
		}
		p.opened = append(p.opened, c)
		p.changes = append(p.changes, record.CaseChange{Case: g.id, From: stateNone, To: c.state})
		if g.held {
			in.held.add(c.no)
		}
	}
	p.tally.Opened = int64(len(p.opened))
	in.cases.keep(p.id, p.opened)
	in.own.extend(p.opened)
}

// meet notes the owners and countries of the batch's cases.
func (in *ingest) meet(p *prepared, groups []group) {
	note := func(kind, name string) {
		if name == "" || name == route.Pool || in.met[party{kind, name}] {
			return
		}
		in.met[party{kind, name}] = true
		p.parties = append(p.parties, party{kind, name})
	}
	for i := range groups {
		if no := groups[i].ref.placement; no != 0 && !in.metPlacement[no] {
			in.metPlacement[no] = true
			at := in.cases.placements.of(no)
			note("owner", at.owner)
			note("country", at.country)
		}
	}
}

// stamp gives each row the owner and country of its case: a case has one of
// each, whatever a later row would say. A row of a case that was held before it
// is held.
func (in *ingest) stamp(p *prepared, groups []group, of []int32) {
	for i := range p.entries {
		e := &p.entries[i]
		if of[i] < 0 || e.outcome == Duplicate {
			continue
		}
		g := &groups[of[i]]
		at := in.cases.placements.of(g.ref.placement)
		r := &p.rows[i]
		r.Owner, r.OwnerBasis, r.Country = at.owner, at.basis, at.country
		if e.outcome == Held {
			g.back = true
			for _, rule := range p.heldBy[i] {
				p.holding = append(p.holding, holding{g.ref.no, rule})
			}
			continue
		}
		if g.back {
			e.outcome, r.Outcome, r.Reason = Held, Held.String(), judge.ReasonHeldCase
			continue
		}
		e.outcome = outcomeByOwner(at.owner)
		r.Outcome = e.outcome.String()
	}
}
