package eventlog

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

var ctx = context.Background()

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func openLog(t testing.TB, db *store.DB, fsys disk.FS, dir string, c *clock) *Log {
	t.Helper()
	l, err := Open(ctx, Config{DB: db, FS: fsys, Dir: dir, Now: c.now, Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func newClock() *clock { return &clock{time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)} }

func put(t testing.TB, l *Log, batch int64, rows []Row) {
	t.Helper()
	st, err := l.Stage(ctx, batch, rows)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.db.WriteSlice(ctx, func(tx *store.Tx) error { return st.Commit(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func all(t testing.TB, l *Log, q Query, columns ...string) []Row {
	t.Helper()
	var out []Row
	for r, err := range l.Scan(ctx, q, columns...) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, *r)
	}
	return out
}

// differ says where two lists of rows differ, or "".
func differ(want, got []Row) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], got[i]) {
			return fmt.Sprintf("row %d: %+v, want %+v", i, got[i], want[i])
		}
	}
	return ""
}

// ordered is what the log must give for batches of rows.
func ordered(batches ...[]Row) []Row {
	var out []Row
	for _, rows := range batches {
		for _, sh := range shares(rows) {
			var so sorter
			for _, k := range so.sort(rows, sh.pick) {
				out = append(out, rows[k.at])
			}
		}
	}
	return out
}

// odd changes rows so that every column is empty somewhere and days differ.
func odd(rows []Row, days int) []Row {
	for i := range rows {
		r := &rows[i]
		switch i % 11 {
		case 1:
			r.Addr, r.Kind, r.Value = netip.Addr{}, "domain", fmt.Sprintf("c%d.example.org", i%50)
		case 2:
			r.Case, r.Details, r.Outcome, r.Owner = [16]byte{}, nil, "suppressed", ""
			r.Reason = "bogon"
		case 3:
			r.Port, r.ASN, r.Network, r.Prefix, r.Country, r.CountryBasis = 0, 0, "", "", "", ""
		case 4:
			r.Addr = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i%40))
			r.Value, r.Kind = r.Addr.String(), "ipv6"
		case 5:
			r.Mode, r.Snapshot = "snapshot", r.Observed
			r.Class = "c2-server"
		}
		r.Observed += int64(i%days) * dayMicros
		if r.Mode == "snapshot" {
			r.Snapshot = r.Observed
		}
	}
	return rows
}

func TestWhatIsCommittedComesBack(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		l := openLog(t, open(), disk.OS(), t.TempDir(), newClock())
		a, b := odd(newSynth(1).rows(1, 5000), 3), odd(newSynth(2).rows(2, 300), 1)
		put(t, l, 1, a)
		put(t, l, 2, b)
		got, want := all(t, l, Query{}), ordered(a, b)
		if d := differ(want, got); d != "" {
			t.Fatal(d)
		}
		files, err := l.Files(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for i, f := range files {
			n += f.Rows
			info, err := os.Stat(f.Path)
			if err != nil || info.Size() != f.Bytes || !strings.Contains(f.Path, "day="+f.Day) {
				t.Fatal(f, err)
			}
			if i > 0 && (files[i-1].Batch > f.Batch || files[i-1].Batch == f.Batch && files[i-1].Day >= f.Day) {
				t.Fatal("order", files)
			}
		}
		if len(files) != 4 || n != 5300 {
			t.Fatal(len(files), n)
		}
	})
}

// Queries give what a plain loop over all rows gives.
func TestQueryEqualsALinearScan(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	var batches [][]Row
	for b := int64(1); b <= 4; b++ {
		rows := odd(newSynth(uint64(b)).rows(b, 3000), 2)
		batches = append(batches, rows)
		put(t, l, b, rows)
	}
	equalsALinearScan(t, l, ordered(batches...))
}

// equalsALinearScan holds queries against a loop over rows, which are all in the
// order of the log.
func equalsALinearScan(t *testing.T, l *Log, rows []Row) {
	rapid.Check(t, func(rt *rapid.T) {
		some := func() *Row { return &rows[rapid.IntRange(0, len(rows)-1).Draw(rt, "row")] }
		var q Query
		set := rapid.IntRange(0, 1<<9-1).Draw(rt, "set")
		if rapid.Bool().Draw(rt, "few") {
			set &= rapid.IntRange(0, 1<<9-1).Draw(rt, "fewer")
		}
		r := some()
		if set&1 != 0 {
			q.Value = rapid.SampledFrom([]string{r.Value, "192.0.2.1", "c3.example.org"}).Draw(rt, "value")
		}
		if set&2 != 0 {
			q.Kind = rapid.SampledFrom([]string{r.Kind, "url"}).Draw(rt, "kind")
		}
		if set&4 != 0 {
			if a := r.Addr; a.IsValid() {
				q.Prefix = netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(rt, "bits")).Masked()
			}
		}
		if set&8 != 0 {
			q.ASN = r.ASN
		}
		if set&16 != 0 {
			q.Class = rapid.SampledFrom([]string{r.Class, "spam"}).Draw(rt, "class")
		}
		if set&32 != 0 {
			q.From = r.Observed
		}
		if set&64 != 0 {
			q.To = some().Observed
		}
		if set&128 != 0 {
			q.Case = r.Case
		}
		if set&256 != 0 {
			q.Outcome, q.Batches = r.Outcome, []int64{r.Batch, 99}
		}
		q.Limit = rapid.SampledFrom([]int{0, 0, 1, 7}).Draw(rt, "limit")
		var want []Row
		for i := range rows {
			if q.match(&rows[i]) && (q.Batches == nil || slices.Contains(q.Batches, rows[i].Batch)) {
				want = append(want, rows[i])
				if len(want) == q.Limit {
					break
				}
			}
		}
		if d := differ(want, all(t, l, q)); d != "" {
			rt.Fatalf("%+v: %s", q, d)
		}
	})
}

func TestScanFillsOnlyTheNamedColumns(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	rows := newSynth(1).rows(1, 100)
	put(t, l, 1, rows)
	got := all(t, l, Query{Outcome: "routed"}, "line", "owner")
	if len(got) != 100 || got[0].Owner == "" || got[0].Line == 0 || got[0].Outcome == "" || got[0].Value != "" || got[0].Details != nil {
		t.Fatalf("%+v", got[0])
	}
	for _, err := range l.Scan(ctx, Query{}, "no-such") {
		if !fault.Is(err, fault.Usage) {
			t.Fatal(err)
		}
	}
}

// Every operation fails in turn, then the power does. What was committed is
// there, what was not is not counted, and a rerun succeeds.
func TestFaults(t *testing.T) {
	rows := odd(newSynth(1).rows(1, 90), 3)
	for _, kind := range disktest.Faults() {
		for n := 1; ; n++ {
			dir, d := t.TempDir(), disktest.New()
			db := storetest.Open(t, store.SQLite)
			l := openLog(t, db, d, dir, newClock())
			put(t, l, 1, rows)
			d.FailAt(n, kind)
			st, err := l.Stage(ctx, 2, rows)
			reached := d.Failed()
			d.Heal()
			if err == nil {
				if u := d.Unsynced(); len(u) > 0 {
					t.Fatalf("operation %d: about to count unsynced: %v", n, u)
				}
				if err := db.WriteSlice(ctx, func(tx *store.Tx) error { return st.Commit(ctx, tx) }); err != nil {
					t.Fatal(err)
				}
			} else if fault.RemedyOf(err) == "" {
				t.Errorf("operation %d: no remedy: %v", n, err)
			}
			if perr := d.PowerCut(); perr != nil {
				t.Fatal(perr)
			}
			want := len(rows)
			if err == nil {
				want *= 2
			}
			if got := len(all(t, l, Query{})); got != want {
				t.Fatalf("operation %d (%v): %d rows, want %d", n, err, got, want)
			}
			if err != nil {
				put(t, l, 2, rows)
				if got := len(all(t, l, Query{})); got != 2*len(rows) {
					t.Fatalf("rerun after operation %d: %d rows", n, got)
				}
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

// A process that dies between any two steps leaves files that do not count and
// that another one sweeps, only when the lease has ended.
func TestSweep(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		dir, c := t.TempDir(), newClock()
		db := open()
		other := openLog(t, open(), disk.OS(), dir, c)
		l := openLog(t, db, disk.OS(), dir, c)
		rows := newSynth(1).rows(1, 50)
		put(t, other, 1, rows)
		staged, err := other.Stage(ctx, 2, rows)
		if err != nil {
			t.Fatal(err)
		}
		put(t, l, 3, rows)
		files := func() int {
			m, _ := filepath.Glob(filepath.Join(dir, "log", "*", "*"))
			return len(m)
		}
		sweep := func(want int) {
			t.Helper()
			if n, err := l.Sweep(ctx); n != want || err != nil {
				t.Fatal("swept", n, err)
			}
		}
		sweep(0)
		c.t = c.t.Add(59 * time.Second)
		sweep(0)
		if files() != 3 {
			t.Fatal(files())
		}
		c.t = c.t.Add(2 * time.Second) // the other's lease ends
		stray := filepath.Join(dir, "log", "day=2026-11-24", "notes.txt")
		os.MkdirAll(filepath.Dir(stray), 0o700)
		os.WriteFile(stray, []byte("x"), 0o600)
		sweep(1)
		sweep(0)
		err = db.WriteSlice(ctx, func(tx *store.Tx) error { return staged.Commit(ctx, tx) })
		if !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
			t.Fatal("a swept segment was committed:", err)
		}
		if got := len(all(t, l, Query{})); got != 100 {
			t.Fatal(got)
		}
		put(t, other, 2, rows) // it takes a new number
		if got := len(all(t, l, Query{})); got != 150 || files() != 4 {
			t.Fatal(got, files())
		}
	})
}

func TestALongRunKeepsItsLease(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	db := storetest.Open(t, store.SQLite)
	l, other := openLog(t, db, disk.OS(), dir, c), openLog(t, db, disk.OS(), dir, c)
	for b := int64(1); b < 20; b++ {
		c.t = c.t.Add(25 * time.Second)
		st, err := l.Stage(ctx, b, newSynth(1).rows(b, 5))
		if err != nil {
			t.Fatal(err)
		}
		c.t = c.t.Add(25 * time.Second)
		if n, err := other.Sweep(ctx); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		if err := db.WriteSlice(ctx, func(tx *store.Tx) error { return st.Commit(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	if l.writer != 1 {
		t.Fatal(l.writer)
	}
}

func TestDiscardAndABatchThatIsThere(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), dir, newClock())
	rows := odd(newSynth(1).rows(1, 50), 2)
	st, err := l.Stage(ctx, 1, rows)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Discard(ctx); err != nil {
		t.Fatal(err)
	}
	if m, _ := filepath.Glob(filepath.Join(dir, "log", "*", "*")); len(m) != 0 {
		t.Fatal(m)
	}
	put(t, l, 1, rows)
	if _, err := l.Stage(ctx, 1, rows); !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	if got := len(all(t, l, Query{})); got != 50 {
		t.Fatal(got)
	}
	empty, err := l.Stage(ctx, 9, nil)
	if err != nil || empty.Commit(ctx, nil) != nil || empty.Discard(ctx) != nil {
		t.Fatal(err)
	}
}

func TestATransactionThatIsUndoneCountsNothing(t *testing.T) {
	db := storetest.Open(t, store.SQLite)
	l := openLog(t, db, disk.OS(), t.TempDir(), newClock())
	st, err := l.Stage(ctx, 1, newSynth(1).rows(1, 50))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err = db.WriteSlice(ctx, func(tx *store.Tx) error {
		if err := st.Commit(ctx, tx); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || len(all(t, l, Query{})) != 0 {
		t.Fatal(err)
	}
}

// A damaged byte anywhere is found by a full pass, or changes nothing that is
// read; a query never misses rows because of it.
func TestDamageIsNamed(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	rows := odd(newSynth(1).rows(1, 3000), 1)
	put(t, l, 1, rows)
	want := ordered(rows)
	files, _ := l.Files(ctx)
	path := files[0].Path
	whole, _ := os.ReadFile(path)
	pass := func(q Query) ([]Row, error) {
		var got []Row
		for r, err := range l.Query(ctx, q) {
			if err != nil {
				return nil, err
			}
			got = append(got, *r)
		}
		return got, nil
	}
	r := rand.New(rand.NewPCG(1, 1))
	one := Query{Value: want[1234].Value}
	inOne, err := pass(one)
	if err != nil || len(inOne) == 0 {
		t.Fatal(err)
	}
	found := 0
	for range 150 {
		bad := slices.Clone(whole)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		os.WriteFile(path, bad, 0o600)
		for _, q := range []Query{{}, one} {
			got, err := pass(q)
			switch {
			case err != nil:
				found++
				if !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), path) || fault.RemedyOf(err) == "" {
					t.Fatal(err)
				}
			case q.Value != "" && differ(inOne, got) != "", q.Value == "" && differ(want, got) != "":
				t.Fatal("damage changed the answer and nobody noticed")
			}
		}
	}
	if found < 150 {
		t.Errorf("found only %d of 300 readings of damage", found)
	}
	for _, n := range []int{0, 10, len(whole) / 2, len(whole) - 1} {
		os.WriteFile(path, whole[:n], 0o600)
		if _, err := pass(Query{}); !fault.Is(err, fault.Corrupt) {
			t.Fatal(n, err)
		}
	}
	os.Remove(path)
	if _, err := pass(Query{}); !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), path) {
		t.Fatal(err)
	}
}

func TestAStoppedScanLeavesNothingRunning(t *testing.T) {
	l := openLog(t, storetest.Open(t, store.SQLite), disk.OS(), t.TempDir(), newClock())
	for b := int64(1); b <= 5; b++ {
		put(t, l, b, newSynth(1).rows(b, 5000))
	}
	n := 0
	for _, err := range l.Scan(ctx, Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 10 {
			break
		}
	}
	gone, cancel := context.WithCancel(ctx)
	defer cancel()
	var last error
	for _, err := range l.Scan(gone, Query{}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatal(last)
	}
}
