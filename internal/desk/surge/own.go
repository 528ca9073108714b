package surge

import (
	"context"

	"entente/internal/infra/store"
)

// ownCases says which case numbers a surge's own runs opened. One process opens
// cases at a time, so a run's numbers lie in few spans.
type ownCases struct{ spans [][2]int64 }

// inSurge is the SQL condition that the case c belongs to surge $1.
const inSurge = `(EXISTS (SELECT 1 FROM run r JOIN run_span n ON n.run = r.id WHERE r.surge = $1 AND c.no BETWEEN n.lowest AND n.highest)
	OR c.no IN (SELECT case_no FROM more_surge WHERE surge = $1))`

// loadOwn reads the spans of a surge's runs.
func (d *Desk) loadOwn(ctx context.Context, surge int64) (*ownCases, error) {
	own := &ownCases{}
	if surge == 0 {
		return own, nil
	}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var s [2]int64
			err := scan(&s[0], &s[1])
			own.spans = append(own.spans, s)
			return err
		}, "SELECT n.lowest, n.highest FROM run r JOIN run_span n ON n.run = r.id WHERE r.surge = $1 ORDER BY n.lowest", surge)
	})
	return own, err
}

func (o *ownCases) has(no int64) bool {
	for i := len(o.spans) - 1; i >= 0; i-- {
		if no >= o.spans[i][0] && no <= o.spans[i][1] {
			return true
		}
	}
	return false
}

// extend adds cases that were just opened; their numbers rise.
func (o *ownCases) extend(opened []newCase) {
	if len(opened) == 0 {
		return
	}
	first, last := opened[0].no, opened[len(opened)-1].no
	if n := len(o.spans); n > 0 && o.spans[n-1][1] == first-1 {
		o.spans[n-1][1] = last
		return
	}
	o.spans = append(o.spans, [2]int64{first, last})
}

// count gives how many they are at most.
func (o *ownCases) count() (n int64) {
	for _, s := range o.spans {
		n += s[1] - s[0] + 1
	}
	return n
}
