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
	best := c.byHeader(h)
	switch {
	case len(best) == 0:
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: "neither the file's name nor its header tells the report type",
			Remedy: "say it with --report, such as --report scan_telnet"}
	case len(best) > 1:
		best = byTag(best, h.text(first, "tag"))
	}
	if len(best) > 1 {
		var names []string
		for _, rep := range best {
			names = append(names, rep.name)
		}
		return nil, &feed.Quarantine{Reason: "unknown-report", Text: "the header fits the report types " + strings.Join(names, ", ") + " alike",
			Remedy: "say which one it is with --report"}
	}
	rep = best[0]
	if a, err := netip.ParseAddr(h.text(first, h.actorColumns(rep).ip)); err == nil && a.Is6() && rep.six != "" {
		rep = c.byName[rep.six]
	}
	return rep, nil
}

// byHeader gives the report types whose known columns fit the header best, none
// if no type fits well. A type of IPv6 is never among them, its sister is.
func (c *catalogue) byHeader(h *header) []*report {
	var best []*report
	top := 0.0
	for _, rep := range c.reports {
		if sister(rep.name) != rep.name || h.missing(rep) != "" {
			continue
		}
		fit := h.fit(rep)
		if fit > top {
			top, best = fit, best[:0]
		}
		if fit == top {
			best = append(best, rep)
		}
	}
	if top < 0.5 {
		return nil
	}
	return best
}

// byTag keeps those types whose service word is in the tag, all if none is.
func byTag(reps []*report, tag string) []*report {
	tag = strings.ToLower(tag)
	var out []*report
	for _, rep := range reps {
		if word := rep.service(); word != "" && strings.Contains(tag, word) {
			out = append(out, rep)
		}
	}
	if len(out) == 0 {
		return reps
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

// distance is the edit distance of two names; long names are cut.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := prev
			if a[i] != b[j] {
				cost = 1 + slices.Min([]int{prev, row[j], row[j+1]})
			}
			prev, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
