package surge

import (
	"context"
	"slices"
	"sync"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// States of a case. The numbers are stored: never reorder them.
const (
	stateNone     = 0
	stateNew      = 1
	stateRouted   = 2
	stateHeld     = 3
	stateReported = 4
)

var stateWords = [...]string{"", "new", "routed", "held", "reported"}

// caseState is what the ingest must know of a case. The goroutine that prepares
// batches owns it; the one that commits gets copies.
type caseState struct {
	no       int64
	id       CaseID
	rule     uint8
	class    rsit.Class
	family   string
	asset    asset
	trans    string
	asn      uint32
	network  string
	country  string
	owner    string
	basis    string
	state    uint8
	severity uint8
	label    string
	surge    int64
	source   int64
	first    int64
	last     int64
	count    int64
	more     []sourceCount // further sources in the batch that opens it
	born     int64         // batch that opened it; 0 if it was committed before
	batch    int64         // last batch that touched it
}

// caseBook finds and opens cases: committed ones by the sorted runs and the
// database, those on their way in memory.
type caseBook struct {
	db     *store.DB
	runs   *runs.Sets
	nextNo int64

	mu     sync.Mutex
	recent map[CaseID]*caseState
	by     map[int64][]CaseID // batch -> cases it touched, until committed
}

func openCaseBook(ctx context.Context, db *store.DB, sets *runs.Sets) (*caseBook, error) {
	book := &caseBook{db: db, runs: sets, recent: map[CaseID]*caseState{}, by: map[int64][]CaseID{}}
	err := db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&book.nextNo)
	})
	return book, err
}

// find gives the state of each id, nil where there is no such case. ids must be
// sorted.
func (k *caseBook) find(ctx context.Context, ids []CaseID) ([]*caseState, error) {
	out := make([]*caseState, len(ids))
	keys := make([]runs.Key, 0, len(ids))
	at := make([]int, 0, len(ids))
	k.mu.Lock()
	for i, id := range ids {
		if c := k.recent[id]; c != nil {
			out[i] = c
			continue
		}
		keys, at = append(keys, runs.Key(id)), append(at, i)
	}
	k.mu.Unlock()
	type hit struct {
		no int64
		i  int
	}
	var hits []hit
	if err := k.runs.Lookup(ctx, caseScope, keys, func(i int, no uint64) { hits = append(hits, hit{int64(no), at[i]}) }); err != nil {
		return nil, err
	}
	if len(hits) == 0 {
		return out, nil
	}
	slices.SortFunc(hits, func(a, b hit) int { return int(a.no - b.no) })
	err := k.db.Read(ctx, func(q store.Querier) error {
		for _, h := range hits {
			c := &caseState{no: h.no, id: ids[h.i]}
			var class int
			err := q.QueryRowContext(ctx, "SELECT class, owner, country, basis, state, severity, label, surge, source FROM cases WHERE no = $1", h.no).
				Scan(&class, &c.owner, &c.country, &c.basis, &c.state, &c.severity, &c.label, &c.surge, &c.source)
			if err != nil {
				return err
			}
			c.class = rsit.Class(class)
			out[h.i] = c
		}
		return nil
	})
	return out, err
}

// open makes a new case of the entry that opens it. Numbers are given here; the
// commit makes them count.
func (k *caseBook) open(batch int64, id CaseID, e *entry, g *group, surge int64) *caseState {
	k.nextNo++
	r := &e.row
	class, _ := rsit.Parse(r.Class)
	c := &caseState{
		no: k.nextNo, id: id, rule: ruleOf(class), class: class, family: r.Family, asset: e.asset,
		trans: r.Transport, asn: r.ASN, network: r.Network, country: r.Country, owner: r.Owner,
		basis: r.OwnerBasis, state: stateRouted, severity: g.rank, label: g.label, surge: surge,
		source: g.sources[0].source, first: g.sources[0].first, last: g.sources[0].last,
		count: g.sources[0].count, more: g.sources[1:], born: batch, batch: batch,
	}
	if c.owner == route.Pool {
		c.state = stateNew
	}
	if g.held {
		c.state = stateHeld
	}
	return c
}

// keep holds the batch's cases in memory until it is committed.
func (k *caseBook) keep(batch int64, ids []CaseID, states []*caseState) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, c := range states {
		if c != nil && c.batch == batch {
			k.recent[ids[i]] = c
			k.by[batch] = append(k.by[batch], ids[i])
		}
	}
}

// committed lets go of what the database now knows.
func (k *caseBook) committed(batch int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range k.by[batch] {
		if c := k.recent[id]; c != nil && c.batch == batch {
			delete(k.recent, id)
		}
	}
	delete(k.by, batch)
}

// flight holds the identities of batches that are prepared but not committed.
type flight struct {
	mu     sync.Mutex
	staged map[int64][]runs.Section
}

// find marks the keys (sorted) of a scope that a batch on its way holds.
func (f *flight) find(scope string, keys []runs.Key) []bool {
	known := make([]bool, len(keys))
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sections := range f.staged {
		for _, s := range sections {
			if s.Scope != scope {
				continue
			}
			for i := range keys {
				if _, ok := slices.BinarySearchFunc(s.Keys, keys[i], func(a, b runs.Key) int { return compareKeys(&a, &b) }); ok {
					known[i] = true
				}
			}
		}
	}
	return known
}

func (f *flight) add(batch int64, sections []runs.Section) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.staged[batch] = slices.Clone(sections)
}

func (f *flight) committed(batch int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.staged, batch)
}
