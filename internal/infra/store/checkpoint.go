package store

import (
	"context"
	"database/sql"
	"os"
)

// SQLite's write-ahead log is merged into the database by a goroutine of its
// own once it has grown past mergeAt, beside the writer. A log that has grown
// past boundAt all the same (the writer never paused, or a reader held an old
// snapshot) is merged between two slices, so that its size stays bounded.
const (
	mergeAt = 16 << 20
	boundAt = 192 << 20
)

// Checkpoint merges SQLite's write-ahead log into the database as far as no
// reader and no writer has to wait. On PostgreSQL it does nothing.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.dialect == Postgres || db.readOnly {
		return nil
	}
	pool, err := openPool(db.path, "rw", 2, "synchronous(FULL)", "wal_autocheckpoint(0)")
	if err != nil {
		return db.translate(ctx, err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	return db.translate(ctx, passive(ctx, pool))
}

func passive(ctx context.Context, pool *sql.DB) error {
	var busy, frames, merged int64
	return pool.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &merged)
}

// checkpointer waits for afterCommit's kick and merges.
func (db *DB) checkpointer() {
	defer db.checker.Done()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
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
		if pool == nil {
			var err error
			if pool, err = openPool(db.path, "rw", 2, "synchronous(FULL)", "wal_autocheckpoint(0)"); err != nil {
				db.log.Warn("the write-ahead log is not merged", "err", err)
				return
			}
			pool.SetMaxOpenConns(1)
		}
		if err := passive(ctx, pool); err != nil {
			db.log.Warn("merging the write-ahead log failed", "err", err)
		}
	}
}

// afterCommit notes the log's size and wakes the checkpointer when it is due.
// The file keeps its size after a merge, so only growth since the last merge
// tells; mergeAt of growth or a file past boundAt are both worth a look.
func (db *DB) afterCommit() {
	fi, err := os.Stat(db.path + "-wal")
	if err != nil {
		return
	}
	db.walSize.Store(fi.Size())
	if fi.Size() >= mergeAt {
		select {
		case db.kick <- struct{}{}:
		default:
		}
	}
}

// boundWAL merges the whole log while the gate is held, when it has outgrown
// its bound.
func (db *DB) boundWAL(ctx context.Context) {
	if db.walSize.Load() < boundAt {
		return
	}
	var busy, frames, merged int64
	row := db.lite.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &merged); err != nil {
		db.log.Warn("bounding the write-ahead log failed", "err", err)
		return
	}
	if busy == 0 {
		db.walSize.Store(0)
	}
}
