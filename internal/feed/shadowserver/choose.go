package shadowserver

import (
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"entente/internal/feed"
)

// find gives the report type of this name, present or former.
func (c *catalogue) find(name string) *report {
	name = strings.ToLower(strings.TrimSpace(name))
	if rep := c.byName[name]; rep != nil {
		return rep
	}
	// IntelMQ's schema drops the 4 of the event types.
	if rest, ok := strings.CutPrefix(name, "event_"); ok {
		return c.byName["event4_"+rest]
	}
	return nil
}

// fromFileName reads the report type from a name such as
// 2026-11-24-scan_telnet-example-asn.csv; the date and the details may be
// absent. word is what stood in the place of the type if it looks like one.
func (c *catalogue) fromFileName(name string) (rep *report, word string) {
	name = path.Base(strings.ReplaceAll(name[strings.LastIndexByte(name, '!')+1:], `\`, "/"))
	rest := name
	dated := len(rest) > 11 && rest[4] == '-' && rest[7] == '-' && rest[10] == '-' && digits(rest[:4]) && digits(rest[5:7]) && digits(rest[8:10])
	if dated {
		rest = rest[11:]
	}
	if i := strings.IndexAny(rest, "-."); i >= 0 {
		rest = rest[:i]
	}
	rep = c.find(rest)
	if rep == nil && dated && strings.Contains(rest, "_") {
		word = rest
	}
	return rep, word
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// choose finds the report type of a file: as the person says, else by its
// name, else by its header and first row.
func (c *catalogue) choose(in feed.Input, h *header, first []string) (*report, *feed.Quarantine) {
	if said := in.Options.Report; said != "" {
		if rep := c.find(said); rep != nil {
			return rep, nil
		}
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: fmt.Sprintf("there is no report type %q", said), Remedy: "did you mean " + c.nearest(said) + "?"}
	}
	rep, word := c.fromFileName(in.Name)
	if rep != nil {
		return rep, nil
	}
	if word != "" {
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: fmt.Sprintf("the file's name says report type %q, which is not known", word),
			Remedy: "say the nearest known type with --report; " + c.nearest(word) + " is the nearest by name"}
	}
	best := c.byHeader(h, first)
	switch len(best) {
	case 0:
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: "neither the file's name nor its header tells the report type",
			Remedy: "say it with --report, such as --report scan_telnet"}
	case 1:
	default:
		var names []string
		for _, rep := range best {
			names = append(names, rep.name)
		}
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: "the header fits several report types: " + strings.Join(names, ", "),
			Remedy: "say which one it is with --report"}
	}
	rep = best[0]
	if a, err := netip.ParseAddr(h.text(first, h.actorColumns(rep).ip)); err == nil && a.Is6() && rep.six != "" {
		rep = c.byName[rep.six]
	}
	return rep, nil
}

// The bounds of likeness to a header: how much of it a type must know, and how
// near to the best a type still counts as good.
const (
	leastKnown = 0.6
	nearBest   = 0.9
)

// byHeader gives the report types that the header and the first row may be:
// none, one, or those between which they do not decide. A type of IPv6 is never
// among them, its sister is.
func (c *catalogue) byHeader(h *header, first []string) []*report {
	// Types that know most of the header's columns.
	var known []*report
	most := leastKnown
	for _, rep := range c.reports {
		if sister(rep.name) != rep.name || h.missing(rep) != "" || h.wrongWay(rep) {
			continue
		}
		share := h.known(rep)
		if share > most {
			most, known = share, known[:0]
		}
		if share == most {
			known = append(known, rep)
		}
	}
	// Of these, those with the fewest columns that the header has not.
	top := 0.0
	for _, rep := range known {
		top = max(top, h.fit(rep))
	}
	best := keep(known, func(rep *report) bool { return h.fit(rep) >= nearBest*top })
	// Of these, those that the first row speaks of.
	tag, protocol := strings.ToLower(h.text(first, "tag")), h.text(first, "protocol")
	spoken := func(rep *report) bool { return rep.service() != "" && strings.Contains(tag, rep.service()) }
	if some := keep(best, spoken); len(some) > 0 {
		best = some
	}
	for i, rep := range best { // scan_ldap_tcp and scan_ldap_udp
		if stem, ok := strings.CutSuffix(strings.TrimSuffix(rep.name, "_tcp"), "_udp"); ok || strings.HasSuffix(rep.name, "_tcp") {
			if other := c.byName[stem+"_"+protocol]; other != nil {
				best[i] = other
			}
		}
	}
	if len(best) == 0 {
		return nil
	}
	// Types that would be read alike need not be told apart.
	if one := best[0]; len(keep(best, one.alike)) == len(best) {
		best = []*report{slices.MinFunc(best, func(a, b *report) int { return len(a.name) - len(b.name) })}
	}
	if len(best) == 1 && best[0].service() != "" && !spoken(best[0]) && h.fit(best[0]) < 1 {
		// The row speaks of another type, whose columns are mostly absent.
		best = append(best, keep(known, spoken)...)
	}
	return best
}

// alike tells whether rows of both types give the same observations but for the
// feed's name.
func (r *report) alike(o *report) bool {
	return r.class == o.class && r.actor == o.actor && r.said == o.said && slices.Equal(r.family, o.family)
}

func keep(reps []*report, good func(*report) bool) []*report {
	var out []*report
	for _, rep := range reps {
		if good(rep) {
			out = append(out, rep)
		}
	}
	return out
}

// nearest gives the report type whose name has the smallest edit distance.
func (c *catalogue) nearest(name string) string {
	best, bestAt := "", 1<<30
	for _, rep := range c.reports {
		if d := distance(strings.ToLower(name), rep.name); d < bestAt {
			best, bestAt = rep.name, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with the next to
// make b of a; long names are cut.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := last[j]
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, row[j]+1, last[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
