package store

import (
	"context"
	"database/sql"

	"entente/internal/core/fault"
)

// Scrub makes sure that what was deleted or overwritten is not in the database's
// files any more. On SQLite the whole database is written anew and the
// write-ahead log emptied, whatever was deleted when; it takes the time and the
// free room of a copy. On PostgreSQL the named tables are written anew (VACUUM
// FULL); the server's own write-ahead log, replicas and backups keep the old pages
// until they are recycled.
func (db *DB) Scrub(ctx context.Context, tables ...string) error {
	if db.readOnly {
		return errReadOnly()
	}
	if err := db.gate.enter(ctx, false); err != nil {
		return db.translate(ctx, err)
	}
	defer db.gate.leave()
	if db.dialect == Postgres {
		for _, t := range tables {
			if _, err := db.readers.ExecContext(ctx, "VACUUM (FULL) "+quote(t)); err != nil {
				return db.translate(ctx, err)
			}
		}
		return nil
	}
	if _, err := db.lite.exec(ctx, "VACUUM", nil); err != nil {
		return db.translate(ctx, err)
	}
	db.merging.Lock() // two merges at a time refuse one another
	defer db.merging.Unlock()
	s, err := checkpoint(ctx, db.lite.conn, "TRUNCATE")
	if err != nil {
		return db.translate(ctx, err)
	}
	if s.pages != 0 {
		return fault.New(fault.Busy, "a reader keeps old pages of the database in use", "run the same command again")
	}
	db.lite.log = logState{}
	return nil
}

// Cells calls fn for every text and every byte string in every table of the
// database, in no special order.
func (db *DB) Cells(ctx context.Context, fn func(table, column string, cell []byte) error) error {
	return db.Read(ctx, func(q Querier) error {
		list := "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
		if db.dialect == Postgres {
			list = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
		}
		rows, err := q.QueryContext(ctx, list)
		if err != nil {
			return err
		}
		defer rows.Close()
		var tables []string
		for rows.Next() {
			var t string
			if err := rows.Scan(&t); err != nil {
				return err
			}
			tables = append(tables, t)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, t := range tables {
			if err := cellsOf(ctx, q, t, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

func cellsOf(ctx context.Context, q Querier, table string, fn func(table, column string, cell []byte) error) error {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+quote(table))
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]sql.RawBytes, len(names))
	into := make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range cells {
			if len(c) > 0 {
				if err := fn(table, names[i], c); err != nil {
					return err
				}
			}
		}
	}
	return rows.Err()
}
