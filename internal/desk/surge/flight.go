package surge

import (
	"slices"
	"sync"

	"entente/internal/infra/runs"
)

// flight holds the identities of batches that are prepared but not committed.
type flight struct {
	mu     sync.Mutex
	staged map[int64][]runs.Section
}

func newFlight() *flight { return &flight{staged: map[int64][]runs.Section{}} }

// find marks the keys (sorted) of a scope that a batch on its way holds.
func (f *flight) find(scope string, keys []runs.Key) []bool {
	known := make([]bool, len(keys))
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sections := range f.staged {
		for _, s := range sections {
			if s.Scope == scope {
				common(keys, s.Keys, func(i, _ int) { known[i] = true })
			}
		}
	}
	return known
}

// common walks two sorted lists side by side and gives the places of what is in
// both.
func common(keys, others []runs.Key, found func(i, j int)) {
	j := 0
	for i := range keys {
		for j < len(others) && others[j].Compare(keys[i]) < 0 {
			j++
		}
		if j < len(others) && others[j] == keys[i] {
			found(i, j)
		}
	}
}

func (f *flight) add(batch int64, sections []runs.Section) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.staged[batch] = slices.Clone(sections)
}

// more adds to what add has kept of a batch.
func (f *flight) more(batch int64, sections []runs.Section) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.staged[batch] = append(f.staged[batch], sections...)
}

func (f *flight) committed(batch int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.staged, batch)
}
