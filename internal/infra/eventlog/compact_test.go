package eventlog

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// smalls are batches of 300 rows over two days.
func smalls(n int) [][]Row {
	out := make([][]Row, n)
	for i := range out {
		out[i] = odd(newSynth(uint64(i)).rows(int64(i+1), 300), 2)
	}
	return out
}

func putAll(t testing.TB, l *Log, batches [][]Row) {
	t.Helper()
	for i := range batches {
		put(t, l, int64(i+1), batches[i])
	}
}

// merged is what the log must give when each day is one segment.
func merged(batches ...[]Row) []Row {
	rows := slices.Concat(batches...)
	return ordered(rows)
}

func compact(t testing.TB, l *Log) []Compacted {
	t.Helper()
	done, err := l.Compact(ctx, CompactRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func onDisk(t testing.TB, dir string) (names []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "log", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Compaction keeps rows, order, batches and queries, and writes the bytes that
// one segment of the same rows has. The old files stay for the grace.
func TestCompact(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		dir, c := t.TempDir(), newClock()
		l := openLog(t, open(), disk.OS(), dir, c)
		batches := smalls(10)
		putAll(t, l, batches)
		old, err := l.Files(ctx)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := l.Compact(ctx, CompactRequest{DryRun: true})
		if err != nil || len(plan) != 2 || plan[0].Files != 10 || plan[0].Rows+plan[1].Rows != 3000 || len(onDisk(t, dir)) != 20 {
			t.Fatal(plan, err)
		}
		if done, err := l.Compact(ctx, CompactRequest{Day: plan[1].Day}); err != nil || len(done) != 1 || done[0].Day != plan[1].Day {
			t.Fatal(done, err)
		}
		if done := compact(t, l); len(done) != 1 || done[0].Into == 0 || done[0].Into >= done[0].Bytes {
			t.Fatal(done)
		}
		if done := compact(t, l); len(done) != 0 {
			t.Fatal("compacted again:", done)
		}
		if d := differ(merged(batches...), all(t, l, Query{})); d != "" {
			t.Fatal(d)
		}
		files, _ := l.Files(ctx)
		if len(files) != 2 || files[0].Batch != 1 || files[0].Last != 10 {
			t.Fatal(files)
		}
		for _, f := range files {
			rows := slices.DeleteFunc(slices.Concat(batches...), func(r Row) bool { return dayText(dayOf(&r)) != f.Day })
			var want bytes.Buffer
			if err := WriteSegment(&want, rows); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, want.Bytes()) {
				t.Fatal("other bytes for the same rows", err)
			}
		}
		for b := range batches {
			if got := all(t, l, Query{Batches: []int64{int64(b + 1)}}); len(got) != 300 {
				t.Fatal("batch", b+1, len(got))
			}
		}
		// Readers outside that hold the old list find its files until the grace ends.
		if n, err := l.Sweep(ctx); n != 0 || err != nil || len(onDisk(t, dir)) != 22 {
			t.Fatal(n, err)
		}
		if _, err := os.Stat(old[3].Path); err != nil {
			t.Fatal(err)
		}
		c.t = c.t.Add(time.Hour)
		if n, err := l.Sweep(ctx); n != 20 || err != nil || len(onDisk(t, dir)) != 2 {
			t.Fatal(n, err)
		}
		if n, err := l.Sweep(ctx); n != 0 || err != nil {
			t.Fatal(n, err)
		}
	})
}

func TestQueriesAfterCompaction(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	batches := smalls(20)
	putAll(t, l, batches)
	compact(t, l)
	equalsALinearScan(t, l, merged(batches...))
}

// A scan that is under way reads what it began with, although its segments die
// and their grace is over; one in another process is told to begin again.
func TestAScanOutlivesItsSegments(t *testing.T) {
	dir, c, db := t.TempDir(), newClock(), storetest.Open(t, store.SQLite)
	l, other := openLog(t, db, disk.OS(), dir, c), openLog(t, db, disk.OS(), dir, c)
	batches := smalls(8)
	putAll(t, l, batches)
	var got []Row
	for r, err := range l.Scan(ctx, Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, *r); len(got) == 1 {
			compact(t, l)
			c.t = c.t.Add(2 * time.Hour)
			if n, err := l.Sweep(ctx); n != 0 || err != nil {
				t.Fatal(n, err)
			}
		}
	}
	if d := differ(ordered(batches...), got); d != "" {
		t.Fatal(d)
	}
	if n, err := l.Sweep(ctx); n != 16 || err != nil {
		t.Fatal(n, err)
	}
	for i, rows := range smalls(8) {
		put(t, l, int64(i+9), rows)
	}
	last, n := error(nil), 0
	for _, err := range other.Scan(ctx, Query{}) {
		if last = err; n == 0 {
			compact(t, l)
			c.t = c.t.Add(2 * time.Hour)
			if _, err := l.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		n++
	}
	if !fault.Is(last, fault.Busy) || fault.RemedyOf(last) == "" {
		t.Fatal(last)
	}
}

// Another worker pauses between upload and commit: with a batch, and with a merge
// of the same segments. Nothing is lost and nothing doubled.
func TestCompactBesideAWorkerThatPauses(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		dir, c, db, db2 := t.TempDir(), newClock(), open(), open()
		l, other := openLog(t, db, disk.OS(), dir, c), openLog(t, db2, disk.OS(), dir, c)
		batches := smalls(12)
		putAll(t, l, batches[:10])
		late, err := other.Stage(ctx, 11, batches[10])
		if err != nil {
			t.Fatal(err)
		}
		segments, err := other.segments(ctx, Query{})
		if err != nil {
			t.Fatal(err)
		}
		rival, err := other.rewrite(ctx, compactable(segments)[0], true, nil)
		if err != nil {
			t.Fatal(err)
		}
		sweep := func() {
			t.Helper()
			if _, err := l.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		sweep()
		if done := compact(t, l); len(done) != 2 {
			t.Fatal(done)
		}
		c.t = c.t.Add(50 * time.Second)
		sweep()
		if err := db2.WriteSlice(ctx, func(tx *store.Tx) error { return late.Commit(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		err = db2.WriteSlice(ctx, func(tx *store.Tx) error { return rival.Commit(ctx, tx) })
		if !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
			t.Fatal("the same segments were merged twice:", err)
		}
		if err := rival.Discard(ctx); err != nil {
			t.Fatal(err)
		}
		count := func(n int) {
			t.Helper()
			got := all(t, l, Query{})
			want := slices.Concat(batches[:n]...)
			slices.SortFunc(got, compareAll)
			slices.SortFunc(want, compareAll)
			if d := differ(want, got); d != "" {
				t.Fatal(d)
			}
		}
		count(11)
		// A merge whose lease ends while it pauses is swept, and does not count.
		late, err = other.Stage(ctx, 12, batches[11])
		if err != nil {
			t.Fatal(err)
		}
		if err := db2.WriteSlice(ctx, func(tx *store.Tx) error { return late.Commit(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		segments, _ = other.segments(ctx, Query{})
		two := slices.DeleteFunc(segments, func(s *segment) bool { return s.Batch < 11 })[:1]
		rival, err = other.rewrite(ctx, two, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := len(onDisk(t, dir))
		c.t = c.t.Add(2 * time.Minute)
		sweep()
		if n := len(onDisk(t, dir)); n != before-1 {
			t.Fatal("swept", before-n)
		}
		err = db2.WriteSlice(ctx, func(tx *store.Tx) error { return rival.Commit(ctx, tx) })
		if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		count(12)
		c.t = c.t.Add(2 * time.Hour)
		sweep()
		count(12)
	})
}

func compareAll(a, b Row) int {
	var x, y sortKey
	x.set(&a)
	y.set(&b)
	if x.hi != y.hi || x.lo != y.lo {
		if x.hi < y.hi || x.hi == y.hi && x.lo < y.lo {
			return -1
		}
		return 1
	}
	return compareRows(&a, &b)
}
