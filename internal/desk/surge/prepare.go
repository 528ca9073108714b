package surge

import (
	"context"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// caseScope is the scope of case ids among the sorted runs.
const caseScope = "case"

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
	statuses []status              // cases that are there and offline by a producer's word
	still    []bool                // rows that the snapshot before had too; nil: none is of a snapshot
	also     func(*store.Tx) error // goes into the batch's transaction; may be nil
	highest  int64                 // case number so far
	joins    []int64               // cases that join the run's surge
	again    []sighted             // of cases that are down
	lives    []*life.Kept          // cases whose life it changes
	turned   []int64               // cases that were there and are held from now on
	moved    []moved               // cases that a replay places anew
	parties  []party               // owners and countries that the run had not met
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
	if err := in.findOffline(ctx, p); err != nil {
		return nil, err
	}
	lists, err := in.compareListings(ctx, p)
	if err != nil {
		return nil, err
	}
	sections = append(sections, lists...)
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
		if e.outcome == Duplicate || p.still != nil && p.still[i] || e.gone || e.unlogged {
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
