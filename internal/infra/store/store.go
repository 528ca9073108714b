// Package store owns the SQL database: opening it, its migrations, its
// transactions and the differences between SQLite and PostgreSQL. Every other
// package of infra and the desks keep their tables in it and write their SQL
// themselves. It imports core/fault and nothing else of Entente.
//
// One SQL text serves both engines where they agree; parameters are $1, $2 ...
// on both. Times are integer microseconds since 1970 UTC, identities are 16
// raw bytes, truth values are the integers 0 and 1.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"entente/internal/core/fault"
)

// Dialect is the engine behind a DB.
type Dialect uint8

// The engines.
const (
	SQLite Dialect = iota
	Postgres
)

// String gives the engine's name.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Config says which database to open and how.
type Config struct {
	// DSN is "" for SQLite at Dir/state.db, or a postgres:// address.
	DSN string
	// Dir is the data folder; it is made with mode 0700 when it is missing.
	Dir string
	// Log takes what the operator should know; nil: nothing is logged.
	Log *slog.Logger
	// CacheMB bounds SQLite's page cache of the writer; 0: 16. Ingest sets 64.
	CacheMB int
	// ReadOnly opens for reading alone: Migrate and the writes are refused.
	ReadOnly bool
}

// IngestCacheMB is the page cache that batch work should ask for. The whole
// process has to stay under 512 MB.
const IngestCacheMB = 64

const idleCacheMB = 16

// Querier reads. A *Tx is one; Read gives another.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. Many goroutines may share one.
type DB struct {
	dialect  Dialect
	path     string // of the SQLite file
	log      *slog.Logger
	readOnly bool

	readers *sql.DB // SQLite: read-only connections; PostgreSQL: the pool
	gate    gate    // one writer at a time, people first
	lite    *liteWriter
	limits  logLimits
	merging sync.Mutex // one merge of the log at a time

	closing   chan struct{}
	kick      chan struct{} // wakes the checkpointer
	checker   sync.WaitGroup
	closeOnce sync.Once
	closeErr  error
}

// Open opens the database and makes it when it is missing (not with ReadOnly).
// A damaged file is fault.Corrupt, a folder that cannot be written
// fault.Invalid, a PostgreSQL that does not answer fault.Busy; each with a
// remedy.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if cfg.CacheMB <= 0 {
		cfg.CacheMB = idleCacheMB
	}
	db := &DB{
		log: cfg.Log, readOnly: cfg.ReadOnly, limits: defaultLimits(),
		closing: make(chan struct{}), kick: make(chan struct{}, 1),
	}
	var err error
	switch {
	case cfg.DSN == "":
		err = db.openSQLite(ctx, cfg)
	case strings.HasPrefix(cfg.DSN, "postgres://"), strings.HasPrefix(cfg.DSN, "postgresql://"):
		err = db.openPostgres(ctx, cfg)
	default:
		err = fault.New(fault.Usage, "the store's address is neither empty nor a postgres:// address",
			"leave it out for SQLite in the data folder, or give postgres://user@host:5432/database")
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Dialect tells which engine answers.
func (db *DB) Dialect() Dialect { return db.dialect }

// Close ends the connections. On SQLite the write-ahead log is merged into
// the database first. Calling it again does nothing.
func (db *DB) Close() error {
	db.closeOnce.Do(func() {
		close(db.closing)
		db.checker.Wait()
		var errs []error
		if db.readers != nil {
			errs = append(errs, db.readers.Close())
		}
		if db.lite != nil {
			errs = append(errs, db.lite.close())
		}
		db.closeErr = errors.Join(errs...)
	})
	return db.closeErr
}

// Read runs f in one read transaction: everything f reads is of one moment,
// and no writer waits for it. f must not keep q.
func (db *DB) Read(ctx context.Context, f func(q Querier) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.readers.BeginTx(ctx, opts)
	if err != nil {
		return db.translate(ctx, err)
	}
	defer tx.Rollback()
	return db.translate(ctx, f(reader{tx}))
}

// Write runs f in one transaction, which is kept when f returns nil and
// undone otherwise. It is for what a person does: it goes before every waiting
// slice of batch work. f must not call Write or WriteSlice, and must not keep
// tx.
func (db *DB) Write(ctx context.Context, f func(tx *Tx) error) error {
	return db.write(ctx, true, f)
}

// WriteSlice is Write for batch work: it waits while a Write is waiting. Keep
// a slice within about 50 ms.
func (db *DB) WriteSlice(ctx context.Context, f func(tx *Tx) error) error {
	return db.write(ctx, false, f)
}

func (db *DB) write(ctx context.Context, first bool, f func(tx *Tx) error) error {
	if db.readOnly {
		return errReadOnly()
	}
	if err := db.gate.enter(ctx, first); err != nil {
		return db.translate(ctx, err)
	}
	defer db.gate.leave()
	if db.lite != nil {
		if !first {
			db.boundLog(ctx)
		}
		err := db.lite.transact(ctx, f)
		db.afterCommit(ctx)
		return db.translate(ctx, err)
	}
	return db.translate(ctx, db.transactPostgres(ctx, f))
}

func errReadOnly() error {
	return fault.New(fault.Invalid, "the database is open for reading alone",
		"run the command that writes without another reader's read-only option")
}

// reader is the Querier of Read: it binds the same Go types as a Tx.
type reader struct{ tx *sql.Tx }

func (r reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := bindAll(args); err != nil {
		return nil, err
	}
	return r.tx.QueryContext(ctx, query, args...)
}

func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = bindAll(args) // what cannot be bound is named by the driver in Scan
	return r.tx.QueryRowContext(ctx, query, args...)
}

// quote makes an SQL identifier of a name that our own code gave.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// insertSQL is the statement of CopyIn on SQLite. Bare question marks bind by
// position, which is the driver's fastest way.
func insertSQL(table string, columns []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (", quote(table))
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c))
	}
	b.WriteString(") VALUES (")
	for i := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("?")
	}
	b.WriteString(")")
	return b.String()
}
