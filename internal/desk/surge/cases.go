package surge

import (
	"context"
	"sync"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// caseRef is what the ingest must know of a case that is there: its number and
// its placement. It is the payload of the case id's run, so that a sighting needs
// no look into the database.
type caseRef struct {
	no        int64
	placement int64
}

// A payload holds the number in its upper 40 bits, then 24 bits of placement. A
// placement that does not fit is 0, and then the database is asked.
const placementBits = 24

func (r caseRef) payload() uint64 {
	p := uint64(r.placement)
	if p >= 1<<placementBits {
		p = 0
	}
	return uint64(r.no)<<placementBits | p
}

func refOf(payload uint64) caseRef {
	return caseRef{no: int64(payload >> placementBits), placement: int64(payload & (1<<placementBits - 1))}
}

// newCase is a case that a batch opens.
type newCase struct {
	caseRef
	id     CaseID
	class  rsit.Class
	family string
	asset  asset
	trans  string
	state  life.State
}

// caseBook finds and opens cases: committed ones by the sorted runs, those on
// their way in memory.
type caseBook struct {
	db         *store.DB
	runs       *runs.Sets
	placements *placementBook
	nextNo     int64
	lives      *lifeBook

	mu sync.Mutex
	by map[int64]*onWay // batch -> cases it opened, until committed
}

// onWay are the cases that a batch opens, in order of their ids.
type onWay struct {
	ids    []runs.Key
	refs   []caseRef
	states []life.State
}

func openCaseBook(ctx context.Context, db *store.DB, sets *runs.Sets) (*caseBook, error) {
	book := &caseBook{db: db, runs: sets, by: map[int64]*onWay{}}
	var err error
	if book.placements, err = openPlacements(ctx, db); err != nil {
		return nil, err
	}
	err = db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&book.nextNo)
	})
	return book, err
}

// find gives the ref of each id, with number 0 where there is no such case. ids
// must be sorted.
func (k *caseBook) find(ctx context.Context, ids []runs.Key) ([]caseRef, error) {
	out := make([]caseRef, len(ids))
	// Those on their way first: a batch that commits meanwhile is then in the runs.
	k.mu.Lock()
	for _, w := range k.by {
		common(ids, w.ids, func(i, j int) { out[i] = w.refs[j] })
	}
	k.mu.Unlock()
	var unknown []int
	err := k.runs.Lookup(ctx, caseScope, ids, func(i int, payload uint64) {
		if out[i].no != 0 {
			return
		}
		out[i] = refOf(payload)
		if out[i].placement == 0 {
			unknown = append(unknown, i)
		}
	})
	if err != nil {
		return nil, err
	}
	if len(unknown) == 0 {
		return out, nil
	}
	return out, k.db.Read(ctx, func(q store.Querier) error {
		for _, i := range unknown {
			c := &out[i]
			if err := q.QueryRowContext(ctx, "SELECT placement FROM cases WHERE no = $1", c.no).Scan(&c.placement); err != nil {
				return err
			}
		}
		return nil
	})
}

// stateOf reads the state of a case that is there, committed or on its way.
func (k *caseBook) stateOf(ctx context.Context, id runs.Key, c caseRef) (state life.State, err error) {
	if kept, ok := k.lives.onWay(c.no); ok {
		return kept.State, nil
	}
	if state = k.opening(id); state != life.None {
		return state, nil
	}
	err = k.db.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT state FROM cases WHERE no = $1", c.no).Scan(&state)
	})
	return state, err
}

// opening gives the state in which a batch on its way opens a case, none if no
// batch does.
func (k *caseBook) opening(id runs.Key) (state life.State) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, w := range k.by {
		common([]runs.Key{id}, w.ids, func(_, j int) { state = w.states[j] })
	}
	return state
}

// open makes a new case of the entry that opens it. Numbers are given here; the
// commit makes them count.
func (k *caseBook) open(id CaseID, r *eventlog.Row, e *entry, g *group) (c newCase, freshPlacement bool) {
	k.nextNo++
	c = newCase{id: id, class: e.class, family: r.Family, asset: e.asset, trans: r.Transport, state: life.Routed}
	c.no = k.nextNo
	c.placement, freshPlacement = k.placements.numberOf(placedBy(r))
	if r.Owner == route.Pool {
		c.state = life.New
	}
	if g.held {
		c.state = life.Held
	}
	return c, freshPlacement
}

// keep holds the batch's new cases in memory until it is committed.
func (k *caseBook) keep(batch int64, w *onWay) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.by[batch] = w
}

// committed lets go of what the runs now know.
func (k *caseBook) committed(batch int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.by, batch)
}

// kindNo is how the table stores what a case is about; 0 is a network.
func kindNo(kind string) int64 {
	k, _ := value.KindOf(kind)
	return int64(k)
}

func kindWord(no int) string {
	switch no {
	case 0:
		return "network"
	case kindErased:
		return "erased"
	}
	return value.Kind(no).String()
}
