package surge

import (
	"cmp"
	"context"
	"slices"

	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
)

// group is the entries of one case in one batch.
type group struct {
	id     runs.Key
	ref    caseRef
	opener int32 // entry that opens it if it is new
	held   bool  // a hold rule fits one of them
	back   bool  // its case is held: before the batch, in stamp before the row at hand
	only   bool  // nothing but duplicates
	counts counts.Count
	more   []counts.Count // of further sources
	moved  bool           // a replay places its case anew
}

// groupCases gathers the batch by case, looks the cases up, opens the unknown
// ones, and writes owner and country of the case into the rows.
func (in *ingest) groupCases(ctx context.Context, p *prepared) (*runs.Section, error) {
	groups, of := in.gather(p)
	if len(groups) == 0 {
		return nil, nil
	}
	t := &in.scratch
	t.ids = t.ids[:0]
	for i := range groups {
		t.ids = append(t.ids, groups[i].id)
	}
	refs, err := in.cases.find(ctx, t.ids)
	if err != nil {
		return nil, err
	}
	t.known.start()
	t.fresh.start()
	for i := range groups {
		g := &groups[i]
		g.ref = refs[i]
		switch {
		case g.ref.no != 0:
			t.known.add(uint64(g.ref.no), int32(i))
		case !g.only:
			t.fresh.add(uint64(g.opener), int32(i))
		}
	}
	p.touched = make([]counts.Count, 0, len(t.known.list))
	for _, x := range t.known.sort(nil) {
		if err := in.touch(ctx, p, &groups[x.at]); err != nil {
			return nil, err
		}
	}
	if err := in.returnCases(ctx, p); err != nil {
		return nil, err
	}
	if err := in.placeAnew(ctx, p, groups); err != nil {
		return nil, err
	}
	in.openCases(p, groups, t.fresh.sort(nil))
	in.meet(p, groups)
	in.stamp(p, groups, of)
	if len(p.opened)+len(p.moved) == 0 {
		return nil, nil
	}
	n := len(p.opened) + len(p.moved)
	w := &onWay{make([]runs.Key, 0, n), make([]caseRef, 0, n), make([]life.State, 0, n)}
	payload := make([]uint64, 0, n)
	turned := p.changes
	p.changes = make([]record.CaseChange, 0, n+len(turned))
	for i := range groups {
		if g := &groups[i]; refs[i].no == 0 && g.ref.no != 0 {
			state := p.opened[g.ref.no-p.opened[0].no].state
			w.ids, w.refs, w.states = append(w.ids, g.id), append(w.refs, g.ref), append(w.states, state)
			payload = append(payload, g.ref.payload())
			p.changes = append(p.changes, record.CaseChange{Case: g.id, To: uint8(state)})
		} else if g.moved {
			w.ids, w.refs, w.states = append(w.ids, g.id), append(w.refs, g.ref), append(w.states, life.None)
			payload = append(payload, g.ref.payload())
		}
	}
	p.changes = append(p.changes, turned...)
	in.cases.keep(p.id, w)
	return &runs.Section{Scope: caseScope, Keys: w.ids, Payload: payload}, nil
}

// gather sums up what each case's entries say, per source, in order of the case
// ids; of gives the group of each entry, -1 for none. A case that only duplicates
// show is not opened and not counted, but joins the run's surge.
func (in *ingest) gather(p *prepared) (groups []group, of []int32) {
	t := &in.scratch
	of = t.of[:0]
	t.rank.start()
	for i := range p.entries {
		of = append(of, -1)
		if p.entries[i].keyed {
			t.rank.addKey((*runs.Key)(&p.rows[i].Case), int32(i))
		}
	}
	order := t.rank.sort(func(a, b int32) bool { return runs.Key(p.rows[a].Case).Compare(p.rows[b].Case) > 0 })
	groups = t.groups[:0]
	for _, x := range order {
		i := x.at
		id := runs.Key(p.rows[i].Case)
		if n := len(groups); n == 0 || groups[n-1].id != id {
			groups = append(groups, group{id: id, only: true})
		}
		g := &groups[len(groups)-1]
		of[i] = int32(len(groups) - 1)
		e := &p.entries[i]
		if e.outcome == Duplicate {
			continue
		}
		if g.only {
			g.only, g.opener = false, i
		}
		r := &p.rows[i]
		g.held = g.held || e.outcome == Held
		// What a snapshot lists is there at its time, however old the row's own is.
		g.add(counts.Count{Source: p.sourceNo[e.source], First: r.Observed, Last: max(r.Observed, r.Snapshot), N: 1, Severity: e.rank})
	}
	t.groups, t.of = groups, of
	return groups, of
}

func (g *group) add(c counts.Count) {
	if g.counts.N == 0 {
		g.counts = c
		return
	}
	if g.counts.Source == c.Source {
		g.counts.Merge(&c)
		return
	}
	for i := range g.more {
		if g.more[i].Source == c.Source {
			g.more[i].Merge(&c)
			return
		}
	}
	g.more = append(g.more, c)
}

// listed appends the group's counts to list, under its case's number.
func (g *group) listed(list []counts.Count) []counts.Count {
	if g.counts.N == 0 {
		return list
	}
	from := len(list)
	list = append(append(list, g.counts), g.more...)
	for i := range list[from:] {
		list[from+i].No = g.ref.no
	}
	if len(g.more) > 0 {
		slices.SortFunc(list[from:], func(a, b counts.Count) int { return cmp.Compare(a.Source, b.Source) })
	}
	return list
}

// touch notes what the batch adds to a case that was there.
func (in *ingest) touch(ctx context.Context, p *prepared, g *group) error {
	g.back = in.held.has(g.ref.no)
	joins := in.run.surge != 0 && !in.own.has(g.ref.no)
	p.touched = g.listed(p.touched)
	if joins {
		p.joins = append(p.joins, g.ref.no)
	}
	if !g.only {
		p.tally.SeenAgain++
		if in.lives.down.has(g.ref.no) {
			p.again = append(p.again, g.lastOf())
		}
	}
	if !g.held || g.back {
		return nil
	}
	state, err := in.cases.stateOf(ctx, g.id, g.ref)
	if err != nil {
		return err
	}
	p.turned = append(p.turned, g.ref.no)
	p.changes = append(p.changes, record.CaseChange{Case: g.id, From: uint8(state), To: uint8(life.Held)})
	in.held.add(g.ref.no)
	return nil
}

// openCases opens the cases that nobody knows. Numbers follow the order of the
// input, so that a later file in the same order walks the table forward.
func (in *ingest) openCases(p *prepared, groups []group, fresh []ranked) {
	p.opened = make([]newCase, 0, len(fresh))
	p.begun = make([]counts.Count, 0, len(fresh))
	for _, x := range fresh {
		g := &groups[x.at]
		c, placed := in.cases.open(CaseID(g.id), &p.rows[g.opener], &p.entries[g.opener], g)
		g.ref = c.caseRef
		if placed {
			p.placed = append(p.placed, c.placement)
		}
		p.opened = append(p.opened, c)
		p.begun = g.listed(p.begun)
		if g.held {
			in.held.add(c.no)
		}
	}
	p.tally.Opened = int64(len(p.opened))
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
