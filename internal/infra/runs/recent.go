package runs

import "context"

// recent is one filter over many small sections of a scope, so that a key that
// is in none of them is asked for once. Keys are only added to it: those of
// sections that were merged into large ones stay until it is made anew.
type recent struct {
	filter filter
	covers map[*section]bool
	keys   int64 // added so far
	room   int64 // keys that it was made for
	used   int64 // Sets.clock of the last lookup
}

const (
	// smallKeys is the most keys of a section that recent covers.
	smallKeys = 1 << 19
	// askedOne is how many small sections are asked one by one.
	askedOne = 4
	// minRoom is the least room, so that a filter is seldom made anew.
	minRoom = 1 << 14
)

// recentOf gives the filter over the small sections of a scope, made if too
// many are not covered; nil: there are few. mu is held for reading.
func (s *Sets) recentOf(ctx context.Context, sc *scope) (*recent, error) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if sc.recent != nil {
		sc.recent.used = s.clock.Load()
	}
	bare, keys := 0, int64(0)
	for _, c := range sc.list {
		if c.keys > smallKeys {
			continue
		}
		keys += c.keys
		if sc.recent == nil || !sc.recent.covers[c] {
			bare++
		}
	}
	if bare <= askedOne {
		return sc.recent, nil
	}
	room := max(2*keys, minRoom)
	r := &recent{filter: newFilter(room), covers: map[*section]bool{}, room: room, used: s.clock.Load()}
	for _, c := range sc.list {
		if c.keys > smallKeys {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := s.cover(r, c); err != nil {
			return nil, err
		}
	}
	s.drop(sc)
	sc.recent = r
	s.filter.Add(int64(len(r.filter)))
	return r, nil
}

// cover adds the keys of c.
func (s *Sets) cover(r *recent, c *section) error {
	cur, err := s.cursor(c)
	if err != nil {
		return err
	}
	defer cur.close()
	for !cur.done {
		r.filter.add(cur.key())
		if err := cur.next(); err != nil {
			return s.damaged(c.id.file, err)
		}
	}
	r.covers[c] = true
	r.keys += c.keys
	return nil
}

// extend covers a section that was just published, if its keys are in memory
// and there is room. mu is held for writing.
func (r *recent) extend(c *section) {
	l := c.loaded
	if l == nil || l.whole == nil || r.keys+c.keys > r.room || c.keys > smallKeys {
		return
	}
	w := l.entry.width()
	for b := range l.entry.blocks() {
		at, n := l.span(b)
		for e := l.whole[at : at+n-4]; len(e) > 0; e = e[w:] {
			r.filter.add((*Key)(e))
		}
	}
	r.covers[c] = true
	r.keys += c.keys
}

// swapRecent notes that sections were merged into one. mu is held for writing.
func (s *Sets) swapRecent(sc *scope, from []*section, to *section) {
	r := sc.recent
	if r == nil {
		return
	}
	all := to.keys <= smallKeys
	for _, c := range from {
		all = all && r.covers[c]
		delete(r.covers, c)
	}
	if all {
		r.covers[to] = true
	}
	live := int64(0)
	for c := range r.covers {
		live += c.keys
	}
	if len(r.covers) == 0 || live*4 < r.keys {
		s.drop(sc)
	}
}

// drop gives the memory of the filter back.
func (s *Sets) drop(sc *scope) {
	if sc.recent != nil {
		s.filter.Add(-int64(len(sc.recent.filter)))
		sc.recent = nil
	}
}
