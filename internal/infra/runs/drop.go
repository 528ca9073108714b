package runs

import (
	"context"
	"fmt"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// Dropped says what Drop did.
type Dropped struct {
	Scopes int
	Keys   int64
	Files  int // deleted: those that held nothing else
}

// Drop forgets the scopes for which over is true, in one transaction with what also
// does (nil: nothing). A key of one of them is new afterwards. A file in which other
// scopes lie too stays until they are merged; what is not deleted when the process
// dies is swept by the next Open.
func (s *Sets) Drop(ctx context.Context, over func(scope string) bool, also func(tx *store.Tx) error) (Dropped, error) {
	var done Dropped
	if s.cfg.ReadOnly {
		return done, fault.New(fault.Usage, "the key runs are open for reading alone", "open them for writing")
	}
	s.merge.Lock() // a merge of one of them would bring it back
	defer s.merge.Unlock()
	var gone []*section
	var names []string
	s.mu.RLock()
	for name, sc := range s.scopes {
		if over(name) {
			names = append(names, name)
			gone = append(gone, sc.list...)
		}
	}
	s.mu.RUnlock()
	done.Scopes = len(names)
	for _, c := range gone {
		done.Keys += c.keys
	}
	if len(gone) == 0 && also == nil {
		return done, nil
	}
	err := s.db.WriteSlice(ctx, func(tx *store.Tx) error {
		err := tx.UpdateIn(ctx, "DELETE FROM run_section WHERE file = $1 AND scope = $2", len(gone), func(i int, d []any) {
			d[0], d[1] = gone[i].id.file, gone[i].id.scope
		})
		if err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return Dropped{}, fmt.Errorf("drop key runs: %w", err)
	}
	s.mu.Lock()
	for _, name := range names {
		s.drop(s.scopes[name])
		delete(s.scopes, name)
	}
	for _, c := range gone {
		s.forget(c)
	}
	dead := s.empty(gone)
	s.mu.Unlock()
	done.Files = len(dead)
	return done, s.remove(dead)
}
