// Package runs owns sets of 128-bit keys, each with an optional 64-bit payload,
// kept as sorted run files that never change, with Bloom filters, listed in the
// database. Two things stand on it: exact duplicates within a scope, and the
// way from a case id to its number. It may import core, infra/disk and
// infra/store.
//
// Keys must be spread evenly over all 128 bits, as hashes are: Bloom filters
// and fences use their leading bits as they come.
package runs

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

//go:embed migration/*.sql
var migrations embed.FS

// Key is a member of a set. Keys sort bytewise.
type Key [16]byte

// Compare sorts keys.
func (k Key) Compare(o Key) int { return bytes.Compare(k[:], o[:]) }

// Config is what Sets need.
type Config struct {
	DB  *store.DB
	FS  disk.FS
	Dir string // data folder; files go to its sub-folder "runs"
	// ReadOnly sweeps nothing and refuses Stage and Maintain.
	ReadOnly bool
	// Memory bounds in bytes what is kept of run files beside fences: whole small
	// runs, and Bloom filters. 0: 16 MiB and 32 MiB.
	SmallRuns, Filters int64
	// Now is asked for the age of orphans when several processes share the folder;
	// nil: time.Now.
	Now func() time.Time
}

// Sets are all sets of a data folder. Many goroutines may share them.
type Sets struct {
	db    *store.DB
	fs    disk.FS
	dir   string
	cfg   Config
	next  atomic.Int64 // number of the last run file
	merge sync.Mutex   // one Maintain at a time

	// mu is held for reading during a whole Lookup, so that a file which the list
	// names exists; and for writing while the list changes.
	mu     sync.RWMutex
	scopes map[string]*scope

	small  atomic.Int64 // bytes of whole runs in memory
	filter atomic.Int64 // bytes of loaded filters and fences
	clock  atomic.Int64 // counts lookups, to find what was used least recently
	idle   sync.Pool    // of *probe
}

// scope is one set.
type scope struct {
	list []*section // newest keys first

	mu     sync.Mutex // held to look at recent while Sets.mu is held for reading
	recent *recent    // nil: none is needed
}

// Open reads the list of runs and deletes the files that it does not name. On
// SQLite the caller holds the lock of the data folder, so that nobody else has
// such a file on its way; on PostgreSQL only files older than a day are deleted.
func Open(ctx context.Context, cfg Config) (*Sets, error) {
	if cfg.SmallRuns == 0 {
		cfg.SmallRuns = 16 << 20
	}
	if cfg.Filters == 0 {
		cfg.Filters = 32 << 20
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return nil, err
	}
	if err := cfg.DB.Migrate(ctx, "runs", sub); err != nil {
		return nil, err
	}
	s := &Sets{db: cfg.DB, fs: cfg.FS, dir: filepath.Join(cfg.Dir, "runs"), cfg: cfg}
	if !cfg.ReadOnly {
		if err := s.fs.MkdirAll(s.dir); err != nil {
			return nil, err
		}
		if err := s.sweep(ctx); err != nil {
			return nil, err
		}
	}
	return s, s.Refresh(ctx)
}

// Refresh reads the list again, to see what other processes committed.
func (s *Sets) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[sectionID]*section{}
	for _, sc := range s.scopes {
		for _, c := range sc.list {
			known[c.id] = c
		}
	}
	scopes := map[string]*scope{}
	err := s.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT file, scope, seq, level, keys FROM run_section ORDER BY seq DESC")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c := &section{}
			if err := rows.Scan(&c.id.file, &c.id.scope, &c.seq, &c.level, &c.keys); err != nil {
				return err
			}
			if k := known[c.id]; k != nil {
				c = k
				delete(known, c.id)
			}
			sc := scopes[c.id.scope]
			if sc == nil {
				sc = &scope{}
				scopes[c.id.scope] = sc
			}
			sc.list = append(sc.list, c)
			s.raise(c.id.file)
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("list the key runs: %w", err)
	}
	for name, old := range s.scopes {
		if sc := scopes[name]; sc != nil {
			sc.recent = old.recent
		} else {
			s.drop(old)
		}
	}
	s.scopes = scopes
	for _, c := range known {
		s.forget(c)
		if sc := scopes[c.id.scope]; sc != nil && sc.recent != nil {
			delete(sc.recent.covers, c)
		}
	}
	return nil
}

// raise makes sure that no new file gets a number up to n.
func (s *Sets) raise(n int64) {
	for {
		old := s.next.Load()
		if old >= n || s.next.CompareAndSwap(old, n) {
			return
		}
	}
}

const suffix = ".run"

func (s *Sets) path(file int64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%012d%s", file, suffix))
}

// orphanAge is how long an unlisted file is left alone when other processes may
// be about to list it. A SQLite store has one writing process, which has
// nothing staged while it opens.
const orphanAge = 24 * time.Hour

func (s *Sets) sweep(ctx context.Context) error {
	entries, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return err
	}
	// The list is read after the folder: a file committed in between is in it.
	listed := map[int64]bool{}
	err = s.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT DISTINCT file FROM run_section")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return err
			}
			listed[n] = true
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		var n int64
		if _, err := fmt.Sscanf(e.Name(), "%d"+suffix, &n); err != nil {
			continue
		}
		s.raise(n)
		if listed[n] {
			continue
		}
		if s.db.Dialect() != store.SQLite {
			if info, err := e.Info(); err != nil || s.cfg.Now().Sub(info.ModTime()) < orphanAge {
				continue
			}
		}
		if err := disk.Remnant(s.fs, filepath.Join(s.dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Keys gives the number of keys kept in a scope.
func (s *Sets) Keys(scope string) int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := int64(0)
	if sc := s.scopes[scope]; sc != nil {
		for _, c := range sc.list {
			n += c.keys
		}
	}
	return n
}

func (s *Sets) damaged(file int64, cause error) error {
	if errors.Is(cause, fs.ErrNotExist) {
		return fault.Wrap(fault.Corrupt, cause, "the key file "+s.path(file)+" is missing",
			"restore the folder runs/ from the backup that the database is of")
	}
	return fault.Wrap(fault.Corrupt, cause, "the key file "+s.path(file)+" is damaged",
		"restore it from a backup; until then its rows would be taken twice, so ingest stops here")
}

// insert puts new sections at the front, newest first. mu is held.
func (s *Sets) insert(list []*section) {
	for _, c := range list {
		sc := s.scopes[c.id.scope]
		if sc == nil {
			sc = &scope{}
			s.scopes[c.id.scope] = sc
		}
		sc.list = slices.Insert(sc.list, 0, c)
		if sc.recent != nil {
			sc.recent.extend(c)
		}
	}
}
