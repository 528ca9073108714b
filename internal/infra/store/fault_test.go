package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// TestBytesBindAlike: no bytes are NULL on both engines, however they are
// written.
func TestBytesBindAlike(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Migrate(ctx, "bulk", caseTable))
		given := [][]byte{nil, {}, {0, 1}}
		must(t, db.Write(ctx, func(tx *store.Tx) error {
			if err := tx.CopyIn(ctx, "bulk", []string{"c0", "k"}, 3, func(i int, dst []any) { dst[0], dst[1] = i, given[i] }); err != nil {
				return err
			}
			if err := tx.UpdateIn(ctx, "INSERT INTO bulk (c0, k) VALUES ($1, $2)", 3, func(i int, dst []any) { dst[0], dst[1] = i, given[i] }); err != nil {
				return err
			}
			for i := range given {
				if _, err := tx.Exec(ctx, "INSERT INTO bulk (c0, k) VALUES ($1, $2)", i, given[i]); err != nil {
					return err
				}
			}
			return nil
		}))
		must(t, db.Read(ctx, func(q store.Querier) error {
			rows, err := q.QueryContext(ctx, "SELECT c0, k FROM bulk")
			if err != nil {
				return err
			}
			defer rows.Close()
			n := 0
			for rows.Next() {
				var i int
				var k []byte
				if err := rows.Scan(&i, &k); err != nil {
					return err
				}
				if (k == nil) != (len(given[i]) == 0) || string(k) != string(given[i]) {
					t.Errorf("%v came back as %v", given[i], k)
				}
				n++
			}
			if n != 9 {
				t.Errorf("%d rows", n)
			}
			return rows.Err()
		}))
	})
}

// TestDiskFull limits the database's pages, which SQLite reports as it does a
// full disk.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	db := storetest.Open(t, store.SQLite)
	must(t, db.Migrate(ctx, "bulk", caseTable))
	must(t, db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "PRAGMA max_page_count = 60"); return err }))
	must(t, db.WriteSlice(ctx, func(tx *store.Tx) error {
		return tx.CopyIn(ctx, "bulk", []string{"k"}, 10, func(i int, dst []any) { dst[0] = []byte{1} })
	}))
	err := db.WriteSlice(ctx, func(tx *store.Tx) error { return copyBatch(ctx, tx) })
	if !fault.Is(err, fault.Full) || fault.RemedyOf(err) == "" {
		t.Fatalf("got %v", err)
	}
	if n := count(t, db, "bulk"); n != 10 {
		t.Errorf("%d rows after a full disk", n)
	}
	must(t, db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "PRAGMA max_page_count = 10000"); return err }))
	must(t, db.WriteSlice(ctx, func(tx *store.Tx) error { return copyBatch(ctx, tx) }))
}

func TestDamageInTheMiddle(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	must(t, db.Migrate(ctx, "bulk", caseTable))
	must(t, db.WriteSlice(ctx, func(tx *store.Tx) error { return copyBatch(ctx, tx) }))
	must(t, db.Close())
	f, err := os.OpenFile(filepath.Join(dir, "state.db"), os.O_RDWR, 0)
	must(t, err)
	for page := int64(8); page < 40; page++ {
		_, err = f.WriteAt([]byte("damaged damaged damaged damaged"), page*4096)
		must(t, err)
	}
	must(t, f.Close())
	db, err = store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	defer db.Close()
	err = db.Read(ctx, func(q store.Querier) error {
		var n sql.NullInt64
		return q.QueryRowContext(ctx, "SELECT sum(c0) FROM bulk").Scan(&n)
	})
	if !fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" {
		t.Errorf("got %v", err)
	}
}

// TestPostgresGone ends the server's side of the connection in the middle of a
// transaction, as a restart does.
func TestPostgresGone(t *testing.T) {
	ctx := context.Background()
	db := storetest.Open(t, store.Postgres)
	must(t, db.Migrate(ctx, "bulk", caseTable))
	kill := func(tx *store.Tx) error {
		var pid int64
		if err := tx.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
			return err
		}
		return db.Read(ctx, func(q store.Querier) error {
			var ok bool
			return q.QueryRowContext(ctx, "SELECT pg_terminate_backend($1)", pid).Scan(&ok)
		})
	}
	for name, f := range map[string]func(tx *store.Tx) error{
		"before a statement": func(tx *store.Tx) error {
			if err := kill(tx); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO bulk (c0) VALUES (1)")
			return err
		},
		"before a copy": func(tx *store.Tx) error {
			if err := kill(tx); err != nil {
				return err
			}
			return copyBatch(ctx, tx)
		},
		"before the commit": func(tx *store.Tx) error {
			if err := copyBatch(ctx, tx); err != nil {
				return err
			}
			return kill(tx)
		},
	} {
		err := db.WriteSlice(ctx, f)
		if !fault.Is(err, fault.Busy) || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if n := count(t, db, "bulk"); n != 0 {
			t.Errorf("%s: %d rows were kept", name, n)
		}
	}
	must(t, db.WriteSlice(ctx, func(tx *store.Tx) error { return copyBatch(ctx, tx) }))
}
