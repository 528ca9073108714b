package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"entente/internal/core/fault"
)

// liteWriter is the one connection that writes to a SQLite file. Only the
// holder of the gate uses it.
type liteWriter struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[string]driver.Stmt // prepared, kept over transactions
	log   logState
}

// maxStmts bounds the prepared statements that the writer keeps.
const maxStmts = 256

func openLite(ctx context.Context, path string, cacheMB int) (*liteWriter, error) {
	// The log is merged by the checkpointer, so no commit waits for a merge;
	// after a merge the log file shrinks to 64 MB.
	pool, err := openPool(path, "rw", cacheMB, "journal_mode(WAL)", "synchronous(FULL)",
		"wal_autocheckpoint(0)", "journal_size_limit(67108864)")
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	w := &liteWriter{pool: pool, conn: conn, stmts: map[string]driver.Stmt{}}
	if err := w.mark(ctx); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// mark refuses a database of another program and marks a new one as ours.
func (w *liteWriter) mark(ctx context.Context) error {
	var id, tables int64
	if err := w.conn.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := w.conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	switch {
	case id == applicationID:
		return nil
	case id != 0 || tables != 0:
		return fault.New(fault.Conflict, "state.db in the data folder was made by another program",
			"name another data folder with --data DIR")
	}
	_, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	return err
}

func (w *liteWriter) close() error {
	_ = w.raw(func(driver.Conn) error {
		for _, s := range w.stmts {
			_ = s.Close()
		}
		return nil
	})
	w.stmts = map[string]driver.Stmt{}
	return errors.Join(w.conn.Close(), w.pool.Close())
}

func (w *liteWriter) raw(f func(c driver.Conn) error) error {
	return w.conn.Raw(func(dc any) error { return f(dc.(driver.Conn)) })
}

// stmt gives the prepared statement of query, prepared once.
func (w *liteWriter) stmt(ctx context.Context, c driver.Conn, query string) (driver.StmtExecContext, error) {
	s, ok := w.stmts[query]
	if !ok {
		if len(w.stmts) >= maxStmts {
			for q, old := range w.stmts {
				_ = old.Close()
				delete(w.stmts, q)
			}
		}
		var err error
		if s, err = c.(driver.ConnPrepareContext).PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		w.stmts[query] = s
	}
	return s.(driver.StmtExecContext), nil
}

func (w *liteWriter) exec(ctx context.Context, query string, args []driver.NamedValue) (n int64, err error) {
	err = w.raw(func(c driver.Conn) error {
		s, err := w.stmt(ctx, c, query)
		if err != nil {
			return err
		}
		r, err := s.ExecContext(ctx, args)
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	return n, err
}

// transact runs f between BEGIN IMMEDIATE and COMMIT. Once COMMIT has begun,
// ctx no longer stops it, so its outcome is always known.
func (w *liteWriter) transact(ctx context.Context, f func(tx *Tx) error) (err error) {
	if _, err := w.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			// When SQLite has already undone it, this fails and changes nothing.
			_, _ = w.exec(context.WithoutCancel(ctx), "ROLLBACK", nil)
		}
	}()
	if err := f(&Tx{lite: w, conn: w.conn}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := w.exec(context.WithoutCancel(ctx), "COMMIT", nil); err != nil {
		return err
	}
	done = true
	return nil
}
