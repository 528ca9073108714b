package surge

import (
	"context"
	"sync"

	"entente/internal/feed"
	"entente/internal/infra/store"

	"golang.org/x/sync/errgroup"
)

// maxFree is how many batches wait for another use: one for each stage.
const maxFree = 4

// work runs the stages side by side, read as the first. Batches that were handed
// on are committed even when ctx ends.
func (in *ingest) work(ctx context.Context, read func(context.Context) error) error {
	g, gctx := errgroup.WithContext(context.WithoutCancel(ctx))
	full, free := make(chan *batch), make(chan *batch, maxFree)
	known, ready := make(chan *prepared), make(chan *prepared)
	committed := make(chan int64, 1)
	if err := in.ready(ctx, gctx, full, free); err != nil {
		return err
	}
	var failed error // of the reader; batches that were handed on still count
	g.Go(func() error {
		defer close(full)
		if failed = read(ctx); failed == nil {
			failed = in.collect.flush()
		}
		if failed == nil {
			failed = in.closeSnapshots(gctx, in.snapshots.pending())
		}
		return nil
	})
	g.Go(func() error {
		return pipe(gctx, full, known, func(b *batch) (*prepared, error) { return in.prepare(gctx, b) })
	})
	g.Go(func() error {
		return pipe(gctx, known, ready, func(p *prepared) (*prepared, error) { return p, in.stage(gctx, p) })
	})
	g.Go(func() error {
		defer close(committed)
		for p := range ready {
			if err := in.commit(gctx, p); err != nil {
				return err
			}
			in.settled.committed()
			offer(committed, p.highest) // it may be at work; the next batch tells it then
			offer(free, p.batch)
		}
		return nil
	})
	g.Go(func() error { return in.tidy(gctx, committed) })
	if err := g.Wait(); err != nil {
		return err
	}
	return failed
}

// ready opens what the stages work with.
func (in *ingest) ready(ctx, stages context.Context, full chan<- *batch, free <-chan *batch) error {
	d := in.desk
	var err error
	if in.cases, err = openCaseBook(ctx, d.DB, d.Runs); err != nil {
		return err
	}
	if in.snapshots, err = d.loadSnapshots(ctx, in.run.id); err != nil {
		return err
	}
	if in.own, err = d.loadOwn(ctx, in.run.surge); err != nil {
		return err
	}
	if in.held, err = d.loadHeld(ctx); err != nil {
		return err
	}
	if in.lives, err = d.openLives(ctx, in.cases); err != nil {
		return err
	}
	if in.broken, err = d.unfinishedReplay(ctx); err != nil {
		return err
	}
	var last int64
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM batch").Scan(&last)
	})
	if err != nil {
		return err
	}
	if err := in.newCollector(ctx, last+1); err != nil {
		return err
	}
	in.collect.begin = func(m *member, meta feed.Meta) error { return in.beginMember(stages, m, meta) }
	in.collect.fresh = func() *batch {
		select {
		case b := <-free:
			return b
		default:
			return newBatch()
		}
	}
	in.collect.send = func(b *batch) error {
		in.settled.sent()
		return hand(stages, full, b)
	}
	return nil
}

// newCollector makes what locates, judges and routes; its first batch has number
// first.
func (in *ingest) newCollector(ctx context.Context, first int64) error {
	d := in.desk
	secret := d.Identity.Node().Secret
	ident, err := newIdentifier(secret)
	if err != nil {
		return err
	}
	erased, err := in.loadErased(ctx)
	if err != nil {
		return err
	}
	in.collect = &collector{erased: erased, ctx: ctx, geo: d.Geo, judge: d.Judge, router: d.Router, keys: newKeyer(secret), ident: ident,
		ages: d.Retention.ages(floorDiv(in.started.UnixMicro(), microsPerDay)), now: in.started, nextID: first, batch: newBatch().reset(first), again: in.replay != nil}
	return nil
}

// pipe is a stage: it does fn to each thing of in, in order, and hands it on. It
// closes out at the end.
func pipe[A, B any](ctx context.Context, in <-chan A, out chan<- B, fn func(A) (B, error)) error {
	defer close(out)
	for a := range in {
		b, err := fn(a)
		if err != nil {
			return err
		}
		if err := hand(ctx, out, b); err != nil {
			return err
		}
	}
	return nil
}

// hand waits until somebody takes v; it fails when another stage failed.
func hand[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// offer gives v away if somebody can take it now.
func offer[T any](to chan<- T, v T) {
	select {
	case to <- v:
	default:
	}
}

// tidy merges runs and folds sightings beside the batches, whenever one was
// committed. Its writes are slices too, so that batches pass between them.
func (in *ingest) tidy(ctx context.Context, committed <-chan int64) error {
	for cases := range committed {
		if err := in.desk.Runs.Maintain(ctx); err != nil {
			return err
		}
		if err := in.desk.counts.FoldIfDue(ctx, cases); err != nil {
			return err
		}
	}
	return nil
}

// settled counts the batches that were handed on and those that are committed.
type settled struct {
	mu   sync.Mutex
	open int
	none chan struct{} // closed when none is on its way; nil while nobody waits
}

func (s *settled) sent() {
	s.mu.Lock()
	s.open++
	s.mu.Unlock()
}

func (s *settled) committed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open--; s.open == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// wait returns when every batch that was handed on is committed, or with ctx's
// error.
func (s *settled) wait(ctx context.Context) error {
	s.mu.Lock()
	if s.open == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.none == nil {
		s.none = make(chan struct{})
	}
	none := s.none
	s.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
