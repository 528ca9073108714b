package surge

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
)

// caseScope is the scope of case ids among the sorted runs.
const caseScope = "case"

func (s scope) name() string { return "seen/" + strconv.FormatInt(s.day, 10) + "/" + s.feed }

// prepared is a batch whose duplicates are out, whose cases are known and whose
// files are on disk. One transaction makes it count.
type prepared struct {
	*batch
	segments *eventlog.Staged
	runs     *runs.Staged
	opened   []caseState // new cases, by number
	touched  []caseTouch // cases that were there
	rollup   map[rollupKey]int64
	sourceNo []int64 // batch.sources -> number
	changes  []record.CaseChange
	parties  []party // owners and countries that the run had not met
}

// party is an owner or a country with cases in the run.
type party struct{ kind, name string }

type rollupKey struct {
	day            int64
	feed           string
	class, outcome string
}

// prepare finds duplicates, then cases, then writes the segment and the runs.
func (in *ingest) prepare(ctx context.Context, b *batch) (*prepared, error) {
	p := &prepared{batch: b, rollup: map[rollupKey]int64{}}
	sections, err := in.dropDuplicates(ctx, b)
	if err != nil {
		return nil, err
	}
	if p.sourceNo, err = in.sources.numbers(ctx, b.sources); err != nil {
		return nil, err
	}
	opened, err := in.groupCases(ctx, p)
	if err != nil {
		return nil, err
	}
	if opened != nil {
		sections = append(sections, *opened)
	}
	rows := make([]eventlog.Row, 0, len(b.entries))
	for i := range b.entries {
		e := &b.entries[i]
		p.tally.Outcome[e.outcome]++
		p.rollup[rollupKey{e.day, b.scopes[e.scope].feed, e.row.Class, e.outcome.String()}]++
		if e.outcome == Suppressed {
			p.tally.suppressed(e.row.Reason)
		}
		if e.outcome != Duplicate {
			e.row.Batch = b.id
			rows = append(rows, e.row)
		}
	}
	if len(rows) > 0 {
		if p.segments, err = in.desk.Log.Stage(ctx, b.id, rows); err != nil {
			return nil, err
		}
	}
	if len(sections) > 0 {
		if p.runs, err = in.desk.Runs.Stage(ctx, sections); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// dropDuplicates marks the entries that were logged before, in this batch, in
// one on its way, or in a committed one, and gives the new identities by scope.
func (in *ingest) dropDuplicates(ctx context.Context, b *batch) ([]runs.Section, error) {
	order := make([]int32, len(b.entries))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		ex, ey := &b.entries[x], &b.entries[y]
		if c := cmp.Compare(ex.scope, ey.scope); c != 0 {
			return c
		}
		if c := compareKeys(&ex.ident, &ey.ident); c != 0 {
			return c
		}
		return cmp.Compare(x, y)
	})
	var sections []runs.Section
	for lo := 0; lo < len(order); {
		hi, sc := lo, b.entries[order[lo]].scope
		for hi < len(order) && b.entries[order[hi]].scope == sc {
			hi++
		}
		keys, owner := in.unique(b, order[lo:hi])
		name := b.scopes[sc].name()
		known := in.flight.find(name, keys)
		err := in.desk.Runs.Lookup(ctx, name, keys, func(i int, _ uint64) { known[i] = true })
		if err != nil {
			return nil, err
		}
		fresh := keys[:0:0]
		for i, k := range keys {
			if known[i] {
				in.duplicate(b, &b.entries[owner[i]])
			} else {
				fresh = append(fresh, k)
			}
		}
		if len(fresh) > 0 {
			sections = append(sections, runs.Section{Scope: name, Keys: fresh})
		}
		lo = hi
	}
	in.flight.add(b.id, sections)
	return sections, nil
}

// unique gives the distinct identities of one scope, each with the first entry
// that shows it; the later ones are duplicates.
func (in *ingest) unique(b *batch, order []int32) (keys []runs.Key, owner []int32) {
	keys = make([]runs.Key, 0, len(order))
	owner = make([]int32, 0, len(order))
	for _, i := range order {
		e := &b.entries[i]
		if n := len(keys); n > 0 && keys[n-1] == e.ident {
			in.duplicate(b, e)
			continue
		}
		keys = append(keys, e.ident)
		owner = append(owner, i)
	}
	return keys, owner
}

func (in *ingest) duplicate(b *batch, e *entry) { e.outcome = Duplicate }

func compareKeys(a, b *runs.Key) int {
	return slices.Compare(a[:], b[:])
}

// caseTouch is what a batch adds to a case that was there.
type caseTouch struct {
	c       caseState // as this batch leaves it
	sources []sourceCount
	changed bool // state, severity or label
	joins   bool // new to this run's surge
}

type sourceCount struct {
	source             int64
	first, last, count int64
}

// group is the entries of one case in one batch.
type group struct {
	first   int32 // entry that opens it if it is new
	held    bool
	rank    uint8
	label   string
	sources []sourceCount
	only    bool // nothing but duplicates
}

// groupCases gathers the batch by case, looks the cases up, opens the unknown
// ones, and writes owner and country of the case into the rows.
func (in *ingest) groupCases(ctx context.Context, p *prepared) (*runs.Section, error) {
	groups, ids := in.group(p)
	if len(ids) == 0 {
		return nil, nil
	}
	slices.SortFunc(ids, func(a, b CaseID) int { return compareKeys((*runs.Key)(&a), (*runs.Key)(&b)) })
	states, err := in.cases.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	section := runs.Section{Scope: caseScope}
	order := make([]int, 0, len(ids))
	for i, id := range ids {
		if states[i] == nil && !groups[id].only {
			order = append(order, i)
		}
	}
	// Numbers follow the file's order, so that a later file in the same order
	// walks the table forward.
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(groups[ids[a]].first, groups[ids[b]].first) })
	for _, i := range order {
		g := groups[ids[i]]
		states[i] = in.cases.open(p.id, ids[i], &p.entries[g.first], g, in.run.surge)
		p.opened = append(p.opened, *states[i])
		p.changes = append(p.changes, record.CaseChange{Case: ids[i], From: stateNone, To: states[i].state})
	}
	byID := make(map[CaseID]*caseState, len(ids))
	for i, id := range ids {
		c, g := states[i], groups[id]
		if c == nil {
			continue
		}
		byID[id] = c
		if c.born == p.id {
			section.Keys = append(section.Keys, runs.Key(id))
			section.Payload = append(section.Payload, uint64(c.no))
			continue
		}
		in.touch(p, c, g)
	}
	p.tally.Opened, p.tally.SeenAgain = int64(len(p.opened)), int64(len(p.touched))
	in.meet(p, states)
	in.cases.keep(p.id, ids, states)
	in.stamp(p, byID)
	if len(section.Keys) == 0 {
		return nil, nil
	}
	return &section, nil
}

// meet notes the owners and countries of the batch's cases.
func (in *ingest) meet(p *prepared, states []*caseState) {
	note := func(kind, name string) {
		if name == "" || name == route.Pool || in.met[party{kind, name}] {
			return
		}
		in.met[party{kind, name}] = true
		p.parties = append(p.parties, party{kind, name})
	}
	for _, c := range states {
		if c != nil {
			note("owner", c.owner)
			note("country", c.country)
		}
	}
}

// group gathers first, last, count and source per case. A case that only
// duplicates show is not opened and not counted, but joins the run's surge.
func (in *ingest) group(p *prepared) (map[CaseID]*group, []CaseID) {
	groups := make(map[CaseID]*group, p.candidates)
	ids := make([]CaseID, 0, p.candidates)
	for i := range p.entries {
		e := &p.entries[i]
		if !e.keyed {
			continue
		}
		id := CaseID(e.row.Case)
		g := groups[id]
		if g == nil {
			g = &group{only: true}
			groups[id] = g
			ids = append(ids, id)
		}
		if e.outcome == Duplicate {
			continue
		}
		if g.only {
			g.only, g.first = false, int32(i)
		}
		g.add(e, p.sourceNo[e.source])
	}
	return groups, ids
}

func (g *group) add(e *entry, source int64) {
	g.held = g.held || e.outcome == Held
	g.rank = max(g.rank, e.rank)
	g.label = strictest(g.label, e.row.Label)
	t := e.row.Observed
	for i := range g.sources {
		if s := &g.sources[i]; s.source == source {
			s.first, s.last, s.count = min(s.first, t), max(s.last, t), s.count+1
			return
		}
	}
	g.sources = append(g.sources, sourceCount{source, t, t, 1})
}

// touch adds the batch to a case that was there.
func (in *ingest) touch(p *prepared, c *caseState, g *group) {
	t := caseTouch{sources: g.sources}
	if in.run.surge != 0 && c.surge != in.run.surge {
		t.joins = true
	}
	if g.only && !t.joins {
		return
	}
	if g.held && c.state != stateHeld && c.state != stateReported {
		p.changes = append(p.changes, record.CaseChange{Case: c.id, From: c.state, To: stateHeld})
		c.state, t.changed = stateHeld, true
	}
	if g.rank > c.severity {
		c.severity, t.changed = g.rank, true
	}
	if l := strictest(c.label, g.label); l != c.label {
		c.label, t.changed = l, true
	}
	c.batch = p.id
	t.c = *c
	p.touched = append(p.touched, t)
}

// stamp gives each row the owner and country of its case: a case has one of
// each, whatever a later row would say.
func (in *ingest) stamp(p *prepared, byID map[CaseID]*caseState) {
	for i := range p.entries {
		e := &p.entries[i]
		if !e.keyed || e.outcome == Duplicate {
			continue
		}
		c := byID[e.row.Case]
		e.row.Owner, e.row.OwnerBasis, e.row.Country = c.owner, c.basis, c.country
		if e.outcome != Held {
			e.outcome = Routed
			if c.owner == route.Pool {
				e.outcome = Pooled
			}
			e.row.Outcome = e.outcome.String()
		}
	}
}

func strictest(a, b string) string {
	if a == "" {
		return b
	}
	if b == "" {
		return a
	}
	return sharing.StrictestTLP(a, b)
}

// ruleOf names the version-1 rule by which a case was keyed.
func ruleOf(c rsit.Class) uint8 { return uint8(c.Rule()) }
