package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"entente/internal/core/fault"
)

var componentName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)

// Migrate brings the tables of one component to the newest version in fsys.
// The files are named 0001_what.sql and hold goose's "-- +goose Up" part. They
// lie at the top of fsys when one text serves both engines, else in its
// folders sqlite and postgres. A database that a newer program has migrated
// further is refused.
func (db *DB) Migrate(ctx context.Context, component string, fsys fs.FS) error {
	if !componentName.MatchString(component) {
		return fault.Newf(fault.Usage, "use lower case letters, digits and _", "%q is no name for a component", component)
	}
	if sub, err := fs.Sub(fsys, db.dialect.String()); err == nil {
		if _, err := fs.Stat(sub, "."); err == nil {
			fsys = sub
		}
	}
	newest, err := newestVersion(fsys)
	if err != nil {
		return fmt.Errorf("migrations of %s: %w", component, err)
	}
	table := "goose_" + component
	kept, err := db.version(ctx, table)
	if err != nil {
		return err
	}
	switch {
	case kept == newest:
		return nil
	case kept > newest:
		return fault.Newf(fault.Conflict, "run the newer program, or restore a backup from before it",
			"the tables of %s were written by a newer Entente (version %d, this one knows %d)", component, kept, newest)
	case db.readOnly:
		return fault.Newf(fault.Invalid, "run a command that writes once, then read again",
			"the tables of %s are of an older version", component)
	}
	if err := db.gate.enter(ctx, true); err != nil {
		return db.translate(ctx, err)
	}
	defer db.gate.leave()
	if err := db.up(ctx, table, fsys); err != nil {
		return db.translate(ctx, fmt.Errorf("migrate %s: %w", component, err))
	}
	return nil
}

func (db *DB) up(ctx context.Context, table string, fsys fs.FS) error {
	pool, dialect := db.readers, goose.DialectPostgres
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	if db.dialect == SQLite {
		dialect = goose.DialectSQLite3
		own, err := openPool(db.path, "rw", 4, "synchronous(FULL)")
		if err != nil {
			return err
		}
		defer own.Close()
		own.SetMaxOpenConns(1)
		pool = own
	} else {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, pool, fsys, append(opts, goose.WithTableName(table))...)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// version gives the newest version that table records, 0 if there is no table.
func (db *DB) version(ctx context.Context, table string) (v int64, err error) {
	err = db.Read(ctx, func(q Querier) error {
		exists := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1"
		if db.dialect == Postgres {
			exists = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
		}
		var n int64
		if err := q.QueryRowContext(ctx, exists, table).Scan(&n); err != nil || n == 0 {
			return err
		}
		var newest sql.NullInt64
		err := q.QueryRowContext(ctx, "SELECT max(version_id) FROM "+quote(table)).Scan(&newest)
		v = newest.Int64
		return err
	})
	return v, err
}

// newestVersion gives the highest number of the migration files in fsys.
func newestVersion(fsys fs.FS) (int64, error) {
	files, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, f := range files {
		name := path.Base(f)
		digits := 0
		for digits < len(name) && name[digits] >= '0' && name[digits] <= '9' {
			digits++
		}
		v, err := strconv.ParseInt(name[:digits], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s has no number: %w", name, err)
		}
		newest = max(newest, v)
	}
	if newest == 0 {
		return 0, errors.New("no migration files")
	}
	return newest, nil
}
