package store

import (
	"context"
	"database/sql"
)

// logLimits say when SQLite's write-ahead log is merged into the database, in
// pages of 4 KiB.
type logLimits struct {
	merge int64 // so many wait: the checkpointer merges them beside the writer
	bound int64 // so many in all, since the writer never paused or a reader held an old snapshot: merged between two slices
	step  int64 // when a reader is still in the way then, the next attempt comes so much later
}

func defaultLimits() logLimits {
	return logLimits{merge: 4 << 10, bound: 48 << 10, step: 8 << 10} // 16, 192 and 32 MiB
}

// logState is what the writer knows of its log; the gate guards it.
type logState struct {
	pages  int64 // in the log
	merged int64 // of these already in the database
	bound  int64 // at how many pages boundLog acts; 0: the limit
}

// Checkpoint merges SQLite's write-ahead log into the database as far as
// neither a reader nor a writer has to wait. On PostgreSQL it does nothing.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.dialect == Postgres || db.readOnly {
		return nil
	}
	pool, err := db.openMerger()
	if err != nil {
		return db.translate(ctx, err)
	}
	defer pool.Close()
	db.merging.Lock()
	defer db.merging.Unlock()
	_, err = checkpoint(ctx, pool, "PASSIVE")
	return db.translate(ctx, err)
}

func (db *DB) openMerger() (*sql.DB, error) {
	pool, err := openPool(db.path, "rw", 2, "synchronous(FULL)", "wal_autocheckpoint(0)")
	if err == nil {
		pool.SetMaxOpenConns(1)
	}
	return pool, err
}

// checkpoint runs one of SQLite's checkpoints. done is false when a reader or
// a writer was in the way.
func checkpoint(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, mode string) (s logState, err error) {
	var busy int64
	err = q.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &s.pages, &s.merged)
	return s, err
}

// checkpointer merges whenever afterCommit asks for it.
func (db *DB) checkpointer() {
	defer db.checker.Done()
	var pool *sql.DB
	defer func() {
		if pool != nil {
			_ = pool.Close()
		}
	}()
	for {
		select {
		case <-db.closing:
			return
		case <-db.kick:
		}
		var err error
		if pool == nil {
			if pool, err = db.openMerger(); err != nil {
				db.log.Warn("the write-ahead log is not merged", "err", err)
				return
			}
		}
		db.merging.Lock()
		_, err = checkpoint(context.Background(), pool, "PASSIVE")
		db.merging.Unlock()
		if err != nil {
			db.log.Warn("merging the write-ahead log failed", "err", err)
		}
	}
}

// afterCommit looks at the log (mode NOOP merges nothing) and asks for a merge
// when enough waits in it. Only the holder of the gate calls it.
func (db *DB) afterCommit(ctx context.Context) {
	s, err := checkpoint(context.WithoutCancel(ctx), db.lite.conn, "NOOP")
	if err != nil {
		return // the next commit looks again
	}
	db.lite.log.pages, db.lite.log.merged = s.pages, s.merged
	if s.pages-s.merged >= db.limits.merge {
		select {
		case db.kick <- struct{}{}:
		default:
		}
	}
}

// boundLog merges the rest of the log while the gate is held, when it has
// outgrown its bound. It waits at most a tenth of a second for readers.
func (db *DB) boundLog(ctx context.Context) {
	l := &db.lite.log
	if l.pages < max(l.bound, db.limits.bound) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	db.merging.Lock() // two merges at a time refuse one another
	defer db.merging.Unlock()
	timeout := func(ms string) error {
		_, err := db.lite.exec(ctx, "PRAGMA busy_timeout = "+ms, nil)
		return err
	}
	err := timeout("100")
	var s logState
	if err == nil {
		s, err = checkpoint(ctx, db.lite.conn, "TRUNCATE")
	}
	if err != nil {
		db.log.Warn("bounding the write-ahead log failed", "err", err)
	}
	if err := timeout(busyTimeout); err != nil {
		db.log.Warn("setting the writer's patience failed", "err", err)
	}
	if err == nil && s.pages == 0 {
		*l = logState{}
		return
	}
	l.bound = l.pages + db.limits.step
}
