package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"entente/internal/core/fault"
)

// translate gives an engine's error its kind, sentence and remedy. An error
// that has a kind already, or that means nothing to a person, is passed on.
func (db *DB) translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Stopped, err, "stopped before it was written",
			"run the same command again; nothing of the unfinished step was kept")
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return db.translateSQLite(lite, err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translatePostgres(pg, err)
	}
	if db.dialect == Postgres && away(err) {
		return fault.Wrap(fault.Busy, err, "PostgreSQL does not answer",
			"check that the server runs and that the address given with --store is right, then run the same command again")
	}
	return err
}

func (db *DB) translateSQLite(e *sqlite.Error, err error) error {
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
		sqlite3.SQLITE_CONSTRAINT_ROWID, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return conflict(err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(fault.Full, err, "the disk that holds "+db.path+" is full",
			"free some room and run the same command again; what was committed is kept")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fault.Wrap(fault.Busy, err, "another program holds "+db.path,
			"close it and run the same command again")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Wrap(fault.Corrupt, err, db.path+" is damaged",
			"keep a copy of the data folder, then put the last backup of state.db in its place (remove state.db-wal and state.db-shm); the event log and raw input beside it are not touched")
	case sqlite3.SQLITE_IOERR:
		return fault.Wrap(fault.Corrupt, err, "the disk failed while "+db.path+" was read or written",
			"look at the system log for disk errors and copy the data folder to a sound disk; what was committed is kept")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fault.Wrap(fault.Invalid, err, db.path+" cannot be written",
			"give this user the right to write to the data folder, or name another folder with --data DIR")
	case sqlite3.SQLITE_TOOBIG:
		return fault.Wrap(fault.Limit, err, "a value is larger than SQLite keeps (1 GB)", "split the input")
	}
	return err
}

func translatePostgres(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505", "23503":
		return conflict(err)
	case "53100":
		return fault.Wrap(fault.Full, err, "the disk of the PostgreSQL server is full",
			"free some room there and run the same command again; what was committed is kept")
	case "53300":
		return fault.Wrap(fault.Busy, err, "PostgreSQL takes no more connections",
			"close other programs or raise max_connections, then run the same command again")
	case "25006", "42501":
		return fault.Wrap(fault.Invalid, err, "this PostgreSQL user may not write there",
			"grant the user rights on the database and its schema, or name a server that takes writes")
	case "3D000", "28P01", "28000":
		return fault.Wrap(fault.Invalid, err, "PostgreSQL refused the connection",
			"check user, password and database in the address given with --store")
	case "40001", "40P01", "55P03":
		return fault.Wrap(fault.Busy, err, "another session holds what is needed", "run the same command again")
	case "XX001", "XX002":
		return fault.Wrap(fault.Corrupt, err, "the PostgreSQL database is damaged", "restore it from its last backup")
	case "22021", "22P05":
		return fault.Wrap(fault.Invalid, err, "a text holds bytes that PostgreSQL does not keep (NUL or broken UTF-8)",
			"clean the input")
	}
	if len(e.Code) == 5 && (e.Code[:2] == "08" || e.Code[:2] == "57") {
		return fault.Wrap(fault.Busy, err, "PostgreSQL ended the connection",
			"run the same command again when the server answers")
	}
	return err
}

func conflict(err error) error {
	return fault.Wrap(fault.Conflict, err, "it contradicts what is already kept",
		"look at what is kept under the same name or number")
}

// away tells whether err means that the server is not reachable any more.
func away(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err) || err.Error() == "conn closed"
}
