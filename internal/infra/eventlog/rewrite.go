package eventlog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// Rewrite is a segment that takes the place of others of its day. It is durable
// and counts once the transaction given to Commit has committed; the others are
// dead from then on.
type Rewrite struct {
	Day   string
	From  []File // in whose place it stands
	Into  []File // what it wrote: one file, or none when no row is left
	Taken int64  // rows that were left out

	staged Staged
	from   []*segment
	grace  bool
}

// rewrite merges segments of one day into one, in the log's order, without the
// rows for which keep is false; keep nil keeps all. With grace the old files stay
// for a while after they died, for readers that hold an older list. Memory grows
// with the number of rows, which the caller bounds.
func (l *Log) rewrite(ctx context.Context, from []*segment, grace bool, keep func(*Row) bool) (_ *Rewrite, err error) {
	rw := &Rewrite{Day: from[0].Day, from: from, grace: grace, staged: Staged{log: l}}
	for _, s := range from {
		rw.From = append(rw.From, s.File)
	}
	if rw.staged.writer, err = l.hold(ctx); err != nil {
		return nil, fmt.Errorf("take the log's lease: %w", err)
	}
	if err := rw.write(ctx, keep); err != nil {
		if derr := rw.Discard(ctx); derr != nil {
			err = errors.Join(err, derr)
		}
		return nil, fmt.Errorf("rewrite segments of %s: %w", rw.Day, err)
	}
	for _, s := range rw.staged.list {
		rw.Into = append(rw.Into, s.File)
	}
	return rw, nil
}

// write merges, then makes the file. There is none where no row is left.
func (rw *Rewrite) write(ctx context.Context, keep func(*Row) bool) error {
	l := rw.staged.log
	s := &segment{File: File{Day: rw.Day, Batch: math.MaxInt64, MinTime: math.MaxInt64, MaxTime: math.MinInt64}, writer: rw.staged.writer}
	sw := writers.Get().(*segmentWriter)
	defer writers.Put(sw)
	sw.reset()
	err := l.merge(ctx, rw.from, func(r *Row) error {
		if keep != nil && !keep(r) {
			rw.Taken++
			return nil
		}
		s.Batch, s.Last = min(s.Batch, r.Batch), max(s.Last, r.Batch)
		s.MinTime, s.MaxTime = min(s.MinTime, r.Observed), max(s.MaxTime, r.Observed)
		return sw.push(r)
	})
	if err != nil || sw.rows == 0 {
		return err
	}
	l.mu.Lock()
	l.part++
	s.part = l.part
	l.mu.Unlock()
	s.Path = l.path(s.Batch, s.writer, s.part, s.Day)
	dir := l.folder(s.Day)
	if err := l.makeFolder(dir); err != nil {
		return err
	}
	f, err := l.fs.Create(s.Path)
	if err != nil {
		return err
	}
	rw.staged.list = append(rw.staged.list, s)
	if err := rw.fill(f, sw, s); err != nil {
		return err
	}
	return l.fs.SyncDir(dir)
}

func (rw *Rewrite) fill(f disk.File, sw *segmentWriter, s *segment) (err error) {
	buf := bufio.NewWriterSize(f, 256<<10)
	s.sum, err = sw.end(buf)
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	s.Rows, s.Bytes = s.sum.Rows, s.sum.Bytes
	return err
}

// Commit lists the new segment and ends the old ones in the caller's
// transaction. It fails with fault.Conflict when the lease ended meanwhile, or
// another process took one of the old segments.
func (rw *Rewrite) Commit(ctx context.Context, tx *store.Tx) error {
	l := rw.staged.log
	if err := rw.staged.renew(ctx, tx); err != nil {
		return err
	}
	died := l.now().UnixMicro()
	until := died
	if rw.grace {
		until += l.grace.Microseconds()
	}
	for _, s := range rw.from {
		n, err := tx.Exec(ctx, "DELETE FROM eventlog_segment WHERE batch = $1 AND day = $2 AND writer = $3 AND part = $4",
			s.Batch, s.Day, s.writer, s.part)
		if err != nil {
			return err
		}
		if n != 1 {
			return fault.New(fault.Conflict, "another process rewrote the same segments of the log", "run the same command again")
		}
		_, err = tx.Exec(ctx, "INSERT INTO eventlog_dead (batch, day, writer, part, died, keep_until) VALUES ($1, $2, $3, $4, $5, $6)",
			s.Batch, s.Day, s.writer, s.part, died, until)
		if err != nil {
			return err
		}
	}
	return rw.staged.enlist(ctx, tx)
}

// Discard deletes what was written. Call it when the transaction was surely not
// committed; what it cannot delete is swept when the lease has ended.
func (rw *Rewrite) Discard(ctx context.Context) error { return rw.staged.Discard(ctx) }

// bytesOf adds up the sizes of files.
func bytesOf(files []File) (n int64) {
	for f := range slices.Values(files) {
		n += f.Bytes
	}
	return n
}
