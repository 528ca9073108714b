package surge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"
)

// DueCase is a case with the most urgent of its clocks.
type DueCase struct {
	*Case
	Clock life.Running
}

// Due lists the cases in which somebody must act, the most urgent first. It reads
// the lives of all cases that were ever reported; of those that nobody was told of,
// of which there may be millions, it reads no more than it lists, since they fall
// due in the order of their numbers.
func (d *Desk) Due(ctx context.Context, f CaseFilter) ([]DueCase, error) {
	where, args, err := f.where()
	if err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	q := dueQuery{desk: d, where: strings.Join(where, " AND "), args: args, limit: int(f.Limit)}
	if err := d.DB.Read(ctx, func(r store.Querier) error { return q.read(ctx, r) }); err != nil {
		return nil, err
	}
	q.cut()
	if len(q.found) == 0 {
		return nil, nil
	}
	numbers := make([]string, len(q.found))
	at := map[int64]int{}
	for i, c := range q.found {
		numbers[i], at[c.no] = fmt.Sprint(c.no), i
	}
	out := make([]DueCase, len(q.found))
	list, nos, err := d.numberedRows(ctx, "c.no IN ("+strings.Join(numbers, ", ")+")", "", nil)
	for i, c := range list {
		out[at[nos[i]]] = DueCase{c, q.found[at[nos[i]]].clock}
	}
	return out, err
}

// dueQuery gathers the most urgent clocks.
type dueQuery struct {
	desk  *Desk
	where string
	args  []any
	limit int
	found []dueClock
}

type dueClock struct {
	no    int64
	clock life.Running
}

func (q *dueQuery) read(ctx context.Context, r store.Querier) error {
	openings, err := loadOpenings(ctx, r)
	if err != nil {
		return err
	}
	if err := q.readLives(ctx, r); err != nil {
		return err
	}
	return q.readUntold(ctx, r, openings)
}

// cut keeps the most urgent clocks.
func (q *dueQuery) cut() {
	slices.SortFunc(q.found, func(a, b dueClock) int { return cmp.Or(cmp.Compare(a.clock.Due, b.clock.Due), cmp.Compare(a.no, b.no)) })
	q.found = q.found[:min(len(q.found), q.limit)]
}

func (q *dueQuery) add(no int64, class rsit.Class, s life.State, row *life.Row, opened int64) {
	if list := q.desk.clocks.Of(class, s, row, opened); len(list) > 0 {
		q.found = append(q.found, dueClock{no, list[0]})
		if len(q.found) >= 2*q.limit+1024 {
			q.cut()
		}
	}
}

// readLives looks at the cases that have a row of case_life.
func (q *dueQuery) readLives(ctx context.Context, r store.Querier) error {
	return each(ctx, r, func(scan func(...any) error) error {
		var no int64
		var class rsit.Class
		var s life.State
		var row life.Row
		err := scan(&no, &class, &s, &row.Since, &row.Sent)
		q.add(no, class, s, &row, 0)
		return err
	}, `SELECT c.no, c.class, c.state, l.since, l.sent FROM case_life l JOIN cases c ON c.no = l.no JOIN placement p ON p.id = c.placement
		WHERE c.state IN (2, 4, 5, 6, 11, 13, 15) AND `+q.where, q.args...)
}

// readUntold looks at the cases that are routed since they opened: by classes
// of the same deadlines, and by number within spans in which a higher number is not due earlier.
func (q *dueQuery) readUntold(ctx context.Context, r store.Querier, openings []opening) error {
	for _, classes := range q.desk.clocks.Alike(life.Send) {
		clock := life.Clock{Class: classes[0], Duty: life.Send}
		for i := 0; i < len(openings); {
			from := openings[i].lowest
			last, _ := q.desk.clocks.At(clock, openings[i].at)
			for i++; i < len(openings); i++ {
				next, _ := q.desk.clocks.At(clock, openings[i].at)
				if next.Due < last.Due {
					break
				}
				last = next
			}
			upto := int64(1<<31 - 1)
			if i < len(openings) {
				upto = openings[i].lowest - 1
			}
			if err := q.readSpan(ctx, r, classes, from, upto, openings); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q *dueQuery) readSpan(ctx context.Context, r store.Querier, classes []rsit.Class, from, upto int64, openings []opening) error {
	words := make([]string, len(classes))
	for i, c := range classes {
		words[i] = fmt.Sprint(int(c))
	}
	query := fmt.Sprintf(`SELECT c.no, c.class FROM cases c JOIN placement p ON p.id = c.placement
		WHERE c.no BETWEEN %d AND %d AND c.class IN (%s) AND c.state = 2 AND %s
		AND NOT EXISTS (SELECT 1 FROM case_life l WHERE l.no = c.no) ORDER BY c.no LIMIT %d`, from, upto, strings.Join(words, ", "), q.where, q.limit)
	return each(ctx, r, func(scan func(...any) error) error {
		var no int64
		var class rsit.Class
		err := scan(&no, &class)
		q.add(no, class, life.Routed, &life.Row{}, openedAt(openings, no))
		return err
	}, query, q.args...)
}

// opening is when the cases from a number on opened, up to the next opening.
type opening struct{ lowest, at int64 }

func loadOpenings(ctx context.Context, q store.Querier) (list []opening, err error) {
	err = each(ctx, q, func(scan func(...any) error) error {
		var o opening
		err := scan(&o.lowest, &o.at)
		list = append(list, o)
		return err
	}, "SELECT lowest, at FROM opening ORDER BY lowest")
	return list, err
}

// openedAt gives when a case opened, 0 if that is not known.
func openedAt(list []opening, no int64) int64 {
	i, found := slices.BinarySearchFunc(list, no, func(o opening, no int64) int { return cmp.Compare(o.lowest, no) })
	if !found {
		i--
	}
	if i < 0 {
		return 0
	}
	return list[i].at
}

// Life is what the life of a case brought, with the clocks that run.
type Life struct {
	life.Row
	State  life.State
	Opened int64
	Seen   string // the feed of the sighting that returned it
	Clocks []life.Running
}

// LifeOf gives the life of a case.
func (d *Desk) LifeOf(ctx context.Context, id CaseID, class rsit.Class) (*Life, error) {
	kept, err := d.keptOf(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &Life{Row: kept.Row, State: kept.State}
	err = d.DB.Read(ctx, func(q store.Querier) error {
		if err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM opening WHERE lowest = (SELECT MAX(lowest) FROM opening WHERE lowest <= $1)", kept.No).Scan(&out.Opened); err != nil {
			return err
		}
		if out.SeenSource == 0 {
			return nil
		}
		return q.QueryRowContext(ctx, "SELECT feed FROM source WHERE id = $1", out.SeenSource).Scan(&out.Seen)
	})
	out.Clocks = d.clocks.Of(class, kept.State, &kept.Row, out.Opened)
	return out, err
}
