package eventlog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// Staged are segments that are durable but do not count yet.
type Staged struct {
	log    *Log
	writer int64
	list   []*segment
}

// Stage writes the rows of a batch, one segment per day, and returns when they
// are durable. rows are read only during the call. Without rows there is no
// segment and the Staged does nothing. A batch may be staged again after
// Discard, not beside it.
func (l *Log) Stage(ctx context.Context, batch int64, rows []Row) (*Staged, error) {
	st := &Staged{log: l}
	if len(rows) == 0 {
		return st, nil
	}
	if batch < 0 || len(rows) > math.MaxInt32 {
		return nil, fmt.Errorf("stage batch %d of %d rows: outside what a segment may hold", batch, len(rows))
	}
	var err error
	if st.writer, err = l.hold(ctx); err != nil {
		return nil, fmt.Errorf("take the log's lease: %w", err)
	}
	if err := st.write(ctx, batch, rows); err != nil {
		if derr := st.Discard(ctx); derr != nil {
			err = errors.Join(err, derr)
		}
		return nil, fmt.Errorf("write segments of batch %d: %w", batch, err)
	}
	return st, nil
}

// share are the rows of one day.
type share struct {
	day      string
	pick     []int32 // nil: all rows
	min, max int64
}

const micros = int64(time.Second / time.Microsecond)

// dayOf gives the number of a row's day since 1970.
func dayOf(r *Row) int64 {
	t := r.Observed
	if r.Mode == "snapshot" {
		t = r.Snapshot
	}
	day := t / (86_400 * micros)
	if t%(86_400*micros) < 0 {
		day--
	}
	return day
}

func dayText(day int64) string { return time.Unix(day*86_400, 0).UTC().Format(time.DateOnly) }

func shares(rows []Row) []share {
	byDay := map[int64]*share{}
	var days []int64
	last, lastDay := (*share)(nil), int64(0)
	for i := range rows {
		r := &rows[i]
		day := dayOf(r)
		if last == nil || day != lastDay {
			if last, lastDay = byDay[day], day; last == nil {
				last = &share{day: dayText(day), min: r.Observed, max: r.Observed}
				byDay[day] = last
				days = append(days, day)
			}
		}
		last.pick = append(last.pick, int32(i))
		last.min, last.max = min(last.min, r.Observed), max(last.max, r.Observed)
	}
	slices.Sort(days)
	out := make([]share, len(days))
	for i, d := range days {
		out[i] = *byDay[d]
	}
	if len(out) == 1 {
		out[0].pick = nil
	}
	return out
}

// inWork is how many files or folders of a batch are forced to the disk at a
// time, so that a batch of thousands of days holds few files open.
const inWork = 8

// write writes the files one after another. While one is written, those before
// it are synced, each with its folder.
func (st *Staged) write(ctx context.Context, batch int64, rows []Row) error {
	l, list := st.log, shares(rows)
	if err := l.makeFolders(list); err != nil {
		return err
	}
	g, going := errgroup.WithContext(ctx)
	g.SetLimit(inWork)
	buf := bufio.NewWriterSize(nil, 256<<10)
	for i := range list {
		if going.Err() != nil {
			break
		}
		f, err := st.writeShare(ctx, batch, rows, &list[i], buf)
		if err != nil {
			_ = g.Wait() // only after another failure
			return err
		}
		g.Go(func() error {
			err := f.Sync()
			if cerr := f.Close(); err == nil {
				err = cerr
			}
			if err != nil {
				return err
			}
			return l.fs.SyncDir(l.folder(list[i].day))
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// writeShare writes the file of one day and leaves it open and unsynced.
func (st *Staged) writeShare(ctx context.Context, batch int64, rows []Row, sh *share, buf *bufio.Writer) (disk.File, error) {
	path := st.log.path(batch, st.writer, 0, sh.day)
	f, err := st.log.create(ctx, path, batch, sh.day)
	if err != nil {
		return nil, err
	}
	s := &segment{File: File{Path: path, Day: sh.day, Batch: batch, Last: batch, MinTime: sh.min, MaxTime: sh.max}, writer: st.writer}
	st.list = append(st.list, s)
	buf.Reset(f)
	if s.sum, err = writeSegment(buf, rows, sh.pick); err == nil {
		err = buf.Flush()
	}
	if err != nil {
		_ = f.Close() // only after another failure
		return nil, err
	}
	s.Rows, s.Bytes = s.sum.Rows, s.sum.Bytes
	return f, nil
}

// makeFolders makes the folders that are missing.
func (l *Log) makeFolders(list []share) error {
	var g errgroup.Group
	g.SetLimit(inWork)
	for i := range list {
		dir := l.folder(list[i].day)
		g.Go(func() error { return l.makeFolder(dir) })
	}
	return g.Wait()
}

// makeFolder makes a folder if it is missing.
func (l *Log) makeFolder(dir string) error {
	l.mu.Lock()
	known := l.made[dir]
	l.mu.Unlock()
	if known {
		return nil
	}
	if err := l.fs.MkdirAll(dir); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made[dir] = true
	return nil
}

// create makes a segment's file. One of that name can only be what this writer
// failed to discard, unless the manifest lists it.
func (l *Log) create(ctx context.Context, path string, batch int64, day string) (disk.File, error) {
	f, err := l.fs.Create(path)
	if !errors.Is(err, fs.ErrExist) {
		return f, err
	}
	live, err := l.live(ctx, batch, day)
	if err != nil {
		return nil, err
	}
	if live {
		return nil, fault.Newf(fault.Conflict, "give every batch a number of its own", "batch %d is in the log already", batch)
	}
	if err := disk.Remnant(l.fs, path); err != nil {
		return nil, err
	}
	return l.fs.Create(path)
}

func (l *Log) live(ctx context.Context, batch int64, day string) (bool, error) {
	n := 0
	err := l.db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM eventlog_segment WHERE batch = $1 AND day = $2", batch, day).Scan(&n)
	})
	return n > 0, err
}

// Commit lists the segments in the caller's transaction: they count when it has
// committed. It fails with fault.Conflict when the lease ended meanwhile and
// the files may be gone.
func (st *Staged) Commit(ctx context.Context, tx *store.Tx) error {
	if len(st.list) == 0 {
		return nil
	}
	if err := st.renew(ctx, tx); err != nil {
		return err
	}
	return st.enlist(ctx, tx)
}

// renew fails unless the writer's lease lasts, and prolongs it.
func (st *Staged) renew(ctx context.Context, tx *store.Tx) error {
	n, err := tx.Exec(ctx, "UPDATE eventlog_writer SET until = $1 WHERE id = $2 AND dead = 0", st.log.leaseEnd(), st.writer)
	if err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "the lease of this writer ended before its batch was committed, so the batch was not kept",
		"run the same command again; if it happens again, set a longer lease")
}

func (st *Staged) enlist(ctx context.Context, tx *store.Tx) error {
	return tx.CopyIn(ctx, "eventlog_segment",
		[]string{"batch", "last_batch", "day", "writer", "part", "row_count", "byte_count", "min_time", "max_time", "filters", "tail"},
		len(st.list), func(i int, d []any) {
			s := st.list[i]
			filters, tail := s.sum.texts()
			d[0], d[1], d[2], d[3], d[4], d[5], d[6] = s.Batch, s.Last, s.Day, s.writer, s.part, s.Rows, s.Bytes
			d[7], d[8], d[9], d[10] = s.MinTime, s.MaxTime, filters, tail
		})
}

// Discard deletes the files of a batch that was not committed. What it cannot
// delete is swept when the lease has ended.
func (st *Staged) Discard(ctx context.Context) error {
	var errs []error
	for _, s := range st.list {
		if err := disk.Remnant(st.log.fs, s.Path); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
