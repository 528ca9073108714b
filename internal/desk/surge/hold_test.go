package surge_test

import (
	"context"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// TestUnknownHold: a case that was held before its rules were kept stays held
// when the rules that are known end, until a person releases it.
func TestUnknownHold(t *testing.T) {
	t.Parallel()
	rules := newRules(t)
	ctx := context.Background()
	for _, engine := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			n, err := openNodeOn(ctx, storetest.Config(t, engine), filepath.Join(dir, "data"), disk.OS(), rules)
			ok(t, err)
			defer n.close()
			_, err = n.Ingest(ctx, surge.Request{Paths: small(t, dir, 8)})
			ok(t, err)
			ok(t, n.DB.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE case_hold SET rule = 0") // as the migration leaves them
				return err
			}))
			h, err := judge.ParseHold("prefix", "198.18.0.0/16")
			ok(t, err)
			h.Reason, h.Author = "r", "a"
			added, err := n.AddHolds(ctx, []judge.Hold{h})
			ok(t, err)
			lifted, err := n.LiftHold(ctx, added.IDs[0], "a", "r", false, clock)
			ok(t, err)
			held, _, err := n.Cases(ctx, surge.CaseFilter{State: "held"})
			ok(t, err)
			if len(held) == 0 || lifted.Stay != len(held) || lifted.Released != added.Turned || lifted.By[0] != 0 {
				t.Fatalf("%d cases are held, %d were turned; lifting said %+v", len(held), added.Turned, lifted)
			}
			var ids []string
			for _, c := range held {
				ids = append(ids, c.ID, c.ID)
			}
			if _, err := n.ReleaseCases(ctx, append(ids, "00000000000000000000000000000000"), "r"); !fault.Is(err, fault.NotFound) {
				t.Fatalf("a case that is none: %v", err)
			}
			released, err := n.ReleaseCases(ctx, ids, "r")
			ok(t, err)
			if released != len(held) {
				t.Errorf("%d released, want %d", released, len(held))
			}
		})
	}
}
