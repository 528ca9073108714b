package report

import (
	"strconv"

	"entente/internal/core/survival"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/ui"
)

// effect is what a page says of what became of the cases.
type effect struct {
	lead    string
	figures []effectFigure
	times   []effectTime
	classes []effectClass // on the index alone
	notes   []string
}

// effectDays are the days after which a page gives the share that is down.
var effectDays = stats.ShareDays

type effectFigure struct{ name, n, method string }

type effectTime struct {
	name, followed, down, median, p90 string
	after                             []string
}

type effectClass struct{ name, notified, down, claimed, open, unknown, returned, median, base string }

// shownFigures are the figures of the pages, in their order.
var shownFigures = [...]stats.Key{
	stats.Notified, stats.Delivered, stats.Acknowledged, stats.Bounced,
	stats.Down, stats.DownSeizure, stats.DownProducer, stats.DownOwner, stats.DownSilence90, stats.DownSilence14,
	stats.Claimed, stats.Gone, stats.Ended, stats.Open, stats.Unknown, stats.CameBack, stats.Unreported,
}

// indexEffect is what the index says; nil if there is nothing to say.
func (w *writer) indexEffect() *effect {
	r := w.opt.Stats
	if r == nil || !r.All.Says() {
		return nil
	}
	e := w.effect(&r.All)
	e.times = append(e.times, w.effectTime("st-surge", r.All.Times()), w.effectTime("st-natural", r.Baseline.Times))
	for _, c := range urgency {
		for _, g := range r.Classes {
			if g.Name == c.String() && g.Says() {
				t, base := g.Times(), r.Baseline.Class(c)
				e.classes = append(e.classes, effectClass{w.text.class(c).Title, w.effectShare(&g.Tally, stats.Notified), w.effectShare(&g.Tally, stats.Down),
					w.effectShare(&g.Tally, stats.Claimed), w.effectShare(&g.Tally, stats.Open), w.effectShare(&g.Tally, stats.Unknown),
					w.effectShare(&g.Tally, stats.CameBack), w.effectQuantile(&t, t.Median), w.effectQuantile(&base, base.Median)})
			}
		}
	}
	return e
}

// countryEffect is what a country's page says; nil if there is nothing to say.
func (w *writer) countryEffect(f *folder) *effect {
	r := w.opt.Stats
	if r == nil || f.by != ByCountry {
		return nil
	}
	for _, g := range r.Countries {
		if g.Name == f.group && g.Says() {
			e := w.effect(&g.Tally)
			e.times = append(e.times, w.effectTime("st-here", g.Times()), w.effectTime("st-surge", r.All.Times()), w.effectTime("st-natural", r.Baseline.Times))
			return e
		}
	}
	return nil
}

func (w *writer) effect(a *stats.Tally) *effect {
	t, r := w.text, w.opt.Stats
	e := &effect{lead: t.say("st-lead", "notified", w.effectShare(a, stats.Notified), "down", count(a.Count(stats.Down)),
		"claimed", count(a.Count(stats.Claimed)), "unknown", count(a.Count(stats.Unknown)))}
	for _, k := range shownFigures {
		name, how := "s-"+k.String(), "sm-"+k.String()
		e.figures = append(e.figures, effectFigure{t.say(name), w.effectShare(a, k), t.say(how)})
	}
	e.notes = append(e.notes, t.say("st-followed-of", "n", count(a.Count(stats.Followed)), "of", count(a.Count(stats.Notified)),
		"gone", count(a.Count(stats.LeftGone)), "recent", count(a.Count(stats.LeftRecent)), "unjudged", count(a.Count(stats.LeftUnjudged))))
	e.notes = append(e.notes, w.lagNotes(r.Lag)...)
	e.notes = append(e.notes, t.say("st-method"), t.say("st-base-natural", "weeks", strconv.Itoa(stats.BaselineWeeks),
		"from", ui.Day(r.Baseline.From.UnixMicro()), "to", ui.Day(r.Baseline.To.UnixMicro())))
	return e
}

// lagNotes say how far behind the as-of time the times end.
func (w *writer) lagNotes(l stats.Lag) []string {
	t := w.text
	if l.Judged == 0 {
		return []string{t.say("st-lag-none")}
	}
	until := ui.Day(l.Latest.UnixMicro())
	if !l.Earliest.Equal(l.Latest) {
		until = t.say("st-lag-by-feed", "first", ui.Day(l.Earliest.UnixMicro()), "last", until)
	}
	out := []string{t.say("st-lag", "until", until)}
	if n := l.Feeds - l.Judged; n > 0 {
		out = append(out, t.say("st-lag-some", "n", count(int64(n)), "of", count(int64(l.Feeds))))
	}
	return out
}

func (w *writer) effectShare(a *stats.Tally, k stats.Key) string {
	f := a.Figure(k)
	return share(w.text, f.Numerator, f.Denominator)
}

func (w *writer) effectTime(name string, x stats.Times) effectTime {
	t := w.text
	out := effectTime{name: t.say(name), followed: count(x.Followed), down: count(x.Downs),
		median: w.effectQuantile(&x, x.Median), p90: w.effectQuantile(&x, x.P90)}
	for _, s := range x.Shares {
		switch {
		case !x.Enough():
			out.after = append(out.after, t.say("st-few"))
		case !s.Told:
			out.after = append(out.after, t.say("st-not-so-long"))
		default:
			out.after = append(out.after, strconv.FormatFloat(s.Down*100, 'f', 1, 64)+" %")
		}
	}
	return out
}

func (w *writer) effectQuantile(x *stats.Times, q survival.Quantile) string {
	t := w.text
	span := func(hours uint32, reached bool) string {
		switch {
		case !reached:
			return t.say("st-not-reached")
		case hours < 72:
			return t.say("st-hours", "n", strconv.Itoa(int(hours)))
		}
		return t.say("st-days", "n", strconv.FormatFloat(float64(hours)/24, 'f', 1, 64))
	}
	switch {
	case !x.Enough():
		return t.say("st-few")
	case !q.Reached:
		return t.say("st-not-reached")
	}
	return t.say("st-interval", "time", span(q.Time, true), "low", span(q.Low, q.LowReached), "high", span(q.High, q.HighReached))
}
