package eventlog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

func (l *Log) leaseEnd() int64 { return l.now().Add(l.lease).UnixMicro() }

// hold makes sure that this process has a lease which lasts at least half its
// time, and gives the writer's number.
func (l *Log) hold(ctx context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writer != 0 && l.until-l.now().UnixMicro() >= l.lease.Microseconds()/2 {
		return l.writer, nil
	}
	var writer, until int64
	take := func(tx *store.Tx) error {
		writer, until = l.writer, l.leaseEnd()
		if writer != 0 {
			n, err := tx.Exec(ctx, "UPDATE eventlog_writer SET until = $1 WHERE id = $2 AND dead = 0", until, writer)
			if err != nil || n == 1 {
				return err
			}
		}
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(id), 0) + 1 FROM eventlog_writer").Scan(&writer); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "INSERT INTO eventlog_writer (id, until, dead) VALUES ($1, $2, 0) ON CONFLICT (id) DO NOTHING", writer, until)
		if err == nil && n != 1 {
			err = fault.New(fault.Busy, "another process took the same writer number", "try again")
		}
		return err
	}
	var err error
	for range 20 {
		if err = l.db.WriteSlice(ctx, take); !fault.Is(err, fault.Busy) {
			break
		}
	}
	if err != nil {
		return 0, err
	}
	l.writer, l.until = writer, until
	return writer, nil
}

// Sweep deletes the unlisted segments of writers whose lease has ended and the
// dead ones whose grace has passed, and says how many. What another writer is
// about to commit is left alone, and so is every listed segment.
func (l *Log) Sweep(ctx context.Context) (int, error) {
	l.mu.Lock()
	own := l.writer
	l.mu.Unlock()
	now := l.now().UnixMicro()
	err := l.db.WriteSlice(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE eventlog_writer SET dead = 1 WHERE dead = 0 AND until < $1 AND id <> $2", now, own)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end the leases of the log: %w", err)
	}
	n, err := l.bury(ctx)
	if err != nil {
		return n, err
	}
	// From here on no dead writer can list a file, so those it did not list until
	// now never will count.
	dead, kept, err := l.census(ctx)
	if err != nil || len(dead) == 0 {
		return n, err
	}
	days, err := l.fs.ReadDir(l.dir)
	if err != nil {
		return n, missingIsEmpty(err)
	}
	for _, d := range days {
		day, ok := strings.CutPrefix(d.Name(), "day=")
		if !ok || !d.IsDir() {
			continue
		}
		files, err := l.fs.ReadDir(l.folder(day))
		if err != nil {
			return n, err
		}
		for _, f := range files {
			batch, writer, part, ok := parseName(f.Name())
			if !ok || !dead[writer] {
				continue
			}
			path := filepath.Join(l.folder(day), f.Name())
			if path != l.path(batch, writer, part, day) || kept[path] {
				continue
			}
			if err := disk.Remnant(l.fs, path); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// census gives the dead writers, and the paths of the segments that are live or
// stay for a while.
func (l *Log) census(ctx context.Context) (dead map[int64]bool, kept map[string]bool, err error) {
	dead, kept = map[int64]bool{}, map[string]bool{}
	err = l.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT id FROM eventlog_writer WHERE dead = 1")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			dead[id] = true
		}
		return rows.Err()
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list the log's writers: %w", err)
	}
	// The live ones first: one that dies in between is in both lists.
	segments, err := l.segments(ctx, Query{})
	if err != nil {
		return nil, nil, err
	}
	late, err := l.deadFiles(ctx, math.MaxInt64)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range append(segments, late...) {
		kept[s.Path] = true
	}
	return dead, kept, nil
}

func missingIsEmpty(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
