// Package surge owns the cyber surge: ingest of feed files, where their values
// belong, the cases they open, and the reports that every country and owner
// gets. It imports core, infra and the feed contract; never another desk, a
// door or a single format.
//
// One run walks three stages: collect (read, locate, judge, route), prepare
// (duplicates, cases, files on disk) and commit (one transaction a batch).
package surge

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/locate"
	"entente/internal/desk/surge/route"
	"entente/internal/feed"
	"entente/internal/infra/blob"
	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/identity"
	"entente/internal/infra/item"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

//go:embed migration/*.sql
var migrations embed.FS

// Config is what the desk stands on.
type Config struct {
	DB    *store.DB
	Log   *eventlog.Log
	Runs  *runs.Sets
	Blobs *blob.Store
	// Erased are the values that must not be kept.
	Erased   *erasure.Book
	Identity *identity.Identity
	Record   *record.Record
	Items    *item.Items
	Geo      *locate.Geography
	Judge    *judge.Judge
	Router   *route.Router
	Formats  []feed.Format
	// Deadlines of this node; nil: the defaults.
	Deadlines life.Deadlines
	// Retention says how long what is kept.
	Retention Retention
	Now       func() time.Time
	Logger    *slog.Logger
}

// Desk is the service. Reading may be shared by many goroutines; one run at a
// time may ingest.
type Desk struct {
	Config
	counts *counts.Book
	clocks *life.Clocks
}

// Open migrates the desk's tables, finishes a fold that was broken off, and gives
// the desk.
func Open(ctx context.Context, cfg Config) (*Desk, error) {
	sql, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "surge", sql); err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "judge", judge.Migrations()); err != nil {
		return nil, err
	}
	book, err := counts.Open(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	d := &Desk{Config: cfg, counts: book}
	if d.Deadlines == nil {
		d.Deadlines = life.DefaultDeadlines()
	}
	d.clocks, err = life.OpenClocks(ctx, cfg.DB, d.Deadlines, cfg.Now(), func(tx *store.Tx, changed int) error {
		a, err := d.newAct("deadline.change", [16]byte{}, map[string]int{"clocks": changed})
		if err == nil {
			_, err = d.Record.Append(ctx, tx, a)
		}
		return err
	})
	return d, err
}
