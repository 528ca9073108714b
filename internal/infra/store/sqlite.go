package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"entente/internal/core/fault"
)

// applicationID marks a SQLite file as ours ("ENTE").
const applicationID = 0x454e5445

const maxReaders = 4

// busyTimeout is how long, in milliseconds, a connection waits for a lock that
// another process holds.
const busyTimeout = "10000"

func (db *DB) openSQLite(ctx context.Context, cfg Config) error {
	db.dialect = SQLite
	db.path = filepath.Join(cfg.Dir, "state.db")
	if cfg.Dir == "" {
		return fault.New(fault.Usage, "no data folder was given", "name one with --data DIR")
	}
	if cfg.ReadOnly {
		if _, err := os.Stat(db.path); errors.Is(err, fs.ErrNotExist) {
			return fault.Newf(fault.NotFound, "name the right data folder with --data DIR", "%s holds no database", cfg.Dir)
		}
	} else if err := makeFile(cfg.Dir, db.path); err != nil {
		return err
	}
	// fdatasync keeps data and length, which is all that SQLite's log needs;
	// it is what SQLite itself uses on Linux.
	_, _ = sqlite.Fdatasync(true)

	if !cfg.ReadOnly {
		w, err := openLite(ctx, db.path, cfg.CacheMB)
		if err != nil {
			return db.translate(ctx, err)
		}
		db.lite = w
	}
	readers, err := openPool(db.path, "ro", min(cfg.CacheMB, 8), "query_only(1)")
	if err != nil {
		return errors.Join(db.translate(ctx, err), db.Close())
	}
	readers.SetMaxOpenConns(maxReaders)
	readers.SetMaxIdleConns(maxReaders)
	db.readers = readers
	if cfg.ReadOnly {
		if err := readers.PingContext(ctx); err != nil {
			return errors.Join(db.translate(ctx, err), db.Close())
		}
		return nil
	}
	db.checker.Add(1)
	go db.checkpointer()
	return nil
}

// makeFile makes the folder and the database file readable by the owner alone.
func makeFile(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fileFault(err, dir)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(path, os.O_RDWR, 0)
	}
	if err != nil {
		return fileFault(err, dir)
	}
	if err := f.Close(); err != nil {
		return fileFault(err, dir)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fileFault(err, dir)
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return fileFault(err, dir)
	}
	return nil
}

func fileFault(err error, dir string) error {
	return fault.Wrap(fault.Invalid, err, "the data folder "+dir+" cannot be written",
		"give this user the right to write there, or name another folder with --data DIR")
}

// liteDSN is the address of a SQLite file with its settings.
func liteDSN(path, mode string, cacheMB int, more ...string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	q := url.Values{"mode": {mode}, "_error_rc": {"1"}}
	pragmas := []string{"busy_timeout(" + busyTimeout + ")", "foreign_keys(1)", "temp_store(1)",
		fmt.Sprintf("cache_size(-%d)", cacheMB*1024)}
	q["_pragma"] = append(pragmas, more...)
	return (&url.URL{Scheme: "file", Path: p, RawQuery: q.Encode()}).String(), nil
}

func openPool(path, mode string, cacheMB int, more ...string) (*sql.DB, error) {
	dsn, err := liteDSN(path, mode, cacheMB, more...)
	if err != nil {
		return nil, err
	}
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}
