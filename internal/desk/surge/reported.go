package surge

import (
	"context"
	"iter"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"
)

// ReleaseRequest says whose reports a person releases.
type ReleaseRequest struct {
	Surge   string
	By      string // the person who decides it
	Owner   string // "": every owner
	Country string // "": every country
}

// ReleaseReports marks the cases of a surge as reported whose owner does not know
// of them yet: routed, transferred, returned. Nothing is sent by it. Each write
// slice has its act, so that a call that was broken off is finished by the same
// call.
func (d *Desk) ReleaseReports(ctx context.Context, req ReleaseRequest) (int, error) {
	if strings.TrimSpace(req.By) == "" {
		return 0, fault.New(fault.Usage, "a report is released by a person", "name who decided it with --by NAME")
	}
	s, err := d.SurgeOf(ctx, req.Surge)
	if err != nil {
		return 0, err
	}
	if !s.Frozen {
		return 0, fault.Newf(fault.Conflict, "`entente surge run` writes them", "no reports of the surge %q were written", s.Name)
	}
	now := d.Now()
	if _, err := d.alignHolds(ctx, now, 0); err != nil {
		return 0, err
	}
	nos, err := d.unreported(ctx, s.No, req)
	if err != nil {
		return 0, err
	}
	body := map[string]any{"surge": s.No}
	if req.Owner != "" {
		body["owner"] = req.Owner
	}
	if req.Country != "" {
		body["country"] = strings.ToUpper(req.Country)
	}
	a, err := d.newAct("report.release", d.itemOf("surge", s.Name), body)
	if err != nil {
		return 0, err
	}
	done, _, err := d.stepMany(ctx, life.Report, a, said{name: req.By}, func(yield func(life.Change) bool) {
		for _, no := range nos {
			if !yield(life.Change{No: no, At: now.UnixMicro()}) {
				return
			}
		}
	})
	return done, err
}

// unreported gives the numbers of the cases that a release reports.
func (d *Desk) unreported(ctx context.Context, surge int64, req ReleaseRequest) (nos []int64, err error) {
	where, args := inSurge+" AND c.state IN (2, 13, 15)", []any{surge}
	if req.Owner != "" {
		args = append(args, req.Owner)
		where += " AND p.owner = $2"
	}
	if req.Country != "" {
		args = append(args, strings.ToUpper(req.Country))
		where += " AND p.country = $" + string(rune('0'+len(args)))
	}
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no int64
			err := scan(&no)
			nos = append(nos, no)
			return err
		}, "SELECT c.no FROM cases c JOIN placement p ON p.id = c.placement WHERE "+where+" ORDER BY c.no", args...)
	})
	return nos, err
}

// stepSlice is how many cases one write slice of stepMany changes.
const stepSlice = 1 << 10

// stepMany does one step with any number of cases, in write slices between which a
// person goes first, each with an act like a that lists its changes. What is not
// legal any more is left as it is and counted as refused. It can be stopped between
// slices; what was done stays done.
func (d *Desk) stepMany(ctx context.Context, step life.Step, a ledger.Act, s said, list iter.Seq[life.Change]) (done, refused int, err error) {
	slice := make([]life.Change, 0, stepSlice)
	flush := func() error {
		if len(slice) == 0 {
			return nil
		}
		var n, left int
		err := d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
			changes, not, err := life.Many(ctx, tx, step, slice)
			if n, left = len(changes), len(not); err != nil || n == 0 {
				return err
			}
			return d.manyAct(ctx, tx, a, changes, s)
		})
		slice = slice[:0]
		if err == nil {
			done, refused = done+n, refused+left
		}
		return err
	}
	for c := range list {
		if slice = append(slice, c); len(slice) == stepSlice {
			if err := flush(); err != nil {
				return done, refused, err
			}
		}
	}
	err = flush()
	return done, refused, err
}
