package stats

import "context"

// Page is which cases behind a figure are wanted.
type Page struct {
	Figure Key
	After  int64 // number of the last case of the page before
	Limit  int
}

// Explain gives the numbers of the cases behind a figure, and the number by which
// the next page goes on (0 at the end). Without pages they are as many as the figure
// says.
func Explain(ctx context.Context, src Source, opt Options, p Page) (list []int64, next int64, err error) {
	days, err := src.Covered(ctx)
	if err != nil {
		return nil, 0, err
	}
	v := newView(opt.AsOf.UnixMicro(), days)
	for c, err := range src.Cases(ctx) {
		if err != nil {
			return nil, 0, err
		}
		if !c.InSurge || c.No <= p.After || !opt.Narrow.fits(c) {
			continue
		}
		if t, _, _ := v.judge(c); !t.has(p.Figure) {
			continue
		}
		if len(list) == p.Limit {
			return list, list[len(list)-1], nil
		}
		list = append(list, c.No)
	}
	return list, 0, nil
}
