package surge

import (
	"context"
	"errors"
	"iter"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/store"
)

// statsSource is the stats.Source of one surge: cases, their lives and their counts,
// read side by side in windows of neighbouring numbers.
type statsSource struct {
	desk     *Desk
	surge    int64
	baseline int64 // the surge that is compared with; 0: all other cases
	alone    bool  // the surge's own cases alone
}

var _ stats.Source = (*statsSource)(nil)

// windowCases is how many case numbers are read at once.
const windowCases = 16_384

// Covered gives the days that count towards silence, by source.
func (s *statsSource) Covered(ctx context.Context) (map[int64]stats.Days, error) {
	return s.desk.provedDays(ctx)
}

// Cases gives the cases but held ones, all as of one moment.
func (s *statsSource) Cases(ctx context.Context) iter.Seq2[*stats.Case, error] {
	return func(yield func(*stats.Case, error) bool) {
		err := s.desk.DB.Read(ctx, func(q store.Querier) error {
			w := &window{list: make([]stats.Case, windowCases)}
			if err := w.open(ctx, q, s); err != nil {
				return err
			}
			for from := int64(1); from <= w.highest; from += windowCases {
				if s.alone && !w.in.overlaps(from, from+windowCases-1) {
					continue
				}
				if err := w.load(ctx, q, from); err != nil {
					return err
				}
				for i := range w.list {
					if c := &w.list[i]; c.No != 0 && c.Source != 0 && !yield(c, nil) {
						return errEnough
					}
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// window holds the cases of neighbouring numbers; one that is not there or is held
// has number 0.
type window struct {
	list     []stats.Case
	places   map[int64]place
	in, base spans
	highest  int64
}

// place is where a case lies.
type place struct {
	country string
	asn     uint32
}

func (w *window) open(ctx context.Context, q store.Querier, s *statsSource) (err error) {
	if w.in.list, err = loadSpans(ctx, q, s.surge); err != nil {
		return err
	}
	if s.baseline != 0 {
		if w.base.list, err = loadSpans(ctx, q, s.baseline); err != nil {
			return err
		}
	}
	w.places = map[int64]place{}
	err = each(ctx, q, func(scan func(...any) error) error {
		var id int64
		var p place
		err := scan(&id, &p.country, &p.asn)
		w.places[id] = p
		return err
	}, "SELECT id, country, asn FROM placement")
	if err != nil {
		return err
	}
	return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&w.highest)
}

func (w *window) load(ctx context.Context, q store.Querier, from int64) error {
	clear(w.list)
	err := each(ctx, q, func(scan func(...any) error) error {
		var c stats.Case
		var class int
		var placement int64
		if err := scan(&c.No, &class, &c.Family, &placement, &c.State); err != nil {
			return err
		}
		p := w.places[placement]
		c.Class, c.Country, c.ASN = rsit.Class(class), p.country, p.asn
		c.InSurge, c.InBaseline = w.in.has(c.No), w.base.has(c.No)
		w.list[c.No-from] = c
		return nil
	}, "SELECT no, class, family, placement, state FROM cases WHERE no >= $1 AND no < $2 AND state <> 3 ORDER BY no", from, from+windowCases)
	if err != nil {
		return err
	}
	var l stats.Life
	var no int64
	to := []any{&no, &l.Since, &l.Reported, &l.Delivered, &l.Acknowledged, &l.Bounced, &l.Claimed, &l.Down, &l.Proved, &l.Grade, &l.Returned}
	err = each(ctx, q, func(scan func(...any) error) error {
		err := scan(to...)
		w.list[no-from].Life = l
		return err
	}, `SELECT no, since, reported, delivered, acknowledged, bounced, claimed, down, proved, grade, returned
		FROM case_life WHERE no >= $1 AND no < $2 ORDER BY no`, from, from+windowCases)
	if err != nil {
		return err
	}
	seen, err := counts.Load(ctx, q, []counts.Span{{from, from + windowCases - 1}})
	if err != nil {
		return err
	}
	return seen.All(func(n counts.Count) error {
		if n.No < from || n.No >= from+windowCases {
			return nil
		}
		c := &w.list[n.No-from]
		if c.First == 0 || n.First < c.First {
			c.First = n.First
		}
		if n.Last > c.Last {
			c.Last, c.Source = n.Last, n.Source
		}
		return nil
	})
}

// spans says which numbers belong to a surge. It is asked about rising numbers.
type spans struct {
	list []counts.Span
	at   int
}

func (s *spans) has(no int64) bool {
	for s.at < len(s.list) && s.list[s.at][1] < no {
		s.at++
	}
	return s.at < len(s.list) && s.list[s.at][0] <= no
}

// overlaps tells whether one of the numbers belongs to the surge.
func (s *spans) overlaps(from, to int64) bool {
	for s.at < len(s.list) && s.list[s.at][1] < from {
		s.at++
	}
	return s.at < len(s.list) && s.list[s.at][0] <= to
}
