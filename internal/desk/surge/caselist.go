package surge

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/report"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// Case is a case as it is listed and shown.
type Case = report.Case

// CaseFilter narrows a list; zero values mean all.
type CaseFilter struct {
	Country, Owner, State, Family string
	Class                         rsit.Class
	Value                         string // canonical text
	After                         int64  // number of the last case of the page before
	Limit                         int64
}

// Cases lists cases in the order in which they were opened, and the number by
// which the next page goes on (0 at the end).
func (d *Desk) Cases(ctx context.Context, f CaseFilter) (list []*Case, next int64, err error) {
	where, args, err := f.where()
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	args = append(args, f.Limit)
	list, next, err = d.caseRows(ctx, strings.Join(where, " AND "), "LIMIT $"+strconv.Itoa(len(args)), args)
	if int64(len(list)) < f.Limit {
		next = 0
	}
	return list, next, err
}

// where gives the SQL conditions on cases c and placement p, and their arguments.
func (f *CaseFilter) where() ([]string, []any, error) {
	where, args := []string{"c.no > $1"}, []any{f.After}
	add := func(column string, v any) {
		args = append(args, v)
		where = append(where, column+" = $"+strconv.Itoa(len(args)))
	}
	if f.Country != "" {
		add("p.country", strings.ToUpper(f.Country))
	}
	if f.Owner != "" {
		add("p.owner", f.Owner)
	}
	if f.Family != "" {
		add("c.family", f.Family)
	}
	if f.Class != rsit.None {
		add("c.class", int64(f.Class))
	}
	if f.Value != "" {
		add("c.value", f.Value)
	}
	if f.State != "" {
		n, ok := life.ParseState(f.State)
		if !ok {
			return nil, nil, fault.Newf(fault.Usage, "use "+strings.Join(life.Words(), ", "), "there is no state %q", f.State)
		}
		add("c.state", int64(n))
	}
	return where, args, nil
}

// caseRows reads cases that fit a condition, by number, and gives the last number.
func (d *Desk) caseRows(ctx context.Context, where, limit string, args []any) (list []*Case, last int64, err error) {
	list, nos, err := d.numberedRows(ctx, where, limit, args)
	if len(nos) > 0 {
		last = nos[len(nos)-1]
	}
	return list, last, err
}

// numberedRows reads cases that fit a condition, with their numbers, by number.
func (d *Desk) numberedRows(ctx context.Context, where, limit string, args []any) (list []*Case, nos []int64, err error) {
	src, err := d.reportSource(ctx, Surge{})
	if err != nil {
		return nil, nil, err
	}
	query := "SELECT " + caseRow + " FROM cases c JOIN placement p ON p.id = c.placement WHERE " + where + " ORDER BY c.no " + limit
	err = d.DB.Read(ctx, func(q store.Querier) error {
		var spans []counts.Span
		err := each(ctx, q, func(scan func(...any) error) error {
			no, c, err := scanCase(scan)
			list, spans, nos = append(list, c), append(spans, counts.Span{no, no}), append(nos, no)
			return err
		}, query, args...)
		if err != nil {
			return err
		}
		table, err := counts.Load(ctx, q, spans)
		if err != nil {
			return err
		}
		seen := &reader{Table: table}
		for i, c := range list {
			if err := src.fill(c, seen, spans[i][0]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, nos, err
}

// byNumberAtOnce is how many cases are asked for by number in one statement.
const byNumberAtOnce = 500

// casesByNumber gives the cases of numbers that rise.
func (d *Desk) casesByNumber(ctx context.Context, nos []int64) ([]*Case, error) {
	var out []*Case
	for part := range slices.Chunk(nos, byNumberAtOnce) {
		args, marks := make([]any, len(part)), make([]string, len(part))
		for i, no := range part {
			args[i], marks[i] = no, "$"+strconv.Itoa(i+1)
		}
		list, _, err := d.caseRows(ctx, "c.no IN ("+strings.Join(marks, ", ")+")", "", args)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// FindCase gives the case of an id, or of the beginning of one (8 digits or
// more); fault.NotFound if there is none.
func (d *Desk) FindCase(ctx context.Context, id string) (*Case, CaseID, error) {
	raw, err := hex.DecodeString(strings.ToLower(id))
	if err != nil || len(raw) != len(CaseID{}) {
		return nil, CaseID{}, fault.Newf(fault.Usage, "take it from `entente case list`", "%q is no case id of 32 hexadecimal digits", id)
	}
	key := CaseID(raw)
	var no int64
	if err := d.Runs.Lookup(ctx, caseScope, []runs.Key{runs.Key(key)}, func(_ int, payload uint64) { no = refOf(payload).no }); err != nil {
		return nil, key, err
	}
	if no != 0 {
		list, _, err := d.caseRows(ctx, "c.no = $1", "", []any{no})
		if err != nil {
			return nil, key, err
		}
		if len(list) == 1 {
			return list[0], key, nil
		}
	}
	return nil, key, fault.Newf(fault.NotFound, "`entente case list` shows the cases", "there is no case %s", id)
}

// CountByState gives how many cases are in each state.
func (d *Desk) CountByState(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var state life.State
			var n int64
			err := scan(&state, &n)
			out[state.String()] = n
			return err
		}, "SELECT state, COUNT(*) FROM cases GROUP BY state")
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return out, err
}
