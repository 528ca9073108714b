package runs

import (
	"cmp"
	"slices"
)

// Memory gives the bytes held for runs and filters.
func (s *Sets) Memory() int64 { return s.small.Load() + s.filter.Load() }

func (s *Sets) keep(c *section, l *loaded) {
	c.loaded = l
	s.small.Add(int64(len(l.whole)))
	s.filter.Add(l.size())
}

// forget gives the memory of c back.
func (s *Sets) forget(c *section) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.loaded; l != nil {
		s.small.Add(-int64(len(l.whole)))
		s.filter.Add(-l.size())
		c.loaded = nil
	}
}

func (s *Sets) full() bool {
	return s.small.Load() > s.cfg.SmallRuns || s.filter.Load() > s.cfg.Filters
}

// trim lets go of what was used least recently until the bounds hold. mu is
// held for writing, so nobody reads.
func (s *Sets) trim() {
	if !s.full() {
		return
	}
	var all []*section
	for _, sc := range s.scopes {
		for _, c := range sc.list {
			if c.loaded != nil {
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b *section) int {
		return cmp.Or(cmp.Compare(a.used, b.used), cmp.Compare(b.keys, a.keys), cmp.Compare(a.id.file, b.id.file))
	})
	for _, c := range all {
		if s.small.Load() > s.cfg.SmallRuns && c.loaded.whole != nil {
			s.small.Add(-int64(len(c.loaded.whole)))
			l := *c.loaded
			l.whole = nil
			c.loaded = &l
		}
		if s.filter.Load() > s.cfg.Filters {
			s.forget(c)
			if sc := s.scopes[c.id.scope]; sc.recent != nil && sc.recent.used < s.clock.Load() {
				s.drop(sc)
			}
		}
	}
}
