package main

import (
	"fmt"
	"strconv"
	"text/tabwriter"

	"entente/internal/core/survival"
	"entente/internal/desk/surge/stats"
	"entente/internal/feed/source"
	"entente/internal/infra/ui"
)

// statsForm is the result as one JSON object.
type statsForm struct {
	Surge    string    `json:"surge"`
	AsOf     string    `json:"as_of"`
	Opened   string    `json:"opened"`
	Lag      string    `json:"lag"`
	Known    string    `json:"known_up_to,omitempty"` // the newest time up to which all is known of a feed
	Baseline string    `json:"baseline"`
	Figures  []statRow `json:"figures"`
}

func (s *session) printStats(r *stats.Result, f *statsFlags) error {
	rows := statRows(r, f.by, f.top)
	switch {
	case s.flags.json:
		form := statsForm{Surge: r.Surge, AsOf: stamp(r.AsOf.UnixMicro()), Opened: stamp(r.Opened.UnixMicro()), Lag: r.Lag.Sentence(),
			Baseline: r.Baseline.Sentence(), Figures: rows}
		if r.Lag.Judged > 0 {
			form.Known = stamp(r.Lag.Latest.UnixMicro())
		}
		return s.printJSON(form)
	case s.flags.jsonl, s.flags.csv:
		p := s.sheet("figures", "by", "group", "figure", "numerator", "denominator", "of", "rate", "hours", "low", "high", "note", "as_of", "method")
		for i := range rows {
			if err := p.add(rows[i], rows[i].cells()...); err != nil {
				return err
			}
		}
		return p.end()
	}
	return s.printStatsText(r, f)
}

func (s *session) printStatsText(r *stats.Result, f *statsFlags) error {
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	say := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	say("Surge %s, as of %s, %s cases\n", source.Display(r.Surge), stamp(r.AsOf.UnixMicro()), thousands(r.All.Cases))
	say("FIGURE\tN\tOF\t\tRATE\tHOW")
	for _, x := range append(r.Rows, r.All.Figures()...) {
		say("%s\t%s\t%s\t%s\t%s\t%s", x.Key, thousands(x.Numerator), thousands(x.Denominator), x.Of, rateText(x.Numerator, x.Denominator), x.Method)
	}
	say("\nTIME TO DOWN\tFOLLOWED\tDOWN\tMEDIAN\t90 %%\tAFTER 1 D\t7 D\t14 D\t30 D")
	base := "natural"
	if r.Baseline.Surge != "" {
		base = source.Display(r.Baseline.Surge)
	}
	timesLine(say, "this surge", r.All.Times())
	timesLine(say, "baseline: "+base, r.Baseline.Times)
	for _, kind := range f.by {
		groups := groupsOf(r, kind)
		say("\n%s\tNOTIFIED\tDOWN\tCLAIMED\tGONE BEFORE\tOPEN\tUNKNOWN\tRETURNED\tMEDIAN\t90 %%", upper(kind))
		for i, g := range groups {
			if f.top > 0 && i == f.top {
				say("(%s more: --top 0)", thousands(int64(len(groups)-i)))
				break
			}
			t := g.Times()
			say("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", groupName(g.Name), shareText(g, stats.Notified), shareText(g, stats.Down), shareText(g, stats.Claimed),
				shareText(g, stats.Gone), shareText(g, stats.Open), shareText(g, stats.Unknown), shareText(g, stats.CameBack),
				quantileText(&t, t.Median), quantileText(&t, t.P90))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stdout, "\n%s\n%s\n%s\n", r.Lag.Sentence(), stats.TimesMethod, r.Baseline.Sentence())
	return err
}

func timesLine(say func(string, ...any), name string, t stats.Times) {
	line := []any{name, thousands(t.Followed), thousands(t.Downs), quantileText(&t, t.Median), quantileText(&t, t.P90)}
	for _, x := range t.Shares {
		switch {
		case !t.Enough():
			line = append(line, noteFew)
		case !x.Told:
			line = append(line, "-")
		default:
			line = append(line, strconv.FormatFloat(x.Down*100, 'f', 1, 64)+" %")
		}
	}
	say("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", line...)
}

// rateText gives a share as a percentage, and says so below n = 10.
func rateText(n, of int64) string {
	if rate := ui.Rate(n, of); rate != "" {
		return rate
	}
	return noteFew
}

func shareText(g *stats.Group, k stats.Key) string {
	f := g.Figure(k)
	text := thousands(f.Numerator) + " of " + thousands(f.Denominator)
	if rate := ui.Rate(f.Numerator, f.Denominator); rate != "" && f.Numerator > 0 {
		text += " (" + rate + ")"
	}
	return text
}

// quantileText gives a time with its interval: "3.5 d (2.1 d to 5.0 d)".
func quantileText(t *stats.Times, q survival.Quantile) string {
	switch {
	case !t.Enough():
		return noteFew
	case !q.Reached:
		return noteNotReached
	}
	low, high := noteNotReached, noteNotReached
	if q.LowReached {
		low = stats.Span(q.Low)
	}
	if q.HighReached {
		high = stats.Span(q.High)
	}
	return stats.Span(q.Time) + " (" + low + " to " + high + ")"
}

func groupName(name string) string {
	if name == "" {
		return "(none)"
	}
	return source.Display(name)
}

func upper(kind string) string {
	return map[string]string{"country": "COUNTRY", "class": "CLASS", "asn": "NETWORK", "family": "FAMILY"}[kind]
}
