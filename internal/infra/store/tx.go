package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// Tx is a transaction that writes. It lives as long as the function it was
// given to and belongs to one goroutine. Close the rows of a Query before the
// next statement: PostgreSQL refuses two at a time on one connection.
type Tx struct {
	conn *sql.Conn
	lite *liteWriter // SQLite
	pg   *sql.Tx     // PostgreSQL
}

var _ Querier = (*Tx)(nil)

// Exec runs one statement and gives the number of rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := bindAll(args); err != nil {
		return 0, err
	}
	if tx.lite != nil {
		return tx.lite.exec(ctx, query, named(args))
	}
	r, err := tx.pg.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a statement that gives rows.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := bindAll(args); err != nil {
		return nil, err
	}
	if tx.lite != nil {
		return tx.conn.QueryContext(ctx, query, args...)
	}
	return tx.pg.QueryContext(ctx, query, args...)
}

// QueryRow runs a statement that gives at most one row.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	_ = bindAll(args) // what cannot be bound is named by the driver in Scan
	if tx.lite != nil {
		return tx.conn.QueryRowContext(ctx, query, args...)
	}
	return tx.pg.QueryRowContext(ctx, query, args...)
}

// QueryContext is Query, so that a Tx is a Querier.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.Query(ctx, query, args...)
}

// QueryRowContext is QueryRow, so that a Tx is a Querier.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.QueryRow(ctx, query, args...)
}

// Dialect tells which engine answers.
func (tx *Tx) Dialect() Dialect {
	if tx.lite != nil {
		return SQLite
	}
	return Postgres
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
