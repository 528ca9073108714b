package runs_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"entente/internal/infra/disk"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// BenchmarkGrow fills one scope of duplicates and one of cases by batches of
// 16,384 rows, which open 5,500 cases and meet as many, and prints
// what a key costs while the scopes hold 0.1, 1 and ENTENTE_BENCH_KEYS keys
// (default 2 million; the target is 10 million).
func BenchmarkGrow(b *testing.B) {
	total := 2_000_000
	if n, err := strconv.Atoi(os.Getenv("ENTENTE_BENCH_KEYS")); err == nil {
		total = n
	}
	for range b.N {
		db := storetest.Open(b, store.SQLite)
		s := openSets(b, db, disk.OS(), b.TempDir(), false)
		r := rand.New(rand.NewPCG(1, 2))
		const batch, opened = 16_384, 5_500
		var cases []runs.Key // a sample of those there are
		var look, lookCase, stage, merge time.Duration
		keys, last := 0, 0
		mark := 100_000
		for keys < total {
			dup := random(r, batch)
			fresh := random(r, opened)
			met := make([]runs.Key, 0, batch)
			for range opened {
				if len(cases) > 0 {
					met = append(met, cases[r.IntN(len(cases))])
				}
			}
			met = append(met, fresh...)
			slices.SortFunc(met, runs.Key.Compare)
			met = slices.Compact(met)
			payload := make([]uint64, len(fresh))
			t := time.Now()
			if err := s.Lookup(ctx, "dup", dup, func(int, uint64) {}); err != nil {
				b.Fatal(err)
			}
			look += time.Since(t)
			t = time.Now()
			if err := s.Lookup(ctx, "case", met, func(int, uint64) {}); err != nil {
				b.Fatal(err)
			}
			lookCase += time.Since(t)
			t = time.Now()
			put(b, db, s, runs.Section{Scope: "dup", Keys: dup}, runs.Section{Scope: "case", Keys: fresh, Payload: payload})
			stage += time.Since(t)
			t = time.Now()
			if err := s.Maintain(ctx); err != nil {
				b.Fatal(err)
			}
			merge += time.Since(t)
			cases = append(cases, fresh...)
			keys += len(dup)
			last += len(dup)
			if keys >= mark || keys >= total {
				per := func(d time.Duration) string { return fmt.Sprintf("%4d ns", d.Nanoseconds()/int64(last)) }
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				fmt.Printf("%9d keys, per row: lookup %s, case lookup %s, stage and commit %s, merge %s; held %d MB\n",
					keys, per(look), per(lookCase), per(stage), per(merge), s.Memory()>>20)
				look, lookCase, stage, merge, last = 0, 0, 0, 0, 0
				mark *= 3
			}
		}
	}
}
