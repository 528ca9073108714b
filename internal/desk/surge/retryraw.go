package surge

import (
	"context"
	"errors"
	"iter"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/source"
)

// wanted walks beside the members of a raw input and gives, of those with
// rejected rows, one a place: in pass 0 the first of each place, in pass 1 the
// second, and so on. Nearly every raw input has one pass.
type wanted struct {
	next  func() (retryMember, error, bool)
	stop  func()
	pass  int
	nth   int // of its place, from 0
	at    retryMember
	found bool // at is to be read
	again bool // a further pass has something to read
}

func (d *Desk) wanted(ctx context.Context, run int64, raw [32]byte, pass int) (*wanted, error) {
	w := &wanted{pass: pass, nth: -1}
	w.next, w.stop = iter.Pull2(d.membersWithRejects(ctx, run, raw))
	w.at.index = -1
	return w, w.step()
}

// step goes on to the next file of this pass.
func (w *wanted) step() error {
	for {
		m, err, more := w.next()
		if w.found = more && err == nil; !w.found {
			return err
		}
		if w.nth++; m.index != w.at.index {
			w.nth = 0
		}
		w.at = m
		if w.nth == w.pass {
			return nil
		}
		w.again = w.again || w.nth > w.pass
	}
}

// errAllRead ends the reading of a raw input whose wanted members are read.
var errAllRead = errors.New("past the last member with rejected rows")

// retryRaw reads the rejected rows of one raw input again, which a run had read.
func (in *ingest) retryRaw(ctx context.Context, run int64, raw [32]byte) error {
	for pass := 0; ; pass++ {
		w, err := in.desk.wanted(ctx, run, raw, pass)
		if err == nil {
			err = in.retryPass(ctx, raw, w)
		}
		w.stop()
		if err != nil || !w.again {
			return err
		}
	}
}

// retryPass reads a raw input once. What keeps a file from being read is noted
// and holds up no other.
func (in *ingest) retryPass(ctx context.Context, raw [32]byte, w *wanted) error {
	if !w.found {
		return nil
	}
	err := in.retryMembers(ctx, raw, w)
	switch {
	case errors.Is(err, errAllRead):
		return nil
	case ctx.Err() != nil:
		return errStopped
	case in.collect.broken != nil:
		return in.collect.broken
	case err == nil:
		err = fault.New(fault.NotFound, "its raw input does not hold it", "ingest the file again")
	case !unreadable(err):
		return err
	}
	for w.found {
		in.notRetried(w.at.name, err)
		if err := w.step(); err != nil {
			return err
		}
	}
	return nil
}

// retryMembers walks through the raw input until the last wanted file is read.
func (in *ingest) retryMembers(ctx context.Context, raw [32]byte, w *wanted) error {
	_, mod, err := in.retryOptions(&w.at)
	if err != nil {
		return err
	}
	kept, err := in.desk.Blobs.Open(ctx, raw)
	if err != nil {
		return err
	}
	defer kept.Close()
	return source.Members(ctx, w.at.name, mod, kept, kept.At, kept.Size, in.req.Limits, func(src source.Member) error {
		if src.Index != w.at.index {
			return nil
		}
		want := w.at
		broken := in.retryMember(ctx, raw, &want, src)
		if err := w.step(); err != nil {
			return err
		}
		if broken == nil && !w.found {
			return errAllRead
		}
		return broken
	})
}

// retryMember reads the rejected rows of one file again. The error is what keeps
// the rest of the raw input from being read.
func (in *ingest) retryMember(ctx context.Context, raw [32]byte, want *retryMember, src source.Member) error {
	opt, mod, err := in.retryOptions(want)
	if err != nil {
		return err
	}
	format, err := source.Choose(in.desk.Formats, opt, want.format, want.name, src.Head)
	if unreadable(err) {
		in.notRetried(want.name, err)
		return nil
	}
	if err != nil {
		return err
	}
	// A number of its own per member that was read before: the same file may have
	// been read twice.
	m, _ := in.memberOf(memberKey{raw, -2 - int(want.id), want.name}, opt)
	m.format, m.modTime = want.format, mod
	in.collect.start(m)
	in.collect.only = in.desk.openRejects(ctx, want.id)
	defer in.collect.only.stop()
	err = format.Read(ctx, feed.Input{Name: want.name, ModTime: mod, Body: src.Body, Options: opt}, in.collect)
	var q *feed.Quarantine
	switch {
	case errors.As(err, &q):
		in.notes = append(in.notes, Note{want.name, q.Reason, q.Text, q.Remedy})
		return nil
	case err != nil && (ctx.Err() != nil || in.collect.broken != nil || !unreadable(err)):
		return err
	case err != nil && m.rows == 0:
		in.notRetried(want.name, err)
		return err
	}
	// It may have broken off as it did at first: the rows before that were read.
	if settled := in.settle(m); settled != nil {
		return settled
	}
	return err
}

// retryOptions are those that a file was read with, but for what the request
// replaces; mod is the file's time of modification.
func (in *ingest) retryOptions(want *retryMember) (opt feed.Options, mod time.Time, err error) {
	if opt, mod, err = parseOptions(want.options); err != nil {
		return opt, mod, err
	}
	opt.Now = in.desk.Now()
	if z := in.req.Options.Zone; z != nil {
		opt.Zone = z
	}
	if m := in.req.Options.Mapping; m != nil {
		opt.Mapping = m
	}
	return opt, mod, nil
}

// settle ends a member that was retried. It is the same input as no other, so
// that no later file is recognised by it.
func (in *ingest) settle(m *member) error {
	m.state, m.identity = memberDone, []byte{}
	in.collect.batch.note(m)
	if len(in.collect.batch.reading) < retryReading {
		return nil
	}
	return in.collect.flush()
}

// unreadable tells whether an error is a fault of the input that is read again.
func unreadable(err error) bool {
	return fault.Is(err, fault.Corrupt) || fault.Is(err, fault.Limit) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound)
}

func (in *ingest) notRetried(name string, cause error) {
	in.notes = append(in.notes, Note{name, fault.KindOf(cause).String(), cause.Error(), fault.RemedyOf(cause)})
}
