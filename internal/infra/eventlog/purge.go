package eventlog

import (
	"context"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// Purge says which rows are to leave the log.
type Purge struct {
	Days    func(day string) bool // which days' partitions are looked at; nil: all
	Columns []string              // what Why looks at
	// Why gives the number of the reason for which a row leaves, 0 for one that
	// stays. It may be asked twice of a row.
	Why func(*Row) int
	// Grace keeps the old files for readers that hold an older list. Without it
	// they are deleted at once, unless a scan of this process needs them.
	Grace  bool
	DryRun bool
	// Commit does more in the transaction in which the rows leave; may be nil.
	Commit func(ctx context.Context, tx *store.Tx, p Purged) error
}

// Purged is what became of one segment.
type Purged struct {
	Day   string
	Rows  map[int]int64 // that left, by reason
	Whole bool          // none stayed
	Bytes int64         // that its file was larger than the new one
}

// Purge takes rows out of the log, segment by segment: one of which no row stays
// is dropped, another is written again without them. It ends when a pass over all
// segments finds no such row, so that what another process commits meanwhile is
// not missed. Each step counts by itself; a stop between two is no harm.
func (l *Log) Purge(ctx context.Context, p Purge) ([]Purged, error) {
	var out []Purged
	for {
		segments, err := l.segments(ctx, Query{})
		if err != nil {
			return out, err
		}
		again := false
		for _, s := range segments {
			if p.Days != nil && !p.Days(s.Day) {
				continue
			}
			done, err := l.purgeOne(ctx, s, &p)
			if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Busy) && ctx.Err() == nil && l.ended(ctx, s) {
				again = true // another process rewrote it; it is met again
				continue
			}
			if err != nil {
				return out, err
			}
			if done != nil {
				out = append(out, *done)
			}
		}
		if !again {
			return out, nil
		}
	}
}

// ended tells whether a segment counts no more.
func (l *Log) ended(ctx context.Context, s *segment) bool {
	return fault.Is(l.missing(ctx, s, nil), fault.Busy)
}

// purgeOne gives nil where all rows stay.
func (l *Log) purgeOne(ctx context.Context, s *segment, p *Purge) (*Purged, error) {
	done := &Purged{Day: s.Day, Rows: map[int]int64{}}
	leave, err := l.leaving(ctx, s, p, done.Rows)
	if err != nil || leave == 0 {
		return nil, err
	}
	done.Whole, done.Bytes = leave == s.Rows, s.Bytes
	if p.DryRun {
		if !done.Whole {
			done.Bytes = s.Bytes * leave / s.Rows
		}
		return done, nil
	}
	rw, err := l.without(ctx, s, p, done.Whole)
	if err != nil {
		return nil, err
	}
	done.Bytes -= bytesOf(rw.Into)
	err = l.db.WriteSlice(ctx, func(tx *store.Tx) error {
		if err := rw.Commit(ctx, tx); err != nil || p.Commit == nil {
			return err
		}
		return p.Commit(ctx, tx, *done)
	})
	if fault.Is(err, fault.Conflict) {
		_ = rw.Discard(ctx) // else a sweep does it
	}
	return done, err
}

// leaving counts the rows of a segment that leave, by reason.
func (l *Log) leaving(ctx context.Context, s *segment, p *Purge, by map[int]int64) (n int64, err error) {
	need, err := needed(&Query{}, p.Columns)
	if err != nil {
		return 0, err
	}
	defer l.reading()()
	for c := range l.ahead(ctx, []*segment{s}, &Query{}, need) {
		if c.err != nil {
			return n, c.err
		}
		for i := range c.rows {
			if why := p.Why(&c.rows[i]); why != 0 {
				by[why]++
				n++
			}
		}
		c.free()
	}
	return n, nil
}

// without makes the rewrite of a segment. One of which nothing stays needs no
// reading.
func (l *Log) without(ctx context.Context, s *segment, p *Purge, whole bool) (*Rewrite, error) {
	if !whole {
		return l.rewrite(ctx, []*segment{s}, p.Grace, func(r *Row) bool { return p.Why(r) == 0 })
	}
	rw := &Rewrite{Day: s.Day, From: []File{s.File}, from: []*segment{s}, grace: p.Grace, staged: Staged{log: l}}
	var err error
	rw.staged.writer, err = l.hold(ctx)
	return rw, err
}
