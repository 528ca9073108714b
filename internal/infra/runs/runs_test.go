package runs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

var ctx = context.Background()

// tiny bounds let everything be read from files and let go again.
func openSets(t testing.TB, db *store.DB, fsys disk.FS, dir string, tiny bool) *runs.Sets {
	t.Helper()
	cfg := runs.Config{DB: db, FS: fsys, Dir: dir}
	if tiny {
		cfg.SmallRuns, cfg.Filters = 1, 2000
	}
	s, err := runs.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func random(r *rand.Rand, n int) []runs.Key {
	keys := make([]runs.Key, n)
	for i := range keys {
		for j := range keys[i] {
			keys[i][j] = byte(r.Uint32())
		}
	}
	slices.SortFunc(keys, runs.Key.Compare)
	return slices.Compact(keys)
}

func merged(a, b []runs.Key) []runs.Key {
	all := slices.Concat(a, b)
	slices.SortFunc(all, runs.Key.Compare)
	return slices.Compact(all)
}

func put(t testing.TB, db *store.DB, s *runs.Sets, sections ...runs.Section) {
	t.Helper()
	st, err := s.Stage(ctx, sections)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.WriteSlice(ctx, func(tx *store.Tx) error { return st.Commit(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	st.Published()
}

func find(t testing.TB, s *runs.Sets, scope string, keys []runs.Key) map[runs.Key]uint64 {
	t.Helper()
	got := map[runs.Key]uint64{}
	err := s.Lookup(ctx, scope, keys, func(i int, p uint64) {
		if _, twice := got[keys[i]]; twice {
			t.Fatalf("key %d found twice", i)
		}
		got[keys[i]] = p
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sorted(m map[runs.Key]uint64) []runs.Key {
	return slices.SortedFunc(maps.Keys(m), runs.Key.Compare)
}

// Sets are maps, whatever is staged, merged, reopened or let go of in between.
func TestSetsAreMaps(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			if n > 25 && db.Dialect() == store.Postgres {
				return
			}
			dir := t.TempDir()
			tiny := rapid.Bool().Draw(rt, "tiny")
			prefix := fmt.Sprint(db.Dialect(), n, "/")
			s := openSets(t, db, disk.OS(), dir, tiny)
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
			model := map[string]map[runs.Key]uint64{}
			for range rapid.IntRange(1, 30).Draw(rt, "steps") {
				switch rapid.IntRange(0, 9).Draw(rt, "step") {
				case 0:
					if err := s.Maintain(ctx); err != nil {
						rt.Fatal(err)
					}
				case 1:
					// The list of this folder's runs alone may be swept: the database is shared
					// by the trials, so a reopened store only refreshes.
					if err := s.Refresh(ctx); err != nil {
						rt.Fatal(err)
					}
				default:
					var sections []runs.Section
					for i := range rapid.IntRange(1, 3).Draw(rt, "scopes") {
						scope := fmt.Sprint(prefix, i)
						keys := random(r, rapid.SampledFrom([]int{0, 1, 3, 255, 256, 257, 600}).Draw(rt, "keys"))
						if old := sorted(model[scope]); len(old) > 0 && rapid.Bool().Draw(rt, "again") {
							keys = append(keys, old[r.IntN(len(old))])
							slices.SortFunc(keys, runs.Key.Compare)
							keys = slices.Compact(keys)
						}
						sec := runs.Section{Scope: scope, Keys: keys}
						if i != 1 {
							for range keys {
								sec.Payload = append(sec.Payload, r.Uint64())
							}
						}
						if model[scope] == nil {
							model[scope] = map[runs.Key]uint64{}
						}
						for j, k := range keys {
							model[scope][k] = 0
							if sec.Payload != nil {
								model[scope][k] = sec.Payload[j]
							}
						}
						sections = append(sections, sec)
					}
					put(t, db, s, sections...)
				}
			}
			for scope, m := range model {
				asked := append(sorted(m), random(r, 300)...)
				slices.SortFunc(asked, runs.Key.Compare)
				if got := find(t, s, scope, asked); !maps.Equal(got, m) {
					rt.Fatalf("scope %s: %d of %d keys", scope, len(got), len(m))
				}
			}
			err := db.WriteSlice(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "DELETE FROM run_section")
				return err
			})
			if err != nil {
				rt.Fatal(err)
			}
		})
	})
}

func TestReopenedAndMerged(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		dir, db := t.TempDir(), open()
		s := openSets(t, db, disk.OS(), dir, false)
		r := rand.New(rand.NewPCG(1, 2))
		want := map[runs.Key]uint64{}
		for i := range 150 {
			keys := random(r, 300)
			payload := make([]uint64, len(keys))
			for j, k := range keys {
				payload[j] = uint64(i*1000 + j)
				want[k] = payload[j]
			}
			put(t, db, s, runs.Section{Scope: "case", Keys: keys, Payload: payload}, runs.Section{Scope: fmt.Sprint("day", i%5), Keys: keys})
			if i%9 == 0 {
				if err := s.Maintain(ctx); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := s.Maintain(ctx); err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, "runs", "000000999999.run"), []byte("left by a dead process"), 0o600)
		s = openSets(t, open(), disk.OS(), dir, false)
		if got := find(t, s, "case", sorted(want)); !maps.Equal(got, want) {
			t.Fatal(len(got), len(want))
		}
		if s.Keys("case") != int64(len(want)) || s.Keys("other") != 0 {
			t.Fatal(s.Keys("case"))
		}
		files, _ := filepath.Glob(filepath.Join(dir, "runs", "*"))
		limit := 80
		if len(files) > limit {
			t.Fatalf("%d files after merging", len(files))
		}
		if db.Dialect() == store.SQLite && slices.ContainsFunc(files, func(f string) bool { return strings.Contains(f, "999999") }) {
			t.Fatal("an orphan was not swept")
		}
	})
}

func TestWhatIsNotCommittedIsNotFound(t *testing.T) {
	db, dir := storetest.Open(t, store.SQLite), t.TempDir()
	s := openSets(t, db, disk.OS(), dir, false)
	keys := random(rand.New(rand.NewPCG(1, 2)), 10)
	st, err := s.Stage(ctx, []runs.Section{{Scope: "a", Keys: keys}})
	if err != nil {
		t.Fatal(err)
	}
	if len(find(t, s, "a", keys)) != 0 {
		t.Fatal("staged keys are found")
	}
	broken := errors.New("broken")
	if err := db.WriteSlice(ctx, func(tx *store.Tx) error { return errors.Join(st.Commit(ctx, tx), broken) }); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := st.Discard(ctx); err != nil {
		t.Fatal(err)
	}
	s = openSets(t, db, disk.OS(), dir, false)
	if len(find(t, s, "a", keys)) != 0 {
		t.Fatal("keys of an undone transaction are found")
	}
	for _, bad := range [][]runs.Key{{{2}, {1}}, {{1}, {1}}} {
		if _, err := s.Stage(ctx, []runs.Section{{Scope: "a", Keys: bad}}); err == nil {
			t.Fatal("unsorted keys were taken")
		}
	}
	none, err := s.Stage(ctx, []runs.Section{{Scope: "a"}})
	if err != nil || none.Commit(ctx, nil) == nil && false {
		t.Fatal(err)
	}
	none.Published()
}

// Every operation of staging and merging fails in turn, then the power does:
// committed keys are there, others are not, and a rerun succeeds.
func TestFaults(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var batches [][]runs.Key
	for range 17 { // one more than a merge takes
		batches = append(batches, random(r, 300))
	}
	for _, kind := range disktest.Faults() {
		for n := 1; ; n++ {
			dir, d, db := t.TempDir(), disktest.New(), storetest.Open(t, store.SQLite)
			s := openSets(t, db, d, dir, false)
			for _, keys := range batches[:15] {
				put(t, db, s, runs.Section{Scope: "a", Keys: keys})
			}
			d.FailAt(n, kind)
			committed := 15
			var failed error
			for _, keys := range batches[15:] {
				st, err := s.Stage(ctx, []runs.Section{{Scope: "a", Keys: keys}})
				if err != nil {
					failed = err
					break
				}
				if u := d.Unsynced(); len(u) > 0 {
					t.Fatalf("operation %d: about to count unsynced: %v", n, u)
				}
				if err := db.WriteSlice(ctx, func(tx *store.Tx) error { return st.Commit(ctx, tx) }); err != nil {
					t.Fatal(err)
				}
				st.Published()
				committed++
				if failed = s.Maintain(ctx); failed != nil {
					break
				}
			}
			reached := d.Failed()
			d.Heal()
			if failed != nil && fault.RemedyOf(failed) == "" {
				t.Errorf("operation %d: no remedy: %v", n, failed)
			}
			if err := d.PowerCut(); err != nil {
				t.Fatal(err)
			}
			s = openSets(t, db, d, dir, true)
			for i, keys := range batches {
				want := 0
				if i < committed {
					want = len(keys)
				}
				if got := len(find(t, s, "a", keys)); got != want {
					t.Fatalf("operation %d (%v): batch %d: %d of %d keys", n, failed, i, got, want)
				}
			}
			for _, keys := range batches[committed:] {
				put(t, db, s, runs.Section{Scope: "a", Keys: keys})
			}
			if err := s.Maintain(ctx); err != nil {
				t.Fatal(err)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "runs", "*"))
			if len(files) != 2 {
				t.Fatalf("operation %d: %d files: %v", n, len(files), files)
			}
			if !reached {
				break
			}
		}
	}
}

func TestDamageIsNamed(t *testing.T) {
	db, dir := storetest.Open(t, store.SQLite), t.TempDir()
	s := openSets(t, db, disk.OS(), dir, false)
	r := rand.New(rand.NewPCG(1, 1))
	keys := random(r, 2000)
	payload := make([]uint64, len(keys))
	for i := range payload {
		payload[i] = uint64(i)
	}
	put(t, db, s, runs.Section{Scope: "a", Keys: keys, Payload: payload})
	files, _ := filepath.Glob(filepath.Join(dir, "runs", "*"))
	whole, _ := os.ReadFile(files[0])
	for range 200 {
		bad := slices.Clone(whole)
		at := r.IntN(len(bad))
		bad[at] ^= 1 << r.IntN(8)
		os.WriteFile(files[0], bad, 0o600)
		s := openSets(t, db, disk.OS(), dir, true)
		n := 0
		err := s.Lookup(ctx, "a", keys, func(i int, p uint64) {
			if p == uint64(i) {
				n++
			}
		})
		if err == nil && n == len(keys) && at < 8 {
			continue // the name of the format, which nobody asks
		}
		if !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), files[0]) || fault.RemedyOf(err) == "" {
			t.Fatalf("byte %d of %d: %d keys, %v", at, len(whole), n, err)
		}
	}
	os.Remove(files[0])
	s = openSets(t, db, disk.OS(), dir, true)
	if err := s.Lookup(ctx, "a", keys, func(int, uint64) {}); !fault.Is(err, fault.Corrupt) {
		t.Fatal(err)
	}
}

func TestLookupsWhileMerging(t *testing.T) {
	db, dir := storetest.Open(t, store.SQLite), t.TempDir()
	s := openSets(t, db, disk.OS(), dir, true)
	r := rand.New(rand.NewPCG(1, 1))
	var kept [][]runs.Key
	for range 40 {
		keys := random(r, 500)
		kept = append(kept, keys)
		put(t, db, s, runs.Section{Scope: "a", Keys: keys})
	}
	done := make(chan error, 1)
	go func() { done <- s.Maintain(ctx) }()
	for range 3 {
		for _, keys := range kept {
			if got := len(find(t, s, "a", keys)); got != len(keys) {
				t.Fatal(got)
			}
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
