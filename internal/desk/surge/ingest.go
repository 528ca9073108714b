package surge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/source"
	"entente/internal/infra/store"

	"golang.org/x/sync/errgroup"
)

// Request is one call of ingest.
type Request struct {
	Paths    []string
	Stdin    io.Reader
	Options  feed.Options
	Format   string // overrides detection
	Surge    string // name of the surge that the cases join; "" for none
	Limits   source.Limits
	Progress func(Progress) // may be nil; called from one goroutine
}

// Progress is how far a run has come.
type Progress struct {
	Rows        int64
	Bytes, Size int64 // of the raw inputs; Size is 0 when unknown
	File        string
}

// Result is a run's account and what a person should hear about it.
type Result struct {
	Account
	Run   int64
	Notes []Note
}

// Note is a file that was set aside or broke off.
type Note struct {
	File, Reason, Text, Remedy string
}

// maxFree is how many batches wait for another use: one for each stage.
const maxFree = 4

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
	members      map[memberKey]*member // of the run before it was resumed
	lastMember   int64
	done         int64 // bytes of raw input behind us
	size         int64
	met          map[party]bool // owners and countries that the run has cases of
	metPlacement map[int64]bool
	own          *ownCases
	turned       map[int64]uint8 // states of cases that held sightings touched
	notes        []Note
	started      time.Time
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
	if in.run, err = d.openRun(ctx, req); err != nil {
		return Result{}, err
	}
	if in.members, in.lastMember, err = d.loadMembers(ctx, in.run.id); err != nil {
		return Result{}, err
	}
	return in.finish(ctx, func(ctx context.Context) error { return in.readAll(ctx, raws) })
}

func newIngest(d *Desk, req Request) *ingest {
	return &ingest{desk: d, req: req, finished: map[string]*member{}, met: map[party]bool{}, metPlacement: map[int64]bool{}, turned: map[int64]uint8{},
		flight: newFlight(), sources: newSourceBook(d), started: d.Now()}
}

// finish does the work of the run, closes it and draws up its account.
func (in *ingest) finish(ctx context.Context, read func(context.Context) error) (Result, error) {
	d := in.desk
	if err := in.work(ctx, read); err != nil {
		return Result{}, err
	}
	if err := d.Fold(ctx); err != nil {
		return Result{}, err
	}
	if in.run.surge != 0 {
		if err := d.joinRecognised(ctx, in.run.surge); err != nil {
			return Result{}, err
		}
	}
	if err := d.closeRun(ctx, in.run.id); err != nil {
		return Result{}, err
	}
	account, err := d.AccountOf(ctx, in.run.id)
	if err != nil {
		return Result{}, err
	}
	account.Seconds = d.Now().Sub(in.started).Seconds()
	return Result{Account: account, Run: in.run.id, Notes: in.notes}, nil
}

// work runs read as the first of the three stages. Batches that were handed on
// are committed even when ctx ends.
func (in *ingest) work(ctx context.Context, read func(context.Context) error) error {
	d := in.desk
	var err error
	if in.cases, err = openCaseBook(ctx, d.DB, d.Runs); err != nil {
		return err
	}
	if in.own, err = d.loadOwn(ctx, in.run.surge); err != nil {
		return err
	}
	var last int64
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM batch").Scan(&last)
	})
	if err != nil {
		return err
	}
	full := make(chan *batch)
	known := make(chan *prepared)
	ready := make(chan *prepared)
	free := make(chan *batch, maxFree)
	g, gctx := errgroup.WithContext(context.WithoutCancel(ctx))
	in.collect = &collector{ctx: ctx, geo: d.Geo, judge: d.Judge, router: d.Router, keys: newKeyer(d.Identity.Node().Secret),
		now: d.Now(), nextID: last + 1, batch: newBatch().reset(last + 1)}
	in.collect.begin = func(m *member, meta feed.Meta) error { return in.beginMember(ctx, m, meta) }
	in.collect.fresh = func() *batch {
		select {
		case b := <-free:
			return b
		default:
			return newBatch()
		}
	}
	in.collect.send = func(b *batch) error {
		select {
		case full <- b:
			return nil
		case <-gctx.Done():
			return context.Cause(gctx)
		}
	}
	var failed error // of the reader; batches that were handed on still count
	g.Go(func() error {
		defer close(full)
		if failed = read(ctx); failed == nil {
			failed = in.collect.flush()
		}
		return nil
	})
	g.Go(func() error {
		defer close(known)
		for b := range full {
			p, err := in.prepare(gctx, b)
			if err != nil {
				return err
			}
			select {
			case known <- p:
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		}
		return nil
	})
	g.Go(func() error {
		defer close(ready)
		for p := range known {
			if err := in.stage(gctx, p); err != nil {
				return err
			}
			select {
			case ready <- p:
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		}
		return nil
	})
	committed := make(chan int64, 1)
	g.Go(func() error { return in.tidy(gctx, committed) })
	g.Go(func() error {
		defer close(committed)
		for p := range ready {
			if err := in.commit(gctx, p); err != nil {
				return err
			}
			select {
			case committed <- p.highest:
			default: // it is at work; the next batch tells it
			}
			select {
			case free <- p.batch:
			default:
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return failed
}

// tidy merges runs and folds sightings beside the batches, whenever one was
// committed. Its writes are slices too, so that batches pass between them.
func (in *ingest) tidy(ctx context.Context, committed <-chan int64) error {
	for cases := range committed {
		if err := in.desk.Runs.Maintain(ctx); err != nil {
			return err
		}
		if err := in.desk.foldIfDue(ctx, cases); err != nil {
			return err
		}
	}
	return nil
}

// readAll keeps and reads each raw input in turn.
func (in *ingest) readAll(ctx context.Context, raws []source.Raw) error {
	for _, r := range raws {
		if err := ctx.Err(); err != nil {
			return errStopped
		}
		if err := in.readRaw(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (in *ingest) readRaw(ctx context.Context, raw source.Raw) error {
	hash, size, err := in.keep(ctx, raw)
	if err != nil {
		return err
	}
	kept, err := in.desk.Blobs.Open(ctx, hash)
	if err != nil {
		return err
	}
	defer kept.Close()
	before := in.done
	body := &countingReader{r: kept.Trust(), add: func(n int64) { in.done += n }}
	opt := in.req.Options
	format := in.req.Format
	if !raw.Stdin {
		if err := in.desk.sidecar(raw.Path, &opt, &format); err != nil {
			return err
		}
	}
	opt.Now = in.desk.Now()
	err = source.Members(ctx, raw.Path, raw.ModTime, body, kept.At, size, in.req.Limits, func(m source.Member) error {
		return in.readMember(ctx, hash, m, opt, format)
	})
	in.done = before + size
	in.report(raw.Path)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errStopped
	case fault.Is(err, fault.Corrupt), fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid):
		return in.cutOff(raw.Path, hash, err)
	}
	return fmt.Errorf("read %s: %w", source.Display(raw.Path), err)
}

// keep stores the raw input by its hash before anything of it is read.
func (in *ingest) keep(ctx context.Context, raw source.Raw) (hash [32]byte, size int64, err error) {
	var r io.Reader = in.req.Stdin
	if !raw.Stdin {
		f, err := os.Open(raw.Path)
		if err != nil {
			return hash, 0, fault.Wrap(fault.NotFound, err, "cannot open "+source.Display(raw.Path), "check the path and its permissions")
		}
		defer f.Close()
		r = f
	} else if r == nil {
		return hash, 0, fault.New(fault.Usage, "there is no standard input to read", "give a path, or pipe a file in")
	}
	ref, err := in.desk.Blobs.Put(ctx, &countingReader{r: r, add: func(n int64) {
		in.done += n
		in.report(raw.Path)
	}}, true)
	if err != nil && ctx.Err() != nil {
		err = errStopped
	}
	return ref.Hash, ref.Size, err
}

func (in *ingest) readMember(ctx context.Context, hash [32]byte, src source.Member, opt feed.Options, override string) error {
	if description(src.Name) {
		return nil
	}
	m, fresh := in.memberOf(memberKey{hash, src.Index, src.Name}, opt)
	if !fresh && m.state != memberOpen {
		in.remember(m)
		return nil
	}
	format, err := source.Choose(in.desk.Formats, opt, override, src.Name, src.Head)
	if err != nil {
		if fault.Is(err, fault.Usage) {
			return err
		}
		return in.setAside(m, "unknown-format", err.Error(), fault.RemedyOf(err))
	}
	m.format = format.Info().Name
	in.collect.start(m)
	err = format.Read(ctx, feed.Input{Name: src.Name, ModTime: src.ModTime, Body: src.Body, Options: opt}, in.collect)
	in.report(src.Name)
	var q *feed.Quarantine
	switch {
	case err == nil:
		m.state = memberDone
		in.collect.batch.note(m)
		in.finished[string(m.identity)] = m
	case errors.Is(err, errRecognised):
		in.collect.batch.note(m)
	case errors.As(err, &q):
		return in.setAside(m, q.Reason, q.Text, q.Remedy)
	case ctx.Err() != nil:
		return errStopped
	default:
		return err
	}
	return nil
}

// memberOf gives the member of a resumed run, or a fresh one.
func (in *ingest) memberOf(key memberKey, opt feed.Options) (m *member, fresh bool) {
	if m := in.members[key]; m != nil {
		m.options = opt
		return m, false
	}
	in.lastMember++
	m = &member{id: in.lastMember, raw: key.raw, index: key.index, name: key.name, options: opt, rejected: map[string]int64{}}
	return m, true
}

// remember takes in a member that this run had settled before it was resumed.
func (in *ingest) remember(m *member) {
	switch m.state {
	case memberDone:
		in.finished[string(m.identity)] = m
	case memberQuarantined, memberCut:
		in.notes = append(in.notes, Note{File: m.name, Reason: m.reason, Text: m.note})
	}
}

// setAside records that a file is quarantined whole.
func (in *ingest) setAside(m *member, reason, text, remedy string) error {
	m.state, m.reason, m.note = memberQuarantined, reason, text
	in.notes = append(in.notes, Note{m.name, reason, text, remedy})
	in.collect.batch.note(m)
	return nil
}

// cutOff notes that a raw input broke off; what was read of it counts.
func (in *ingest) cutOff(path string, hash [32]byte, cause error) error {
	reason := "damaged"
	if fault.Is(cause, fault.Limit) {
		reason = "limit"
	}
	m := in.collect.member
	if m == nil || m.raw != hash || m.state != memberOpen {
		m, _ = in.memberOf(memberKey{hash, -1, source.Display(path)}, in.req.Options)
		return in.setAside(m, reason, cause.Error(), fault.RemedyOf(cause))
	}
	m.state, m.reason, m.note = memberCut, reason, cause.Error()
	in.notes = append(in.notes, Note{m.name, reason, cause.Error(), fault.RemedyOf(cause)})
	in.collect.batch.note(m)
	return nil
}

func (in *ingest) report(file string) {
	if in.req.Progress == nil {
		return
	}
	var rows int64
	if in.collect != nil {
		rows = in.collect.rows
	}
	in.req.Progress(Progress{Rows: rows, Bytes: in.done, Size: in.size, File: file})
}

// fingerprint says which request a run belongs to, so that it can be resumed.
func (r Request) fingerprint(surge int64) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d\x1f%s\x1f%s\x1f%s", surge, r.Format, optionText(r.Options), strings.Join(r.Paths, "\x1f"))
	return h.Sum(nil)
}

type countingReader struct {
	r   io.Reader
	add func(int64)
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.add(int64(n))
	return n, err
}
