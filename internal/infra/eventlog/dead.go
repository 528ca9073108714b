package eventlog

import (
	"context"
	"fmt"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// reading notes that a scan begins; what it gives is called at its end. Files
// that die meanwhile stay until then.
func (l *Log) reading() (done func()) {
	began := l.now().UnixMicro()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scans[&began] = true
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.scans, &began)
	}
}

// neededSince tells whether a scan under way may have a file on its list that died at
// a moment.
func (l *Log) neededSince(died int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for began := range l.scans {
		if *began <= died {
			return true
		}
	}
	return false
}

// deadFile is a file that counted once.
type deadFile struct {
	*segment
	died int64
}

// deadFiles lists the dead files that need not stay beyond a moment.
func (l *Log) deadFiles(ctx context.Context, until int64) ([]*segment, error) {
	dead, err := l.listDead(ctx, until)
	out := make([]*segment, len(dead))
	for i, d := range dead {
		out[i] = d.segment
	}
	return out, err
}

func (l *Log) listDead(ctx context.Context, until int64) (out []deadFile, err error) {
	err = l.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT batch, day, writer, part, died FROM eventlog_dead WHERE keep_until <= $1 ORDER BY batch, day, writer, part", until)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			d := deadFile{segment: &segment{}}
			if err := rows.Scan(&d.Batch, &d.Day, &d.writer, &d.part, &d.died); err != nil {
				return err
			}
			d.Path = l.path(d.Batch, d.writer, d.part, d.Day)
			out = append(out, d)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list the log's dead files: %w", err)
	}
	return out, nil
}

// bury deletes the dead files that nobody needs any more, and says how many. A
// file goes before its row, so that what broke off is done again.
func (l *Log) bury(ctx context.Context) (int, error) {
	all, err := l.listDead(ctx, l.now().UnixMicro())
	if err != nil {
		return 0, err
	}
	var gone []deadFile
	var failed error
	for _, d := range all {
		if l.neededSince(d.died) {
			continue
		}
		if failed = disk.Remnant(l.fs, d.Path); failed != nil {
			break
		}
		gone = append(gone, d)
	}
	if len(gone) == 0 {
		return 0, failed
	}
	// The names must be gone for good before the rows are: a file that came back
	// after a power cut would belong to nobody.
	synced := map[string]bool{}
	for _, d := range gone {
		if dir := l.folder(d.Day); !synced[dir] {
			synced[dir] = true
			if err := l.fs.SyncDir(dir); err != nil {
				return 0, err
			}
		}
	}
	err = l.db.WriteSlice(ctx, func(tx *store.Tx) error {
		return tx.UpdateIn(ctx, "DELETE FROM eventlog_dead WHERE batch = $1 AND day = $2 AND writer = $3 AND part = $4",
			len(gone), func(i int, d []any) {
				d[0], d[1], d[2], d[3] = gone[i].Batch, gone[i].Day, gone[i].writer, gone[i].part
			})
	})
	if err != nil {
		return 0, err
	}
	return len(gone), failed
}

// missing says why a listed segment's file is not there: it was rewritten while
// it was read, or it is lost.
func (l *Log) missing(ctx context.Context, s *segment, cause error) error {
	n := 0
	err := l.db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM eventlog_segment WHERE batch = $1 AND day = $2 AND writer = $3 AND part = $4",
			s.Batch, s.Day, s.writer, s.part).Scan(&n)
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		return fault.Wrap(fault.Busy, cause, "the log was rewritten while it was read", "run the same command again")
	}
	return damaged(s, cause)
}

// EndGrace lets the dead files go with the next sweep, whoever may hold an older
// list, in the caller's transaction. The other writers' leases end too, so that
// what they have on its way is swept and cannot be committed. It is for one that
// works alone in the data folder.
func (l *Log) EndGrace(ctx context.Context, tx *store.Tx) error {
	l.mu.Lock()
	own := l.writer
	l.mu.Unlock()
	if _, err := tx.Exec(ctx, "UPDATE eventlog_writer SET dead = 1 WHERE dead = 0 AND id <> $1", own); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE eventlog_dead SET keep_until = died")
	return err
}
