// Package storetest gives other packages' tests a database on each engine. It
// imports store only, and only tests import it.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	"entente/internal/infra/store"
)

// Environment: where the PostgreSQL for tests answers, and whether a missing
// one fails the tests instead of skipping them.
const (
	EnvPostgres = "ENTENTE_TEST_POSTGRES"
	EnvAll      = "ENTENTE_TEST_ALL"

	defaultPostgres = "postgres://postgres@127.0.0.1:5432/test"
)

// Run runs suite once per engine as sub tests "sqlite" and "postgres". open
// opens the sub test's own empty database; called again it opens the same
// database once more. All are closed at the end.
func Run(t *testing.T, suite func(t *testing.T, open func() *store.DB)) {
	t.Helper()
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(d.String(), func(t *testing.T) {
			cfg := Config(t, d)
			suite(t, func() *store.DB { return open(t, cfg) })
		})
	}
}

// Open gives an empty database that lives as long as the test.
func Open(t testing.TB, d store.Dialect) *store.DB {
	t.Helper()
	return open(t, Config(t, d))
}

func open(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), cfg)
	if err != nil {
		t.Fatalf("open %s: %v", cfg.DSN, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

// Config gives the settings of an empty database of its own: a folder for
// SQLite, a schema for PostgreSQL, both removed after the test. Without a
// PostgreSQL that answers the test is skipped, or fails when ENTENTE_TEST_ALL
// is 1.
func Config(t testing.TB, d store.Dialect) store.Config {
	t.Helper()
	cfg := store.Config{Dir: t.TempDir()}
	if d == store.SQLite {
		return cfg
	}
	base := os.Getenv(EnvPostgres)
	if base == "" {
		base = defaultPostgres
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatalf("%s: %v", EnvPostgres, err)
	}
	if err := admin.PingContext(context.Background()); err != nil {
		_ = admin.Close()
		if os.Getenv(EnvAll) == "1" {
			t.Fatalf("PostgreSQL not reachable at %s: %v", base, err)
		}
		t.Skipf("PostgreSQL not reachable at %s; set %s to run this test on it", base, EnvPostgres)
	}
	var b [8]byte
	_, _ = rand.Read(b[:])
	schema := "test_" + hex.EncodeToString(b[:])
	if _, err := admin.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP SCHEMA " + schema + " CASCADE")
		_ = admin.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("%s: %v", EnvPostgres, err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	cfg.DSN = u.String()
	return cfg
}
