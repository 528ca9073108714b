package report

import (
	"cmp"
	"slices"
	"strings"

	"entente/internal/infra/ui"
)

// account lays this run's account beside the frozen one, stage by stage, and
// checks that each stage is the sum of the next.
func (w *writer) account(p *index) {
	t, a, d := p.t, w.opt.Account, w.opt.Denominators
	frozen := d.Rows != 0 || d.Observations != 0
	line := func(key string, head bool, run, was int64) {
		s := stageLine{name: t.say(key), run: count(run), head: head}
		if frozen {
			s.frozen = count(was)
		} else {
			s.frozen = t.say("facts-none")
		}
		p.stages = append(p.stages, s)
	}
	line("a-rows", true, a.Rows, d.Rows)
	line("a-accepted", false, a.Accepted, d.Accepted)
	line("a-rejected", false, a.Rejected, d.Rejected)
	line("a-observations", true, a.Observations, d.Observations)
	line("a-routed", false, a.Routed, d.Routed)
	line("a-pooled", false, a.Pooled, d.Pooled)
	line("a-context", false, a.Context, d.Context)
	line("a-duplicate", false, a.Duplicate, d.Duplicate)
	line("a-held", false, a.Held, d.Held)
	line("a-suppressed", false, a.Suppressed, d.Suppressed)
	line("a-opened", true, a.CasesOpened, d.CasesOpened)
	line("a-again", false, a.CasesSeenAgain, d.CasesSeenAgain)
	line("a-batches", true, a.Batches, d.Batches)
	line("a-quarantined", false, a.Quarantined, d.Quarantined)
	if sum := a.Accepted + a.Rejected; sum != a.Rows {
		p.broken = t.say("a-bad-rows", "rows", count(a.Rows), "sum", count(sum))
	} else if sum := a.Routed + a.Pooled + a.Context + a.Duplicate + a.Held + a.Suppressed; sum != a.Observations {
		p.broken = t.say("a-bad-obs", "obs", count(a.Observations), "sum", count(sum))
	}
	p.rejected, p.rejectedAll = byReason(a.RejectedBy), a.Rejected
	p.suppressed, p.suppressedAll = byReason(a.SuppressedBy), a.Suppressed
}

// byReason ranks reasons by their counts.
func byReason(m map[string]int64) []ranked {
	out := make([]ranked, 0, len(m))
	for why, n := range m {
		if n > 0 {
			out = append(out, ranked{why, n})
		}
	}
	slices.SortFunc(out, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name)) })
	return out
}

// feedLines lists the feeds of the surge by name, with how often their country
// differed from ours and which columns changed.
func (w *writer) feedLines(p *index) {
	feeds := slices.Clone(w.opt.Feeds)
	slices.SortStableFunc(feeds, func(a, b FeedFigures) int { return cmp.Compare(a.Feed, b.Feed) })
	for _, f := range feeds {
		line := feedLine{name: ui.Short(ui.Visible(f.Feed), 80), mode: ui.Visible(f.Mode), label: ui.ParseLabel(f.Label),
			rows: count(f.Rows), observations: count(f.Observations), cases: count(f.Cases), window: days(p.t, f.First, f.Last)}
		if f.ClaimCompared == 0 {
			line.disagree = p.t.say("disagree-none")
		} else {
			line.disagree = p.t.say("disagree", "n", count(f.ClaimDisagreed), "of", count(f.ClaimCompared))
			if rate := ui.Rate(f.ClaimDisagreed, f.ClaimCompared); rate != "" {
				line.disagree += " (" + rate + ")"
			}
		}
		line.drift = ui.Short(ui.Visible(strings.Join(f.Drift, ", ")), 400)
		if line.drift == "" {
			line.drift = p.t.say("drift-none")
		}
		p.feeds = append(p.feeds, line)
	}
}
