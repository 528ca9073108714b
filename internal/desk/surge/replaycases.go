package surge

import (
	"context"

	"entente/internal/desk/surge/counts"
	"entente/internal/infra/store"
)

// replayBits says of the cases, by number, what a replay must know of them.
type replayBits struct {
	shown bitmap // the feed showed them before
	place bitmap // what the replay reads of them first places them anew
}

// placer tells which cases a replay of a feed may place anew: those that the feed
// placed, and those whose placing feed shows them no more. A case that a person
// transferred stays where it is.
type placer struct {
	desk       *Desk
	feed       string
	placements *placementBook
	feeds      map[int64]string // of the sources, by number

	from int64 // numbers from here on are in of
	of   []int64
}

func (d *Desk) newPlacer(ctx context.Context, feed string) (*placer, error) {
	p := &placer{desk: d, feed: feed, feeds: map[int64]string{}}
	var err error
	if p.placements, err = openPlacements(ctx, d.DB); err != nil {
		return nil, err
	}
	return p, d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no int64
			var name string
			err := scan(&no, &name)
			p.feeds[no] = name
			return err
		}, "SELECT id, feed FROM source")
	})
}

// judge tells of a case with its counts whether the feed shows it, whether another
// one does, and whether a replay of the feed places it anew. Numbers must rise.
func (p *placer) judge(ctx context.Context, no int64, list []counts.Count) (shown, others, place bool, err error) {
	if no >= p.from+int64(len(p.of)) {
		if err := p.load(ctx, no); err != nil {
			return false, false, false, err
		}
	}
	var at placement
	if number := p.of[no-p.from]; number != 0 {
		at = *p.placements.of(number)
	}
	byPlacer := false
	for i := range list {
		name := p.feeds[list[i].Source]
		shown = shown || name == p.feed
		others = others || name != p.feed
		byPlacer = byPlacer || name == at.feed
	}
	switch {
	case at.basis == BasisTransferred:
	case at.feed == p.feed:
		place = true
	case at.feed == "":
		place = !others
	default:
		place = !byPlacer
	}
	return shown, others, place, nil
}

// load reads the placements of the cases from a number on.
func (p *placer) load(ctx context.Context, no int64) error {
	p.from, p.of = no, make([]int64, windowCases)
	return p.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no, placement int64
			err := scan(&no, &placement)
			if err == nil {
				p.of[no-p.from] = placement
			}
			return err
		}, "SELECT no, placement FROM cases WHERE no >= $1 AND no < $2", no, no+windowCases)
	})
}
