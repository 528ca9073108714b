package eventlog

import (
	"errors"
	"slices"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// Every file operation of a compaction and its sweep fails in turn, then the
// power does: the same rows are there, and a rerun leaves the same files.
func TestCompactFaults(t *testing.T) {
	batches := smalls(3)
	want := slices.Concat(batches...)
	slices.SortFunc(want, compareAll)
	check := func(l *Log, what string, n int) {
		t.Helper()
		got := all(t, l, Query{})
		slices.SortFunc(got, compareAll)
		if d := differ(want, got); d != "" {
			t.Fatalf("%s operation %d: %s", what, n, d)
		}
	}
	work := func(l *Log, c *clock) error {
		_, err := l.Compact(ctx, CompactRequest{})
		c.t = c.t.Add(2 * time.Hour)
		if _, serr := l.Sweep(ctx); err == nil {
			err = serr
		}
		return err
	}
	for _, kind := range disktest.Faults() {
		for n := 1; ; n++ {
			dir, d, c := t.TempDir(), disktest.New(), newClock()
			db := storetest.Open(t, store.SQLite)
			l := openLog(t, db, d, dir, c)
			putAll(t, l, batches)
			d.Watch(func(disktest.Op) {
				// What is listed is durable at any moment.
				files, err := l.Files(ctx)
				if err != nil {
					t.Error(err)
				}
				for _, loose := range d.Unsynced() {
					for _, f := range files {
						if len(loose) >= len(f.Path) && loose[:len(f.Path)] == f.Path {
							t.Errorf("it counts, but a power cut would lose it: %s", loose)
						}
					}
				}
			})
			d.FailAt(n, kind)
			err := work(l, c)
			reached := d.Failed()
			d.Heal()
			if err != nil && (fault.RemedyOf(err) == "" || !errors.Is(err, kind)) {
				t.Errorf("operation %d: %v", n, err)
			}
			if perr := d.PowerCut(); perr != nil {
				t.Fatal(perr)
			}
			check(l, "after", n)
			l = openLog(t, db, d, dir, c) // another process
			for range 2 {                 // the second sweep finds the first writer's lease over
				if err := work(l, c); err != nil {
					t.Fatal(err)
				}
			}
			check(l, "after the rerun of", n)
			if left := onDisk(t, dir); len(left) != 2 {
				t.Fatalf("operation %d left %v", n, left)
			}
			if !reached {
				if n < 10 {
					t.Fatal("few operations:", n)
				}
				break
			}
		}
	}
}

// BenchmarkCompact merges 16 segments of 16,000 rows.
func BenchmarkCompact(b *testing.B) {
	l := openLog(b, storetest.Open(b, store.SQLite), disk.OS(), b.TempDir(), newClock())
	s := newSynth(1)
	for batch := int64(1); batch <= 16; batch++ {
		put(b, l, batch, s.rows(batch, 16_000))
	}
	segments, err := l.segments(ctx, Query{})
	if err != nil {
		b.Fatal(err)
	}
	rows := 0
	b.ReportAllocs()
	for b.Loop() {
		rw, err := l.rewrite(ctx, segments, true, nil)
		if err != nil {
			b.Fatal(err)
		}
		rows += int(rw.Into[0].Rows)
		if err := rw.Discard(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
