package surge

import (
	"context"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/store"
)

// StatsRequest says which figures are wanted.
type StatsRequest struct {
	Surge    string
	AsOf     time.Time // zero: now
	Baseline string    // a surge to compare with; "": natural remediation
	Narrow   stats.Narrow
}

// Stats gives the figures of a surge.
func (d *Desk) Stats(ctx context.Context, req StatsRequest) (*stats.Result, error) {
	src, opt, err := d.statsOf(ctx, req)
	if err != nil {
		return nil, err
	}
	return stats.Compute(ctx, src, opt)
}

// ExplainStats lists the cases behind a figure in the order in which they were
// opened, and the number by which the next page goes on (0 at the end).
func (d *Desk) ExplainStats(ctx context.Context, req StatsRequest, p stats.Page) (list []*Case, next int64, err error) {
	src, opt, err := d.statsOf(ctx, req)
	if err != nil {
		return nil, 0, err
	}
	src.alone = true
	nos, next, err := stats.Explain(ctx, src, opt, p)
	if err != nil {
		return nil, 0, err
	}
	list, err = d.casesByNumber(ctx, nos)
	return list, next, err
}

func (d *Desk) statsOf(ctx context.Context, req StatsRequest) (*statsSource, stats.Options, error) {
	now := d.Now()
	opt := stats.Options{Surge: req.Surge, AsOf: req.AsOf, Baseline: req.Baseline, Narrow: req.Narrow}
	if opt.AsOf.IsZero() {
		opt.AsOf = now
	}
	if opt.AsOf.After(now) {
		return nil, opt, fault.Newf(fault.Usage, "give a time that has come", "the as-of time %s is later than now", opt.AsOf.Format(time.RFC3339))
	}
	s, err := d.SurgeOf(ctx, req.Surge)
	if err != nil {
		return nil, opt, err
	}
	src := &statsSource{desk: d, surge: s.No}
	opt.Opened = s.Opened
	if s.Frozen {
		a := &s.Denominators
		opt.Frozen = &stats.Frozen{Rows: a.Rows, Accepted: a.Accepted, Observations: a.Observations, Routed: a.Routed}
	}
	if req.Baseline != "" {
		if req.Baseline == req.Surge {
			return nil, opt, fault.New(fault.Usage, "a surge is no baseline of itself", "name another one, or none for natural remediation")
		}
		b, err := d.SurgeOf(ctx, req.Baseline)
		if err != nil {
			return nil, opt, err
		}
		src.baseline = b.No
	}
	return src, opt, nil
}

// statsForReport gives the figures that the reports of a surge show, nil if there
// is nothing to say.
func (d *Desk) statsForReport(ctx context.Context, s Surge, now time.Time) (*stats.Result, error) {
	var lives bool
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM case_life)").Scan(&lives)
	})
	if err != nil || !lives {
		return nil, err
	}
	r, err := d.Stats(ctx, StatsRequest{Surge: s.Name, AsOf: now})
	if err != nil || !r.All.Says() {
		return nil, err
	}
	return r, nil
}
