package surge

import (
	"context"
	"strconv"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/counts"
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
	opened   []newCase      // by number
	begun    []counts.Count // of these
	touched  []counts.Count // of cases that were there, by number
	placed   []int64        // placements that this batch brings
	rollup   map[rollupKey]int64
	sections []runs.Section
	sourceNo []int64 // batch.sources -> number
	changes  []record.CaseChange
	highest  int64   // case number so far
	joins    []int64 // cases that join the run's surge
	turned   []int64 // cases that were there and are held from now on
	parties  []party // owners and countries that the run had not met
	holding  []holding
}

// party is an owner or a country with cases in the run.
type party struct{ kind, name string }

type rollupKey struct {
	scope   int32
	class   rsit.Class
	outcome Outcome
}

// prepare finds duplicates, then cases.
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
	p.highest = in.cases.nextNo
	p.sections = sections
	p.count()
	return p, nil
}

// count tallies the outcomes and takes the duplicates out of the rows.
func (p *prepared) count() {
	kept := p.rows[:0]
	for i := range p.entries {
		e := &p.entries[i]
		p.tally.Outcome[e.outcome]++
		p.rollup[rollupKey{e.scope, e.class, e.outcome}]++
		if e.outcome == Suppressed {
			p.tally.suppressed(p.rows[i].Reason)
		}
		if e.outcome == Duplicate || e.gone {
			continue
		}
		p.rows[i].Batch = p.id
		if len(kept) < i {
			kept = append(kept, p.rows[i])
		} else {
			kept = p.rows[:i+1]
		}
	}
	p.rows = kept
}

// stage puts the segment and the runs on disk. They count once they are listed.
func (in *ingest) stage(ctx context.Context, p *prepared) error {
	var err error
	if len(p.rows) > 0 {
		if p.segments, err = in.desk.Log.Stage(ctx, p.id, p.rows); err != nil {
			return err
		}
	}
	if len(p.sections) > 0 {
		if p.runs, err = in.desk.Runs.Stage(ctx, p.sections); err != nil {
			return err
		}
	}
	return nil
}

// dropDuplicates marks the entries that were logged before, in this batch, in
// one on its way, or in a committed one, and gives the new identities by scope.
func (in *ingest) dropDuplicates(ctx context.Context, b *batch) ([]runs.Section, error) {
	var sections []runs.Section
	for sc, of := range b.byScope() {
		keys, owner := in.unique(b, of)
		name := b.scopes[sc].name()
		known := in.flight.find(name, keys)
		err := in.desk.Runs.Lookup(ctx, name, keys, func(i int, _ uint64) { known[i] = true })
		if err != nil {
			return nil, err
		}
		fresh := keys[:0]
		for i, k := range keys {
			if known[i] {
				b.entries[owner[i]].outcome = Duplicate
			} else {
				fresh = append(fresh, k)
			}
		}
		if len(fresh) > 0 {
			sections = append(sections, runs.Section{Scope: name, Keys: fresh})
		}
	}
	in.flight.add(b.id, sections)
	return sections, nil
}

// byScope gives the entries of each scope, in order.
func (b *batch) byScope() [][]int32 {
	out := make([][]int32, len(b.scopes))
	if len(out) == 1 {
		out[0] = make([]int32, 0, len(b.entries))
	}
	for i := range b.entries {
		if b.entries[i].gone {
			continue
		}
		sc := b.entries[i].scope
		out[sc] = append(out[sc], int32(i))
	}
	return out
}

// unique gives the distinct identities of one scope's entries, sorted, each with
// the first entry that shows it; the later ones are duplicates.
func (in *ingest) unique(b *batch, of []int32) (keys []runs.Key, owner []int32) {
	rank := &in.scratch.rank
	rank.start()
	for _, i := range of {
		rank.addKey(&b.entries[i].ident, i)
	}
	keys = make([]runs.Key, 0, len(of))
	owner = make([]int32, 0, len(of))
	for _, x := range rank.sort(func(x, y int32) bool { return b.entries[x].ident.Compare(b.entries[y].ident) > 0 }) {
		e := &b.entries[x.at]
		if n := len(keys); n > 0 && keys[n-1] == e.ident {
			e.outcome = Duplicate
			continue
		}
		keys = append(keys, e.ident)
		owner = append(owner, x.at)
	}
	return keys, owner
}
