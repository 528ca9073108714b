package runs_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"entente/internal/infra/disk"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// While small runs come, are covered by one filter and are merged, every lookup
// gives the newest payload, and the memory that is counted is given back.
func TestRecentFollowsItsRuns(t *testing.T) {
	for _, tiny := range []bool{false, true} {
		db := storetest.Open(t, store.SQLite)
		s := openSets(t, db, disk.OS(), t.TempDir(), tiny)
		r := rand.New(rand.NewPCG(3, 4))
		want := map[runs.Key]uint64{}
		old := random(r, 20) // these come again with every run
		for i := range uint64(100) {
			section := runs.Section{Scope: "a", Keys: random(r, 400)}
			if i%2 == 0 {
				section.Keys = merged(section.Keys, old)
			}
			for _, k := range section.Keys {
				want[k] = i
				section.Payload = append(section.Payload, i)
			}
			put(t, db, s, section)
			if i%21 == 20 {
				if err := s.Maintain(ctx); err != nil {
					t.Fatal(err)
				}
			}
			asked := merged(sorted(want), random(r, 100))
			if got := find(t, s, "a", asked); !maps.Equal(got, want) {
				t.Fatalf("run %d, tiny %v: %d of %d keys", i, tiny, len(got), len(want))
			}
		}
		if err := db.WriteSlice(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM run_section")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Refresh(ctx); err != nil || s.Memory() != 0 {
			t.Fatal(err, s.Memory())
		}
	}
}
