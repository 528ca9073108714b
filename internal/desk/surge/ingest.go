package surge

import (
	"context"
	"time"

	"entente/internal/feed/source"
	"entente/internal/infra/erasure"
)

// run is one call of ingest, possibly resumed.
type run struct {
	id    int64
	surge int64
}

// ingest is the machinery of one run, a goroutine for each stage: collect (read,
// locate, judge, route), prepare (duplicates, cases), stage (files), commit.
type ingest struct {
	desk         *Desk
	run          run
	req          Request
	collect      *collector
	sources      *sourceBook
	cases        *caseBook
	flight       *flight
	finished     map[string]*member    // identities read to their end in this run
	taken        map[memberKey]bool    // members met so far in this run
	members      map[memberKey]*member // of the run before it was resumed
	lastMember   int64
	stdin        *kept // what standard input held; nil if it is not read
	done         int64 // bytes of raw input behind us
	size         int64
	met          map[party]bool // owners and countries that the run has cases of
	metPlacement map[int64]bool
	own          *ownCases
	held         heldCases
	lives        *lifeBook
	notes        []Note
	holds        []HoldStep
	marks        *erasure.Marks // what must not be kept
	started      time.Time
	snapshots    *snapshotBook
	settled      settled    // batches handed on, and committed
	scratch      scratch    // working memory of prepare
	replay       *replaying // nil unless what was read is read again
	broken       string     // feed of a replay that broke off
}

// Ingest reads the paths into the log and the cases. A run that was broken off
// is resumed by the same request. The error is a fault of kind Stopped when ctx
// ended it; everything committed stays.
func (d *Desk) Ingest(ctx context.Context, req Request) (Result, error) {
	in := newIngest(d, req)
	raws, err := source.Expand(req.Paths)
	if err != nil {
		return Result{}, err
	}
	for _, r := range raws {
		if r.Stdin {
			in.size = 0
			break
		}
		in.size += 2 * r.Size // once to keep it, once to read it
	}
	if _, err := d.Log.Sweep(ctx); err != nil {
		return Result{}, err
	}
	if err := d.removeRaw(ctx); err != nil {
		return Result{}, err
	}
	if in.holds, err = d.alignHolds(ctx, in.started, 0); err != nil {
		return Result{}, err
	}
	// Standard input has no name, so its content says which run it belongs to.
	for _, r := range raws {
		if r.Stdin && in.stdin == nil {
			if in.stdin, err = in.put(ctx, r); err != nil {
				return Result{}, err
			}
		}
	}
	if in.run, err = d.openRun(ctx, req, in.stdin); err != nil {
		return Result{}, err
	}
	if in.members, in.lastMember, err = d.loadMembers(ctx, in.run.id); err != nil {
		return Result{}, err
	}
	return in.finish(ctx, func(ctx context.Context) error { return in.readAll(ctx, raws) })
}

func newIngest(d *Desk, req Request) *ingest {
	return &ingest{desk: d, req: req, finished: map[string]*member{}, taken: map[memberKey]bool{}, met: map[party]bool{}, metPlacement: map[int64]bool{},
		flight: newFlight(), sources: newSourceBook(d), started: d.Now()}
}

// finish does the work of the run, closes it and draws up its account.
func (in *ingest) finish(ctx context.Context, read func(context.Context) error) (Result, error) {
	d := in.desk
	if err := in.work(ctx, read); err != nil {
		return Result{}, err
	}
	if err := d.removeRaw(ctx); err != nil {
		return Result{}, err
	}
	if err := d.counts.Fold(ctx); err != nil {
		return Result{}, err
	}
	if in.run.surge != 0 {
		if err := d.joinRecognised(ctx, in.run.surge); err != nil {
			return Result{}, err
		}
	}
	if !in.req.Reports {
		if err := d.closeRun(ctx, in.run.id); err != nil {
			return Result{}, err
		}
	}
	account, err := d.AccountOf(ctx, in.run.id)
	if err != nil {
		return Result{}, err
	}
	account.Seconds = d.Now().Sub(in.started).Seconds()
	erased, err := d.countErased(ctx, in.run.id)
	return Result{Account: account, Run: in.run.id, Notes: in.notes, Holds: in.holds, Erased: erased}, err
}
