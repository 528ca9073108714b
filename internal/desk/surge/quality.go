package surge

import (
	"context"
	"slices"

	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"
)

// Quality is what became of the cases that a feed showed. A case counts for each
// feed that shows it; held ones are left out.
type Quality struct {
	Feed   string
	Cases  int64
	Closed int64 // of these
	False  int64 // of the closed ones: closed as false
}

// Quality tells of each feed how many of its cases were closed as false.
func (d *Desk) Quality(ctx context.Context) ([]Quality, error) {
	if err := d.noReplay(ctx, ""); err != nil {
		return nil, err
	}
	if err := d.counts.Fold(ctx); err != nil {
		return nil, err
	}
	by, err := d.newPlacer(ctx, "") // for the names of the sources
	if err != nil {
		return nil, err
	}
	ends := &endings{desk: d}
	found := map[string]*Quality{}
	var feeds []string
	err = d.counts.Walk(ctx, 0, func(no int64, list []counts.Count) error {
		at, err := ends.of(ctx, no)
		if err != nil || at == endHeld {
			return err
		}
		feeds = feeds[:0]
		for i := range list {
			if name := by.feeds[list[i].Source]; !slices.Contains(feeds, name) {
				feeds = append(feeds, name)
			}
		}
		for _, name := range feeds {
			q := found[name]
			if q == nil {
				q = &Quality{Feed: name}
				found[name] = q
			}
			q.Cases++
			if at >= endClosed {
				q.Closed++
			}
			if at == endFalse {
				q.False++
			}
		}
		return nil
	})
	out := make([]Quality, 0, len(found))
	for _, name := range sortedKeys(found) {
		out = append(out, *found[name])
	}
	return out, err
}

// How a case ended, as far as the quality of feeds asks.
const (
	endNone = iota
	endHeld
	endClosed
	endFalse
)

// endings tells how cases ended, by numbers that rise, a window at a time.
type endings struct {
	desk *Desk
	from int64
	list []uint8
}

func (e *endings) of(ctx context.Context, no int64) (uint8, error) {
	if no < e.from+int64(len(e.list)) {
		return e.list[no-e.from], nil
	}
	e.from, e.list = no, make([]uint8, windowCases)
	err := e.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var at int64
			var state life.State
			var reason string
			err := scan(&at, &state, &reason)
			switch {
			case err != nil:
				return err
			case state == life.Held:
				e.list[at-e.from] = endHeld
			case reason == "false":
				e.list[at-e.from] = endFalse
			default:
				e.list[at-e.from] = endClosed
			}
			return nil
		}, `SELECT c.no, c.state, COALESCE(l.reason, '') FROM cases c LEFT JOIN case_life l ON l.no = c.no
			WHERE c.no >= $1 AND c.no < $2 AND c.state IN (3, 9)`, no, no+windowCases)
	})
	return e.list[0], err
}
