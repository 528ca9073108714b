package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"entente/internal/core/fault"
)

const maxPostgresConns = 8

func (db *DB) openPostgres(ctx context.Context, cfg Config) error {
	db.dialect = Postgres
	pc, err := pgx.ParseConfig(cfg.DSN)
	if err != nil {
		return fault.Wrap(fault.Usage, err, "the store's address cannot be read",
			"give postgres://user@host:5432/database")
	}
	if pc.ConnectTimeout == 0 {
		pc.ConnectTimeout = 10 * time.Second
	}
	if pc.RuntimeParams["application_name"] == "" {
		pc.RuntimeParams["application_name"] = "entente"
	}
	db.readers = stdlib.OpenDB(*pc)
	db.readers.SetMaxOpenConns(maxPostgresConns)
	db.readers.SetMaxIdleConns(maxPostgresConns)
	if err := db.readers.PingContext(ctx); err != nil {
		return errors.Join(db.translate(ctx, err), db.Close())
	}
	return nil
}

// transactPostgres runs f in one transaction on a connection of its own.
func (db *DB) transactPostgres(ctx context.Context, f func(tx *Tx) error) error {
	conn, err := db.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(&Tx{conn: conn, pg: tx}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if away(err) {
			return fault.Wrap(fault.Busy, err, "PostgreSQL went away during the commit, so it is not known whether the last step was kept",
				"run the same command again when the server answers; what was kept is recognised and not repeated")
		}
		return err
	}
	return nil
}

// pgConn gives f the pgx connection behind conn.
func pgConn(conn *sql.Conn, f func(c *pgx.Conn) error) error {
	return conn.Raw(func(dc any) error {
		c, ok := dc.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("not a PostgreSQL connection: %T", dc)
		}
		return f(c.Conn())
	})
}

// Hold takes the named lock of this database until release is called or the
// process ends; another holder is fault.Busy. On SQLite the data folder's own
// lock (Lock) does this work and Hold only succeeds.
func (db *DB) Hold(ctx context.Context, name string) (release func(), err error) {
	if db.dialect == SQLite {
		return func() {}, nil
	}
	conn, err := db.readers.Conn(ctx)
	if err != nil {
		return nil, db.translate(ctx, err)
	}
	var schema string
	if err := conn.QueryRowContext(ctx, "SELECT coalesce(current_schema(), '')").Scan(&schema); err != nil {
		return nil, errors.Join(db.translate(ctx, err), conn.Close())
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "entente\x00%s\x00%s", schema, name)
	key := int64(h.Sum64())
	var got bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&got); err != nil {
		return nil, errors.Join(db.translate(ctx, err), conn.Close())
	}
	if !got {
		_ = conn.Close()
		return nil, fault.New(fault.Busy, "another process is writing to this PostgreSQL database for "+name,
			"wait until it has ended, or stop it; one database serves one ingesting process at a time")
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", key)
		_ = conn.Close()
	}, nil
}
