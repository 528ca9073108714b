package main

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/blob"
	"entente/internal/infra/disk"
	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/identity"
	"entente/internal/infra/item"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
	"entente/internal/infra/warnlist"
)

// lease is how long a segment may stay pending before a sweep takes it for
// abandoned.
const lease = 10 * time.Minute

// openOptions says what of the program a command needs.
type openOptions struct {
	ingest bool   // network data, warning lists, routing
	geo    string // geography file instead of the network data
	bogons string // "on", "off", "" for the configuration
}

// ground is what every command with data stands on.
type ground struct {
	db       *store.DB
	identity *identity.Identity
	record   *record.Record
}

// openGround locks the data folder and opens the database and the node.
func (s *session) openGround(ctx context.Context, o openOptions) (*ground, error) {
	dir := s.config.Data
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "cannot make the data folder "+dir, "check its path and permissions, or use --data")
	}
	lock, err := store.Lock(dir)
	if err != nil {
		return nil, err
	}
	s.onClose(func() { lock.Release() })
	cfg := store.Config{DSN: s.config.Store, Dir: dir, Log: s.log}
	if o.ingest {
		cfg.CacheMB = store.IngestCacheMB
	}
	db, err := store.Open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s.onClose(func() { db.Close() })
	release, err := db.Hold(ctx, "node")
	if err != nil {
		return nil, err
	}
	s.onClose(release)
	rec, err := record.Open(ctx, db)
	if err != nil {
		return nil, err
	}
	id, err := identity.Open(ctx, identity.Config{DB: db, Dir: dir, Name: s.config.Node.Name, Now: s.now, Rand: rand.Reader, FS: disk.OS()})
	if err != nil {
		return nil, err
	}
	return &ground{db: db, identity: id, record: rec}, nil
}

// open opens the surge desk.
func (s *session) open(ctx context.Context, o openOptions) (*surge.Desk, error) {
	g, err := s.openGround(ctx, o)
	if err != nil {
		return nil, err
	}
	dir, fsys := s.config.Data, disk.OS()
	cfg := surge.Config{DB: g.db, Identity: g.identity, Record: g.record, Formats: formats(), Now: s.now, Logger: s.log, Deadlines: s.config.deadlines, Retention: s.config.Retention}
	if cfg.Items, err = item.Open(ctx, g.db); err != nil {
		return nil, err
	}
	if cfg.Erased, err = erasure.Open(ctx, g.db, g.identity.Node().Secret); err != nil {
		return nil, err
	}
	if cfg.Log, err = eventlog.Open(ctx, eventlog.Config{DB: g.db, FS: fsys, Dir: dir, Now: s.now, Lease: lease, Erased: cfg.Erased}); err != nil {
		return nil, err
	}
	if cfg.Runs, err = runs.Open(ctx, runs.Config{DB: g.db, FS: fsys, Dir: dir}); err != nil {
		return nil, err
	}
	if cfg.Blobs, err = blob.Open(blob.Config{FS: fsys, Dir: dir}); err != nil {
		return nil, err
	}
	if o.ingest {
		if err := s.openRules(ctx, g, o, &cfg); err != nil {
			return nil, err
		}
	}
	return surge.Open(ctx, cfg)
}

// openRules opens what ingest judges and routes by.
func (s *session) openRules(ctx context.Context, g *ground, o openOptions, cfg *surge.Config) error {
	var err error
	if cfg.Geo, err = s.openGeo(o.geo); err != nil {
		return err
	}
	for _, w := range cfg.Geo.Describe().Warnings {
		s.say("entente: %s", w)
	}
	if cfg.Judge, err = s.openJudge(ctx, g, o, cfg.Geo); err != nil {
		return err
	}
	cfg.Router, err = openRouter(ctx, g)
	return err
}

func (s *session) openJudge(ctx context.Context, g *ground, o openOptions, geo *locate.Geography) (*judge.Judge, error) {
	bogons := s.config.Bogons
	if o.bogons != "" {
		bogons = o.bogons
	}
	if bogons != "on" && bogons != "off" {
		return nil, fault.Newf(fault.Usage, "use on or off", "bogons %q is neither", bogons)
	}
	lists, err := warnlist.Open(s.warnDir())
	if err != nil {
		return nil, err
	}
	if err := g.db.Migrate(ctx, "judge", judge.Migrations()); err != nil {
		return nil, err
	}
	var holds []judge.Hold
	err = g.db.Read(ctx, func(q store.Querier) (err error) {
		holds, err = judge.ListHolds(ctx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	allow, err := s.readAllow()
	if err != nil {
		return nil, err
	}
	return judge.New(judge.Config{Lists: lists, Holds: holds, Allow: allow, Bogons: bogons == "on", Geography: geo})
}

func openRouter(ctx context.Context, g *ground) (*route.Router, error) {
	orgs, err := g.identity.Orgs(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]route.Constituency, 0, len(orgs))
	for _, o := range orgs {
		list = append(list, route.Constituency{Org: string(o.ID), Country: o.Country, Domains: o.Domains,
			Prefixes: o.Prefixes, ASNs: o.ASNs, Countries: o.Countries})
	}
	return route.New(list)
}

func (s *session) warnDir() string { return filepath.Join(s.config.Data, "warninglists") }

// geoDir is where the network data lie: configured, in the data folder, or
// where `make geo` puts them.
func (s *session) geoDir() string {
	if s.config.Geography.Dir != "" {
		return s.config.Geography.Dir
	}
	for _, dir := range []string{filepath.Join(s.config.Data, "geo"), filepath.Join("var", "geo")} {
		if _, err := os.Stat(filepath.Join(dir, "geography.json")); err == nil {
			return dir
		}
	}
	if exe, err := os.Executable(); err == nil {
		dir := filepath.Join(filepath.Dir(filepath.Dir(exe)), "var", "geo")
		if _, err := os.Stat(filepath.Join(dir, "geography.json")); err == nil {
			return dir
		}
	}
	return filepath.Join(s.config.Data, "geo")
}
