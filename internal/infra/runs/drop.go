package runs

import (
	"context"
	"fmt"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// Dropped says what Drop did.
type Dropped struct {
	Scopes int
	Keys   int64
	Files  int // deleted: those that held nothing else
}

// Drop forgets the scopes for which over is true. A key of one of them is new
// afterwards. A file in which other scopes lie too stays until they are merged.
func (s *Sets) Drop(ctx context.Context, over func(scope string) bool) (Dropped, error) {
	var done Dropped
	if s.cfg.ReadOnly {
		return done, fault.New(fault.Usage, "the key runs are open for reading alone", "open them for writing")
	}
	s.merge.Lock()
	defer s.merge.Unlock()
	var gone []*section
	s.mu.RLock()
	for name, sc := range s.scopes {
		if over(name) {
			done.Scopes++
			gone = append(gone, sc.list...)
		}
	}
	s.mu.RUnlock()
	if len(gone) == 0 {
		return done, nil
	}
	for _, c := range gone {
		done.Keys += c.keys
	}
	err := s.db.WriteSlice(ctx, func(tx *store.Tx) error {
		return tx.UpdateIn(ctx, "DELETE FROM run_section WHERE file = $1 AND scope = $2", len(gone), func(i int, d []any) {
			d[0], d[1] = gone[i].id.file, gone[i].id.scope
		})
	})
	if err != nil {
		return Dropped{}, fmt.Errorf("drop key runs: %w", err)
	}
	if err := s.Refresh(ctx); err != nil {
		return done, err
	}
	left := map[int64]bool{} // files that are done with, or still named
	s.mu.RLock()
	for _, sc := range s.scopes {
		for _, c := range sc.list {
			left[c.id.file] = true
		}
	}
	s.mu.RUnlock()
	for _, c := range gone {
		if left[c.id.file] {
			continue
		}
		left[c.id.file] = true
		if err := disk.Remnant(s.fs, s.path(c.id.file)); err != nil {
			return done, err
		}
		done.Files++
	}
	return done, nil
}
