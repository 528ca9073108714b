package identity_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/identity"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// TestKeySurvivesEveryFault fails each file operation of the first opening in
// turn, cuts the power, and opens again: there is one node, whose key and
// database agree, and no second key is ever made beside a used one.
func TestKeySurvivesEveryFault(t *testing.T) {
	ctx := context.Background()
	for _, why := range disktest.Faults() {
		for n := 1; ; n++ {
			db, dir, d := storetest.Open(t, store.SQLite), filepath.Join(t.TempDir(), "data"), disktest.New()
			cfg := config(t, db, dir, 1)
			cfg.FS = d
			d.FailAt(n, why)
			first, err := identity.Open(ctx, cfg)
			if !d.Failed() {
				break
			}
			if err == nil {
				t.Fatalf("operation %d failed with %v and nobody was told", n, why)
			}
			if fault.KindOf(err) == fault.Internal || fault.RemedyOf(err) == "" || first != nil {
				t.Errorf("operation %d, %v: %v", n, why, err)
			}
			d.Heal()
			if err := d.PowerCut(); err != nil {
				t.Fatal(err)
			}
			cfg.Rand = rand.NewChaCha8([32]byte{2})
			second, err := identity.Open(ctx, cfg)
			if err != nil {
				t.Fatalf("operation %d, %v: opening again: %v", n, why, err)
			}
			third, err := identity.Open(ctx, cfg)
			if err != nil || third.Node().ID != second.Node().ID {
				t.Fatalf("operation %d, %v: opening a third time: %v", n, why, err)
			}
		}
	}
}

// TestKeyIsDurableBeforeItIsUsed cuts the power right after the first opening.
func TestKeyIsDurableBeforeItIsUsed(t *testing.T) {
	ctx := context.Background()
	db, dir, d := storetest.Open(t, store.SQLite), filepath.Join(t.TempDir(), "data"), disktest.New()
	cfg := config(t, db, dir, 1)
	cfg.FS = d
	first, err := identity.Open(ctx, cfg)
	must(t, err)
	must(t, d.PowerCut())
	if _, err := os.Stat(filepath.Join(dir, "node.key")); err != nil {
		t.Fatal(err)
	}
	second, err := identity.Open(ctx, cfg)
	must(t, err)
	if first.Node().ID != second.Node().ID || first.Node().Secret != second.Node().Secret {
		t.Error("another node after a power cut")
	}
}
