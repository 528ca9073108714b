package surge

import (
	"context"
	"sync"

	"entente/internal/desk/surge/life"
	"entente/internal/infra/record"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// lifeBook is what the ingest must know of the lives of cases: which ones a
// sighting may return, a bit a case, so that all other sightings cost one look into
// memory. What batches on their way have changed is kept until it is committed.
// The goroutine that prepares batches changes it.
type lifeBook struct {
	desk  *Desk
	cases *caseBook
	down  bitmap // claimed-down, verified-down, closed, or held while it was one of the last two

	mu  sync.Mutex
	way map[int64]onWayLife
}

// onWayLife is a case as a batch on its way leaves it.
type onWayLife struct {
	batch int64
	kept  life.Kept
}

// openLives reads which cases are down.
func (d *Desk) openLives(ctx context.Context, cases *caseBook) (*lifeBook, error) {
	b := &lifeBook{desk: d, cases: cases, way: map[int64]onWayLife{}}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no int64
			err := scan(&no)
			b.down.set(no, true)
			return err
		}, `SELECT no FROM cases WHERE state IN (7, 8, 9) AND state NOT IN (1, 2)
			UNION ALL SELECT c.no FROM cases c JOIN case_life l ON l.no = c.no WHERE c.state = 3 AND l.before IN (8, 9)`)
	})
	cases.lives = b
	return b, err
}

// sighted is a sighting of a case that is down.
type sighted struct {
	ref    caseRef
	id     runs.Key
	source int64
	seen   int64
}

// lastOf gives the latest of the group's sightings.
func (g *group) lastOf() sighted {
	s := sighted{g.ref, g.id, g.counts.Source, g.counts.Last}
	for _, c := range g.more {
		if c.Last > s.seen {
			s.source, s.seen = c.Source, c.Last
		}
	}
	return s
}

// returnCases returns the cases that the batch shows again, where the sighting is
// later than what the evidence speaks for. The outcome of the rows stays.
func (in *ingest) returnCases(ctx context.Context, p *prepared) error {
	if len(p.again) == 0 {
		return nil
	}
	b, now := in.lives, in.desk.Now().UnixMicro()
	kept, err := b.load(ctx, p.again)
	if err != nil {
		return err
	}
	for i, s := range p.again {
		k := &kept[i]
		c := &life.Change{No: k.No, At: now, Source: s.source, Seen: s.seen}
		held := in.held.has(k.No)
		if !held && k.State == life.Closed && k.Row.Reason == life.Replayed {
			c.Pool = k.Pool
			if err := in.apply(p, k, life.Reinstate, c); err != nil {
				return err
			}
			continue
		}
		if in.replay != nil { // what is read again was seen before
			continue
		}
		if !held {
			_ = in.apply(p, k, life.Return, c) // refused if it is not later
			continue
		}
		turned := k.State != life.Held // by this batch, which says so itself
		if turned {
			if k.State, k.Row, err = life.Apply(k.State, k.Row, life.Hold, c); err != nil {
				return err
			}
		}
		if k.Row.SeenWhileHeld(c) || turned {
			b.keep(p, k)
		}
	}
	return nil
}

// apply does a step with a case that the batch met: the change joins the batch's
// act, and the transaction writes it. What is not legal changes nothing.
func (in *ingest) apply(p *prepared, k *life.Kept, step life.Step, c *life.Change) error {
	to, row, err := life.Apply(k.State, k.Row, step, c)
	if err != nil {
		return err
	}
	p.changes = append(p.changes, record.CaseChange{Case: k.ID, From: uint8(k.State), To: uint8(to)})
	k.State, k.Row = to, row
	in.lives.keep(p, k)
	return nil
}

// keep makes the batch write a case as it is now.
func (b *lifeBook) keep(p *prepared, k *life.Kept) {
	speaks := k.State.Down() || k.State == life.Held && k.Row.Before.Down()
	b.down.set(k.No, speaks)
	p.lives = append(p.lives, k)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.way[k.No] = onWayLife{p.id, *k}
}

// load gives cases as the batches on their way leave them.
func (b *lifeBook) load(ctx context.Context, list []sighted) ([]life.Kept, error) {
	out := make([]life.Kept, len(list))
	var ask []int64
	for i, s := range list {
		k, ok := b.onWay(s.ref.no)
		if !ok {
			if state := b.cases.opening(s.id); state != life.None {
				k, ok = life.Kept{No: s.ref.no, ID: s.id, State: state}, true
			}
		}
		if out[i] = k; !ok {
			ask = append(ask, s.ref.no)
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	var kept map[int64]*life.Kept
	err := b.desk.DB.Read(ctx, func(q store.Querier) (err error) {
		kept, err = life.Load(ctx, q, ask)
		return err
	})
	for i, s := range list {
		if k := kept[s.ref.no]; k != nil {
			out[i] = *k
		}
	}
	return out, err
}

func (b *lifeBook) onWay(no int64) (life.Kept, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w, ok := b.way[no]
	return w.kept, ok
}

// committed lets go of what the database now knows.
func (b *lifeBook) committed(p *prepared) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range p.lives {
		if b.way[k.No].batch == p.id {
			delete(b.way, k.No)
		}
	}
}

// writeLives writes the cases whose life the batch changed.
func (in *ingest) writeLives(ctx context.Context, tx *store.Tx, p *prepared) error {
	last := map[int64]*life.Kept{}
	for _, k := range p.lives {
		last[k.No] = k
	}
	list := make([]*life.Kept, 0, len(last))
	for _, k := range last {
		list = append(list, k)
	}
	return life.Write(ctx, tx, list)
}

// bitmap is a set of case numbers, a bit for each number up to the highest.
type bitmap []uint64

func (m bitmap) has(no int64) bool {
	w := no >> 6
	return w < int64(len(m)) && m[w]>>(no&63)&1 == 1
}

func (m *bitmap) set(no int64, on bool) {
	w := no >> 6
	if w >= int64(len(*m)) {
		if !on {
			return
		}
		*m = append(*m, make(bitmap, w+1-int64(len(*m)))...)
	}
	if on {
		(*m)[w] |= 1 << (no & 63)
	} else {
		(*m)[w] &^= 1 << (no & 63)
	}
}
