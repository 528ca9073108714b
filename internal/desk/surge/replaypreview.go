package surge

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"

	"entente/internal/desk/surge/counts"
	"entente/internal/feed"
	"entente/internal/infra/runs"

	"golang.org/x/sync/errgroup"
)

// previewing is one call of PreviewReplay.
type previewing struct {
	in      *ingest
	plan    *replayPlan
	out     *Preview
	bits    replayBits
	only    bitmap // the feed alone showed them before
	met     bitmap // cases that are there and were met
	pairs   *pairs
	opened  *spill
	several map[[32]byte]bool // raw inputs of several members
	shown   map[string]int    // examples of each kind so far
	ids     []runs.Key
}

// PreviewReplay reads a feed again as a replay would and says what that would change.
// It changes nothing. Memory grows with a bit or two for each case; the rest is held
// in temporary files.
func (d *Desk) PreviewReplay(ctx context.Context, req ReplayRequest) (*Preview, error) {
	if err := d.counts.Fold(ctx); err != nil {
		return nil, err
	}
	if err := d.noReplay(ctx, ""); err != nil {
		return nil, err
	}
	plan, err := d.planReplay(ctx, req.Feed, 0)
	if err != nil {
		return nil, err
	}
	p := &previewing{plan: plan, out: &Preview{Feed: req.Feed, Files: plan.files, Missing: plan.missing}, several: map[[32]byte]bool{}, shown: map[string]int{}}
	p.in = newIngest(d, Request{Limits: req.Limits})
	p.in.replay = &replaying{plan: plan, req: &req, bits: &p.bits}
	if p.in.cases, err = openCaseBook(ctx, d.DB, d.Runs); err != nil {
		return nil, err
	}
	if p.in.snapshots, err = d.loadSnapshots(ctx, 0); err != nil {
		return nil, err
	}
	if p.pairs, err = newPairs(); err != nil {
		return nil, err
	}
	defer p.pairs.close()
	p.opened = newSpill(p.pairs.dir, "opened", len(CaseID{}))
	defer p.opened.close()
	for _, step := range []func(context.Context) error{p.known, p.read, p.judge} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

// known looks at the cases that are there.
func (p *previewing) known(ctx context.Context) error {
	d := p.in.desk
	by, err := d.newPlacer(ctx, p.plan.feed)
	if err != nil {
		return err
	}
	return d.counts.Walk(ctx, 0, func(no int64, list []counts.Count) error {
		shown, others, place, err := by.judge(ctx, no, list)
		p.bits.shown.set(no, shown)
		p.only.set(no, shown && !others)
		p.bits.place.set(no, place)
		return err
	})
}

// read reads the feed again beside looking at what it gives.
func (p *previewing) read(ctx context.Context) error {
	in := p.in
	if err := in.newCollector(ctx, 1); err != nil {
		return err
	}
	in.members = map[memberKey]*member{}
	g, gctx := errgroup.WithContext(ctx)
	full, free := make(chan *batch), make(chan *batch, maxFree)
	in.collect.fresh = func() *batch {
		select {
		case b := <-free:
			return b
		default:
			return newBatch()
		}
	}
	in.collect.send = func(b *batch) error { return hand(gctx, full, b) }
	in.collect.begin = p.begin
	g.Go(func() error {
		defer close(full)
		for part, err := range p.plan.parts(ctx) {
			if err != nil {
				return err
			}
			clear(in.taken)
			p.note(part)
			if err := in.readPart(ctx, part); err != nil {
				return err
			}
		}
		return in.collect.flush()
	})
	g.Go(func() error {
		for b := range full {
			if err := p.take(gctx, b); err != nil {
				return err
			}
			offer(free, b)
		}
		return nil
	})
	err := g.Wait()
	p.out.SetAside = int64(len(in.notes))
	return err
}

// begin recognises what an earlier file of the replay held.
func (p *previewing) begin(m *member, meta feed.Meta) error {
	m.feed, m.identity = meta.Feed, m.identify(meta)
	if same := p.in.finished[string(m.identity)]; same != nil {
		m.state = memberRecognised
		m.accepted, m.observations, m.rejected = same.accepted, same.observations, maps.Clone(same.rejected)
		return errRecognised
	}
	return nil
}

// note finds the raw inputs of a part that hold several members.
func (p *previewing) note(part *replayPart) {
	for i := range part.raws {
		if r := &part.raws[i]; len(r.list) > 1 {
			p.several[r.hash] = true
		}
	}
}

// take looks at the cases of a batch.
func (p *previewing) take(ctx context.Context, b *batch) error {
	for i := range b.progress {
		m := &b.progress[i]
		if m.state != memberOpen {
			p.out.Accepted += m.accepted
			for _, n := range m.rejected {
				p.out.Rejected += n
			}
		}
	}
	p.out.Rows = p.out.Accepted + p.out.Rejected
	p.ids = p.ids[:0]
	for i := range b.entries {
		if b.entries[i].keyed {
			p.ids = append(p.ids, b.rows[i].Case)
		}
	}
	slices.SortFunc(p.ids, runs.Key.Compare)
	p.ids = slices.Compact(p.ids)
	refs, err := p.in.cases.find(ctx, p.ids)
	if err != nil {
		return err
	}
	for i := range b.entries {
		r := &b.rows[i]
		if !b.entries[i].keyed {
			continue
		}
		if err := p.pairs.add(p.pairs.now, r, p.several[r.Raw]); err != nil {
			return err
		}
		at, _ := slices.BinarySearchFunc(p.ids, runs.Key(r.Case), runs.Key.Compare)
		ref := &refs[at]
		switch {
		case ref.no == 0:
			if err := p.opened.put(r.Case[0], r.Case[:]); err != nil {
				return err
			}
			if p.wants(CaseOpened, r.Case) {
				e := &b.entries[i]
				p.out.Examples = append(p.out.Examples, ReplayCase{What: CaseOpened, Case: hex.EncodeToString(r.Case[:]), Class: r.Class,
					Value: e.asset.value, Country: r.Country, Owner: r.Owner})
			}
		case !p.met.has(ref.no):
			p.met.set(ref.no, true)
			p.out.Again++
			to, was := placedBy(r), p.in.cases.placements.of(ref.placement)
			if p.bits.place.has(ref.no) && !to.same(*was) {
				p.out.Moved++
				if p.wants(CaseMoved, r.Case) {
					p.out.Examples = append(p.out.Examples, ReplayCase{What: CaseMoved, Case: hex.EncodeToString(r.Case[:]), Class: r.Class, Value: b.entries[i].asset.value,
						Country: to.country, Owner: to.owner, Was: &Place{was.country, was.owner, was.basis, was.network}})
				}
			}
		}
	}
	return nil
}

// wants tells whether one more example of a kind is to be kept.
func (p *previewing) wants(what string, id CaseID) bool {
	if p.shown[what] >= p.in.replay.req.Examples {
		return false
	}
	text := hex.EncodeToString(id[:])
	for i := range p.out.Examples {
		if e := &p.out.Examples[i]; e.What == what && e.Case == text {
			return false
		}
	}
	p.shown[what]++
	return true
}

// judge counts what is known when all was read.
func (p *previewing) judge(ctx context.Context) error {
	for i := range spillParts {
		list, err := p.opened.sorted(i)
		if err != nil {
			return err
		}
		p.out.Opened += int64(len(list))
	}
	var left []int64
	for no := int64(1); no>>6 < int64(len(p.only)); no++ {
		if p.only.has(no) && !p.met.has(no) {
			p.out.Left++
			if len(left) < p.in.replay.req.Examples {
				left = append(left, no)
			}
		}
	}
	cases, err := p.in.desk.casesByNumber(ctx, left)
	if err != nil {
		return err
	}
	for _, c := range cases {
		p.out.Examples = append(p.out.Examples, ReplayCase{What: CaseLeft, Case: c.ID, Class: c.Class.String(), Value: c.Value, Country: c.Country, Owner: c.Owner})
	}
	if err := p.pairs.readLog(ctx, p.in.desk.Log, p.plan.feed, p.several); err != nil {
		return err
	}
	if err := p.pairs.join(); err != nil {
		return err
	}
	tell := func(what string, n *int64) func(CaseID, []CaseID) {
		return func(id CaseID, others []CaseID) {
			if *n++; !p.wants(what, id) {
				return
			}
			e := ReplayCase{What: what, Case: hex.EncodeToString(id[:])}
			for _, o := range others {
				e.Others = append(e.Others, hex.EncodeToString(o[:]))
			}
			p.out.Examples = append(p.out.Examples, e)
		}
	}
	if err := p.pairs.many(p.pairs.by, tell(CaseSplit, &p.out.Split)); err != nil {
		return err
	}
	if err := p.pairs.many(p.pairs.into, tell(CaseMerged, &p.out.Merged)); err != nil {
		return err
	}
	order := []string{CaseOpened, CaseMoved, CaseLeft, CaseSplit, CaseMerged}
	slices.SortStableFunc(p.out.Examples, func(a, b ReplayCase) int { return slices.Index(order, a.What) - slices.Index(order, b.What) })
	return nil
}
