package store_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/infra/store"
)

// The write-ahead log as SQLite's file format says ("WAL File Format"): a
// header of 32 bytes, then frames of a 24-byte header and one page.
const (
	walHeader = 32
	walFrame  = 24 + 4096
)

// TestEveryCutOfTheLog stands for a machine that lost power: the log is cut at
// every frame, and inside every frame, and the database opened again. What was
// committed before the cut is there, and nothing is there by half.
func TestEveryCutOfTheLog(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	must(t, db.Migrate(ctx, "bulk", caseTable))
	must(t, db.Close()) // merges the log; from here on only a new log changes
	db, err = store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	defer db.Close()
	base, err := os.ReadFile(filepath.Join(dir, "state.db"))
	must(t, err)

	const rows = 90 // several pages
	var ends []int  // length of the log after commit i
	for n := range 12 {
		must(t, db.WriteSlice(ctx, func(tx *store.Tx) error {
			return tx.CopyIn(ctx, "bulk", []string{"k", "c0"}, rows, func(i int, dst []any) {
				dst[0], dst[1] = make([]byte, 60), n
			})
		}))
		fi, err := os.Stat(filepath.Join(dir, "state.db-wal"))
		must(t, err)
		ends = append(ends, int(fi.Size()))
	}
	wal, err := os.ReadFile(filepath.Join(dir, "state.db-wal"))
	must(t, err)
	if now, err := os.ReadFile(filepath.Join(dir, "state.db")); err != nil || string(now) != string(base) {
		t.Fatal("the database itself changed during the test")
	}
	if (len(wal)-walHeader)%walFrame != 0 || len(wal) < walHeader+24*walFrame {
		t.Fatalf("the log has %d bytes", len(wal))
	}

	scratch := t.TempDir()
	check := func(cut int, torn bool) {
		t.Helper()
		log := append([]byte(nil), wal[:cut]...)
		if torn { // the frame's bytes came to the disk in part: its tail is old
			log = append(log, wal[cut:cut+walFrame/2]...)
			log = append(log, make([]byte, walFrame-walFrame/2)...)
		}
		must(t, os.WriteFile(filepath.Join(scratch, "state.db"), base, 0o600))
		must(t, os.WriteFile(filepath.Join(scratch, "state.db-wal"), log, 0o600))
		_ = os.Remove(filepath.Join(scratch, "state.db-shm"))
		again, err := store.Open(ctx, store.Config{Dir: scratch})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		defer again.Close()
		want := 0
		for want < len(ends) && ends[want] <= cut {
			want++
		}
		var got, partial int
		var sound string
		must(t, again.Read(ctx, func(q store.Querier) error {
			if err := q.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(n <> $1), 0) FROM (SELECT count(*) n FROM bulk GROUP BY c0)", rows).Scan(&got, &partial); err != nil {
				return err
			}
			return q.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound)
		}))
		if got != want || partial != 0 || sound != "ok" {
			t.Fatalf("cut at %d (torn %v): %d transactions, want %d; %d by half; %s", cut, torn, got, want, partial, sound)
		}
		must(t, again.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "INSERT INTO bulk (c0) VALUES (99)"); return err }))
	}
	for cut := walHeader; cut <= len(wal); cut += walFrame {
		check(cut, false)
		if cut < len(wal) {
			check(cut, true)
		}
	}
	check(0, false)
}

// TestLogIsMerged: the log does not grow for ever under a writer that never
// pauses, and a merge does not lose anything.
func TestLogIsMerged(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	db.ShrinkLog(16)
	must(t, db.Migrate(ctx, "bulk", caseTable))
	for range 20 {
		must(t, db.WriteSlice(ctx, func(tx *store.Tx) error { return copyBatch(ctx, tx) }))
	}
	fi, err := os.Stat(filepath.Join(dir, "state.db-wal"))
	must(t, err)
	if fi.Size() > 14<<20 {
		t.Errorf("the log has grown to %d MB", fi.Size()>>20)
	}
	must(t, db.Checkpoint(ctx))
	must(t, db.Close())
	if _, err := os.Stat(filepath.Join(dir, "state.db-wal")); err == nil {
		t.Error("the log is still there after closing")
	}
	db, err = store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	defer db.Close()
	if n := count(t, db, "bulk"); n != 20*caseRows {
		t.Errorf("%d rows", n)
	}
}

// TestLogIsBoundedUnderAReader: a reader that stays on an old snapshot keeps
// the log from being merged; batch work goes on, and the log shrinks once the
// reader has gone.
func TestLogIsBoundedUnderAReader(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	db, err := store.Open(ctx, store.Config{Dir: dir})
	must(t, err)
	defer db.Close()
	db.ShrinkLog(16) // bound 12 MiB, step 2 MiB
	must(t, db.Migrate(ctx, "bulk", caseTable))
	write := func(n int) {
		for range n {
			must(t, db.WriteSlice(ctx, func(tx *store.Tx) error {
				return tx.CopyIn(ctx, "bulk", []string{"k"}, 64, func(i int, dst []any) { dst[0] = make([]byte, 8000) })
			}))
		}
	}
	size := func() int64 {
		fi, err := os.Stat(filepath.Join(dir, "state.db-wal"))
		must(t, err)
		return fi.Size() >> 10
	}
	must(t, db.Read(ctx, func(q store.Querier) error {
		var n int
		if err := q.QueryRowContext(ctx, "SELECT count(*) FROM bulk").Scan(&n); err != nil {
			return err
		}
		write(30) // 15 MiB
		if size() < 13<<10 {
			t.Errorf("log %d KiB while a reader is in the way", size())
		}
		return nil
	}))
	write(12)
	if size() > 7<<10 {
		t.Errorf("log %d KiB after the reader has gone", size())
	}
}
