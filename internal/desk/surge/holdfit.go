package surge

import (
	"context"
	"slices"
	"strings"
	"time"

	"entente/internal/core/country"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
	"entente/internal/feed"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
)

// fitting gives for each rule the numbers of the cases that it holds at a
// moment, rising: those with a logged observation that it fits. It reads the
// log once, whatever the number of rules, and keeps the cases that it finds.
func (d *Desk) fitting(ctx context.Context, rules []judge.Hold, now time.Time) ([][]int64, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	index, err := judge.NewHolds(rules)
	if err != nil {
		return nil, err
	}
	found := make([]map[CaseID]struct{}, len(rules))
	for i := range found {
		found[i] = map[CaseID]struct{}{}
	}
	var fit []int
	var s logged
	for row, err := range d.Log.Scan(ctx, narrow(rules), "case_id", "class", "kind", "value", "addr", "country", "country_basis", "claimed_country") {
		if err != nil {
			return nil, err
		}
		if row.Case == ([16]byte{}) {
			continue
		}
		s.read(row)
		fit = index.Fit(fit[:0], &s.obs, s.host, row.Addr, s.country(row), now)
		for _, i := range fit {
			found[i][row.Case] = struct{}{}
		}
	}
	out := make([][]int64, len(rules))
	for i := range found {
		if out[i], err = d.caseNumbers(ctx, found[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// narrow lets the log pass over what a single rule cannot fit.
func narrow(rules []judge.Hold) (q eventlog.Query) {
	if len(rules) != 1 {
		return q
	}
	h := &rules[0]
	q.Prefix = h.Prefix
	if !h.Value.IsZero() {
		q.Kind, q.Value = h.Value.Kind().String(), h.Value.String()
	}
	if h.Class != rsit.None {
		q.Class = h.Class.String()
	}
	return q
}

// logged is what a hold rule asks of a row of the log. Rows of one value lie
// together, so what was read of the last one is kept.
type logged struct {
	obs        feed.Observation
	host       value.Value
	kind, text string
}

func (s *logged) read(r *eventlog.Row) {
	s.obs.Class, _ = rsit.Parse(r.Class)
	if s.kind == r.Kind && s.text == r.Value {
		return
	}
	s.kind, s.text = r.Kind, r.Value
	kind, _ := value.KindOf(r.Kind)
	s.obs.Value, _ = value.Parse(kind, r.Value)
	s.host = locate.Host(s.obs.Value)
}

// country gives the country by which the row was located. The log keeps the
// country of the case, which is that of its first observation, and the feed's
// claim; a name tells its own.
func (s *logged) country(r *eventlog.Row) (code string) {
	switch r.CountryBasis {
	case locate.BasisGeo:
		return r.Country
	case locate.BasisTLD:
		name := s.host.String()
		code, _ = country.FromTLD(name[strings.LastIndexByte(name, '.')+1:])
	case locate.BasisClaimed:
		code, _ = country.Intern(r.ClaimedCountry)
	}
	return code
}

// caseNumbers gives the numbers of cases, rising.
func (d *Desk) caseNumbers(ctx context.Context, ids map[CaseID]struct{}) ([]int64, error) {
	keys := make([]runs.Key, 0, len(ids))
	for id := range ids {
		keys = append(keys, runs.Key(id))
	}
	slices.SortFunc(keys, runs.Key.Compare)
	nos := make([]int64, 0, len(keys))
	err := d.Runs.Lookup(ctx, caseScope, keys, func(_ int, payload uint64) { nos = append(nos, refOf(payload).no) })
	slices.Sort(nos)
	return nos, err
}
