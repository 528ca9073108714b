package surge_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/feed"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// bothStores runs a test on SQLite and on PostgreSQL. open opens the same new
// data folder each time.
func bothStores(t *testing.T, test func(t *testing.T, open func(r rules) *node)) {
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(d.String(), func(t *testing.T) {
			cfg := storetest.Config(t, d)
			test(t, func(r rules) *node {
				t.Helper()
				r.dsn = cfg.DSN
				n, err := openNode(context.Background(), cfg.Dir, disk.OS(), r)
				ok(t, err)
				return n
			})
		})
	}
}

// heapOver gives by how much the live heap grew beyond what it was, at most,
// while work was done.
func heapOver(work func()) int64 {
	live := func() int64 {
		runtime.GC()
		m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(m)
		return int64(m[0].Value.Uint64())
	}
	before, most := live(), int64(0)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
				most = max(most, live())
			}
		}
	})
	work()
	close(done)
	wg.Wait()
	return most - before
}

// TestManyRejects: any number of rejected rows is listed and tried again in the
// same memory. Held together, those of the larger file took 40 MB more in the
// list. The slack is for the batches on their way, which end at other moments.
func TestManyRejects(t *testing.T) {
	const few, many = 100_000, 300_000 // few fill the batches that are on their way at a time
	ctx := context.Background()
	var b bytes.Buffer
	peaks := map[int][3]int64{}
	for _, rows := range []int{few, many} {
		r := newRules(t)
		b.Reset()
		b.WriteString("#plain list event\n")
		for i := range rows {
			fmt.Fprintf(&b, "!{\"t\":%d,\"c\":\"blocklist\",\"v\":\"ipv4:198.18.1.1\"}\n", day(1).UnixMicro()+int64(i))
		}
		path, dir := put(t, t.TempDir(), "many.txt", b.Bytes()), filepath.Join(t.TempDir(), "data")
		n, err := openNode(ctx, dir, disk.OS(), r)
		ok(t, err)
		_, err = n.Ingest(ctx, surge.Request{Paths: []string{path}})
		ok(t, err)
		var peak [3]int64
		peak[0] = heapOver(func() {
			count, last := 0, int64(0)
			for j, err := range n.Rejects(ctx) {
				ok(t, err)
				if count++; j.ID <= last || j.Line != int64(count)+1 {
					t.Fatalf("reject %d has number %d, line %d", count, j.ID, j.Line)
				}
				last = j.ID
			}
			if count != rows {
				t.Errorf("%d of %d rejects are listed", count, rows)
			}
		})
		ok(t, n.close())
		for i, mended := range []bool{false, true} {
			r.format.mended = mended
			n, err = openNode(ctx, dir, disk.OS(), r)
			ok(t, err)
			peak[1+i] = heapOver(func() {
				res, err := n.Retry(ctx, surge.Request{})
				ok(t, err)
				if res.Rows != int64(rows) || mended != (res.Accepted == res.Rows) {
					t.Errorf("mended %v: %s", mended, accountText(res.Account))
				}
			})
			ok(t, n.close())
		}
		peaks[rows] = peak
	}
	for i, what := range []string{"list", "retry that takes none", "retry that takes all"} {
		if grown := peaks[many][i] - peaks[few][i]; grown > []int64{16, 12, 40}[i]<<20 {
			t.Errorf("%s: %d bytes for %d rejects, %d bytes for %d", what, peaks[few][i], few, peaks[many][i], many)
		}
	}
}

// TestRetryOfManyFiles: a raw input is tried again file by file, and twice where
// the same bytes were read under two names; a file that is in the way of none
// counts once. All is settled, on both stores.
func TestRetryOfManyFiles(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		ctx := context.Background()
		r := newRules(t)
		dir := t.TempDir()
		var packed bytes.Buffer
		z := zip.NewWriter(&packed)
		const files = 300 // more than a page of them
		for i := range files {
			w, err := z.Create(fmt.Sprintf("%03d.txt", i))
			ok(t, err)
			_, err = w.Write(faulty(t, fmt.Sprintf("#plain feed%d event\n", i), 3))
			ok(t, err)
		}
		ok(t, z.Close())
		put(t, dir, "pack.zip", packed.Bytes())
		for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
			put(t, dir, name, faulty(t, "#plain same event\n", 11))
		}
		n := open(r)
		first, err := n.Ingest(ctx, surge.Request{Paths: []string{dir}, Surge: "one", Options: feed.Options{FamilyFromName: true}})
		ok(t, err)
		const all, bad = files*3 + 3*11, 3
		if len(n.rejects(t)) != all || first.Rejected != all {
			t.Fatalf("%d rejects, want %d: %s", len(n.rejects(t)), all, accountText(first.Account))
		}
		ok(t, n.close())
		r.format.mended = true
		n = open(r)
		defer n.close()
		res, err := n.Retry(ctx, surge.Request{})
		ok(t, err)
		if res.Rows != all || res.Rejected != bad || res.Quarantined != 0 {
			t.Errorf("retry: %s", accountText(res.Account))
		}
		left := n.rejects(t)
		if len(left) != bad {
			t.Errorf("left: %+v", left)
		}
		names := map[string]bool{}
		for _, j := range left {
			names[filepath.Base(j.File)] = true
		}
		if len(names) != bad {
			t.Errorf("rejects of other files are left: %v", names)
		}
	})
}
