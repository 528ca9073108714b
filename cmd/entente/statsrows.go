package main

import (
	"strconv"

	"entente/internal/core/survival"
	"entente/internal/desk/surge/stats"
)

// statRow is one figure as JSON and CSV have it.
type statRow struct {
	By          string   `json:"by"` // surge, baseline, or the kind of group
	Group       string   `json:"group"`
	Figure      string   `json:"figure"`
	Numerator   int64    `json:"numerator"`
	Denominator int64    `json:"denominator"`
	Of          string   `json:"of"`
	Rate        *float64 `json:"rate,omitempty"`  // a share from 0 to 1
	Hours       *float64 `json:"hours,omitempty"` // of a time
	Low         *float64 `json:"low,omitempty"`   // of the interval, in the unit of rate or hours
	High        *float64 `json:"high,omitempty"`
	Note        string   `json:"note,omitempty"` // n < 10, not reached, not followed so long
	AsOf        string   `json:"as_of"`
	Method      string   `json:"method"`
}

// The notes of figures without a number.
const (
	noteFew        = "n < 10"
	noteNotReached = "not reached"
	noteNotSoLong  = "not followed so long"
)

func (r *statRow) cells() []string {
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'g', 6, 64)
	}
	return []string{r.By, r.Group, r.Figure, strconv.FormatInt(r.Numerator, 10), strconv.FormatInt(r.Denominator, 10), r.Of,
		number(r.Rate), number(r.Hours), number(r.Low), number(r.High), r.Note, r.AsOf, r.Method}
}

// statRows gives every figure of a result, those of at most top groups of each kind
// that by names.
func statRows(r *stats.Result, by []string, top int) []statRow {
	asOf := stamp(r.AsOf.UnixMicro())
	out := figureRows(r.Rows, "surge", r.Surge, asOf)
	out = append(out, tallyRows(&r.All, "surge", r.Surge, asOf)...)
	name := r.Baseline.Surge
	if name == "" {
		name = "natural"
	}
	out = append(out, timeRows(r.Baseline.Times, "baseline", name, asOf, r.Baseline.Sentence())...)
	for _, kind := range by {
		for i, g := range groupsOf(r, kind) {
			if top > 0 && i == top {
				break
			}
			out = append(out, tallyRows(&g.Tally, kind, g.Name, asOf)...)
		}
	}
	return out
}

// groupsOf gives the groups of a kind.
func groupsOf(r *stats.Result, kind string) []*stats.Group {
	switch kind {
	case "country":
		return r.Countries
	case "class":
		return r.Classes
	case "asn":
		return r.Networks
	}
	return r.Families
}

func tallyRows(t *stats.Tally, by, group, asOf string) []statRow {
	return append(figureRows(t.Figures(), by, group, asOf), timeRows(t.Times(), by, group, asOf, stats.TimesMethod)...)
}

func figureRows(list []stats.Figure, by, group, asOf string) []statRow {
	out := make([]statRow, 0, len(list))
	for _, f := range list {
		row := statRow{By: by, Group: group, Figure: f.Key.String(), Numerator: f.Numerator, Denominator: f.Denominator, Of: f.Of, AsOf: asOf, Method: f.Method}
		if rate, ok := f.Rate(); ok {
			row.Rate = &rate
		} else {
			row.Note = noteFew
		}
		out = append(out, row)
	}
	return out
}

// timeRows gives the median, the 90th percentile and the shares that are down after
// some days.
func timeRows(t stats.Times, by, group, asOf, method string) []statRow {
	row := statRow{By: by, Group: group, Numerator: t.Downs, Denominator: t.Followed, Of: "followed", AsOf: asOf, Method: method}
	var out []statRow
	for _, q := range [...]struct {
		figure string
		survival.Quantile
	}{{"median-time", t.Median}, {"p90-time", t.P90}} {
		x := row
		x.Figure = q.figure
		switch {
		case !t.Enough():
			x.Note = noteFew
		case !q.Reached:
			x.Note = noteNotReached
		default:
			x.Hours = hours(q.Time)
		}
		if t.Enough() && q.LowReached {
			x.Low = hours(q.Low)
		}
		if t.Enough() && q.HighReached {
			x.High = hours(q.High)
		}
		out = append(out, x)
	}
	for _, s := range t.Shares {
		x := row
		x.Figure = "down-after-" + strconv.Itoa(s.Days) + "d"
		switch {
		case !t.Enough():
			x.Note = noteFew
		case !s.Told:
			x.Note = noteNotSoLong
		default:
			if x.Rate = &s.Down; s.High > 0 {
				x.Low, x.High = &s.Low, &s.High
			}
		}
		out = append(out, x)
	}
	return out
}

func hours(n uint32) *float64 {
	x := float64(n)
	return &x
}
