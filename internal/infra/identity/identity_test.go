package identity_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/infra/identity"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// config is an identity whose keys come from seed.
func config(t *testing.T, db *store.DB, dir string, seed byte) identity.Config {
	return identity.Config{
		DB: db, Dir: dir, Rand: rand.NewChaCha8([32]byte{seed}),
		Now: func() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) },
	}
}

func TestNode(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db, dir := open(), t.TempDir()
		first, err := identity.Open(ctx, config(t, db, dir, 1))
		must(t, err)
		n := first.Node()
		if !ed25519.Verify(n.Public, []byte("m"), n.Sign([]byte("m"))) {
			t.Error("the key does not sign")
		}
		if fi, err := os.Stat(filepath.Join(dir, "node.key")); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("node.key: %v, %v", fi.Mode(), err)
		}
		again, err := identity.Open(ctx, config(t, db, dir, 2))
		must(t, err)
		if again.Node().ID != n.ID || again.Node().Secret != n.Secret {
			t.Error("a second opening made another node")
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "node", n)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "node", n)
		fmt.Fprintf(&log, "%v %+v %#v %s %x %d", n, n, n, n, n, n)
		for _, secret := range []string{fmt.Sprintf("%x", n.Secret), fmt.Sprint(n.Secret), fmt.Sprintf("%d", n.Secret)} {
			if strings.Contains(log.String(), strings.Trim(secret, "[]")) {
				t.Error("the secret was printed")
			}
		}
		if _, err := identity.Open(ctx, config(t, db, t.TempDir(), 3)); !fault.Is(err, fault.Corrupt) {
			t.Errorf("a folder without the key: %v", err)
		}
		other := t.TempDir()
		_, err = identity.Open(ctx, config(t, storetest.Open(t, store.SQLite), other, 4))
		must(t, err)
		if _, err := identity.Open(ctx, config(t, db, other, 5)); !fault.Is(err, fault.Conflict) {
			t.Errorf("the folder of another node: %v", err)
		}
		key := filepath.Join(dir, "node.key")
		text, err := os.ReadFile(key)
		must(t, err)
		for cut := range text {
			must(t, os.WriteFile(key, text[:cut], 0o600))
			_, err := identity.Open(ctx, config(t, db, dir, 6))
			if cut < len(text)-1 && (!fault.Is(err, fault.Corrupt) || strings.Contains(err.Error(), "secret:")) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
		}
	})
}

func docs(name string) string { return filepath.Join("..", "..", "..", "docs", "examples", name) }

func TestExamplesSayTheSame(t *testing.T) {
	read := func(name string) []identity.Org {
		f, err := os.Open(docs(name))
		must(t, err)
		defer f.Close()
		orgs, err := identity.ParseOrgs(f, name)
		must(t, err)
		return orgs
	}
	a, b := read("organisations.yaml"), read("organisations.csv")
	if d := cmp.Diff(a, b, cmpopts.EquateComparable(a[1].Prefixes[0]), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if len(a) != 3 {
		t.Errorf("%d organisations", len(a))
	}
}

func TestImport(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		id, err := identity.Open(ctx, config(t, db, t.TempDir(), 1))
		must(t, err)
		f, err := os.Open(docs("organisations.yaml"))
		must(t, err)
		defer f.Close()
		orgs, err := identity.ParseOrgs(f, "organisations.yaml")
		must(t, err)
		for _, want := range [][2]int{{3, 0}, {0, 0}} {
			added, changed, err := id.Import(ctx, orgs, ledger.LocalOperator)
			must(t, err)
			if added != want[0] || changed != want[1] {
				t.Errorf("added %d, changed %d, want %v", added, changed, want)
			}
		}
		got, err := id.Orgs(ctx)
		must(t, err)
		if d := cmp.Diff(orgs, got, cmpopts.EquateComparable(orgs[1].Prefixes[0]), cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		changed := orgs[1]
		changed.Domains, changed.ASNs = []string{"example.org"}, nil
		if _, n, err := id.Import(ctx, []identity.Org{changed}, ledger.LocalOperator); err != nil || n != 1 {
			t.Errorf("changed %d, %v", n, err)
		}
		o, err := id.Org(ctx, changed.ID)
		must(t, err)
		if len(o.Domains) != 1 || o.Domains[0] != "example.org" || len(o.ASNs) != 0 || len(o.Prefixes) != 2 {
			t.Errorf("after the change: %+v", o)
		}
		rec, err := record.Open(ctx, db)
		must(t, err)
		acts, err := rec.Acts(ctx, record.Filter{Verb: identity.ImportVerb})
		must(t, err)
		if len(acts) != 2 || acts[0].Actor != ledger.LocalOperator || acts[0].Node != [16]byte(id.Node().ID) {
			t.Errorf("acts: %+v", acts)
		}
		if strings.Contains(string(acts[0].Body), "example.org") {
			t.Error("a value stands in an act")
		}

		rival := identity.Org{ID: "rival", Name: "Rival Ltd", Kind: identity.Company}
		for _, c := range []func(o *identity.Org){
			func(o *identity.Org) { o.Domains = []string{"example.org"} },
			func(o *identity.Org) { o.Prefixes = orgs[1].Prefixes[:1] },
		} {
			o := rival
			c(&o)
			_, _, err := id.Import(ctx, []identity.Org{o}, ledger.LocalOperator)
			if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Rival Ltd") || !strings.Contains(err.Error(), "Example Hosting Ltd") {
				t.Errorf("overlap: %v", err)
			}
		}
		rival.Countries = []string{"BR"}
		if _, _, err := id.Import(ctx, []identity.Org{rival}, ledger.LocalOperator); err != nil {
			t.Errorf("a country of two: %v", err)
		}
		// What one loses another may get in the same file.
		a, b := orgs[1], rival
		a.Prefixes, b.Prefixes = nil, orgs[1].Prefixes
		if _, n, err := id.Import(ctx, []identity.Org{b, a}, ledger.LocalOperator); err != nil || n != 2 {
			t.Errorf("moving a network: %d, %v", n, err)
		}
	})
}

func TestBuiltIn(t *testing.T) {
	ctx := context.Background()
	id, err := identity.Open(ctx, config(t, storetest.Open(t, store.SQLite), t.TempDir(), 1))
	must(t, err)
	for _, c := range country.All() {
		o, err := id.Org(ctx, identity.National(c.Code))
		if err != nil || o.Country != c.Code || o.Kind != identity.Police || o.Name != "National unit of "+c.Name {
			t.Errorf("%s: %+v, %v", c.Code, o, err)
		}
	}
	if o, err := id.Org(ctx, identity.Pool); err != nil || o.Name == "" {
		t.Errorf("pool: %+v, %v", o, err)
	}
	for _, none := range []identity.OrgID{"", "national-", "national-xx", "national-BR", "nobody"} {
		if _, err := id.Org(ctx, none); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", none, err)
		}
	}
	unit := identity.Org{ID: "national-br", Name: "Unit", Kind: identity.Police, Country: "BR", Contacts: []string{"unit@example.org"}}
	_, _, err = id.Import(ctx, []identity.Org{unit}, ledger.LocalOperator)
	must(t, err)
	if o, err := id.Org(ctx, "national-br"); err != nil || o.Name != "Unit" {
		t.Errorf("imported unit: %+v, %v", o, err)
	}
}
