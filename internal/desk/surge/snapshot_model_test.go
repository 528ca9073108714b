package surge_test

import (
	"fmt"
	"maps"
	"slices"
)

// lists are the snapshots of one feed in the model: docs/coverage.md with maps.
type lists struct {
	newest int64
	set    map[string]string           // of the newest whole one: entry -> how the log tells of it
	open   map[int64]map[string]string // being read in this ingest
	known  map[int64]bool              // all that ever gave a row
}

func (m *model) list(feed string) *lists {
	if m.lists == nil {
		m.lists = map[string]*lists{}
	}
	if m.lists[feed] == nil {
		m.lists[feed] = &lists{set: map[string]string{}, open: map[int64]map[string]string{}, known: map[int64]bool{}}
	}
	return m.lists[feed]
}

// beginList is a file of a snapshot that is read.
func (m *model) beginList(f *file) {
	l := m.list(f.feed)
	for _, asOf := range slices.Sorted(maps.Keys(l.open)) {
		if asOf != f.snapshot {
			m.endList(f.feed, asOf)
		}
	}
	if f.snapshot > l.newest && l.open[f.snapshot] == nil {
		l.open[f.snapshot] = map[string]string{}
	}
}

// still notes that a snapshot lists an entry, and tells whether the one before
// did.
func (m *model) still(f *file, r said) bool {
	l := m.list(f.feed)
	key := fmt.Sprint(r.Value, " ", r.Class, " ", r.Family, " ", r.Port)
	told := fmt.Sprint(" ", r.Class, " ", r.Value, " ", r.Port, " ", r.Family, " unlisted ")
	_, still := l.set[key]
	if set := l.open[f.snapshot]; set != nil {
		set[key] = told
	} else if f.snapshot == l.newest {
		l.set[key] = told
	}
	return still
}

// endList concludes a snapshot.
func (m *model) endList(feed string, asOf int64) {
	l := m.list(feed)
	now := l.open[asOf]
	delete(l.open, asOf)
	for key, told := range l.set {
		if now[key] == "" {
			m.log = append(m.log, fmt.Sprint(feed, " ", asOf, " ", asOf, told, " "))
		}
	}
	const day = int64(24 * 3600 * 1e6)
	for id, at := range m.seen { // the identities of earlier lists are let go
		if at.feed == feed && l.known[at.snapshot] && at.snapshot >= l.newest && at.snapshot < asOf && at.snapshot/day < asOf/day {
			delete(m.seen, id)
		}
	}
	l.newest, l.set = asOf, now
}

// endLists concludes what the ingest has read.
func (m *model) endLists() {
	for _, feed := range slices.Sorted(maps.Keys(m.lists)) {
		for _, asOf := range slices.Sorted(maps.Keys(m.lists[feed].open)) {
			m.endList(feed, asOf)
		}
	}
}
