package main

import (
	"slices"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/stats"

	"github.com/spf13/cobra"
)

// statsFlags are what `surge stats` is asked.
type statsFlags struct {
	asOf, baseline, explain     string
	country, asn, class, family string
	by                          []string
	top, limit                  int
	after                       int64
}

func (s *session) surgeStats() *cobra.Command {
	var f statsFlags
	c := &cobra.Command{
		Use:   "stats NAME",
		Short: "Show which threats of a surge really went down, how fast, by which evidence",
		Long: `Show what became of the cases of the surge NAME: notified, delivered,
acknowledged, down by grade of evidence, claimed, returned, still open, unknown;
the time to down, with what is not down yet censored; what to compare it with.
Each figure has its numerator and denominator; no rate is given below n = 10.
docs/statistics.md says how each comes about.`,
		Example: `  entente surge stats spring
  entente surge stats spring --country CL --baseline winter
  entente surge stats spring --explain down-silence-14 --limit 50
  entente surge stats spring --as-of 2026-11-01T00:00:00Z --csv`,
		Args: exactly(1, "the name of a surge"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req, err := f.request(args[0])
			if err != nil {
				return err
			}
			var figure stats.Key
			if f.explain != "" {
				if figure, err = stats.ParseKey(f.explain); err != nil {
					return err
				}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			if f.explain != "" {
				list, next, err := d.ExplainStats(cmd.Context(), req, stats.Page{Figure: figure, After: f.after, Limit: f.limit})
				if err != nil {
					return err
				}
				return s.printCases(list, next)
			}
			r, err := d.Stats(cmd.Context(), req)
			if err != nil {
				return err
			}
			return s.printStats(r, &f)
		},
	}
	p := c.Flags()
	p.SortFlags = false
	p.StringVar(&f.asOf, "as-of", "", "`time` or day of which the figures are (default now)")
	p.StringVar(&f.baseline, "baseline", "", "`name` of a surge to compare with (default natural remediation)")
	p.StringVar(&f.explain, "explain", "", "list the cases behind this `figure`")
	p.IntVar(&f.limit, "limit", 100, "with --explain: at most this `many` cases")
	p.Int64Var(&f.after, "after", 0, "with --explain: go on after this `number` (the page before printed it)")
	p.StringSliceVar(&f.by, "by", statsGroups[:], "`groups` to tell apart")
	p.IntVar(&f.top, "top", 20, "at most this `many` groups of each kind, those with most notified cases; 0: all")
	p.StringVar(&f.country, "country", "", "only cases in the country of this `code`")
	p.StringVar(&f.asn, "asn", "", "only cases of the AS with this `number`")
	p.StringVar(&f.class, "class", "", "only cases of this problem `class`")
	p.StringVar(&f.family, "family", "", "only cases of this `family`")
	completeFlag(c, "explain", cobra.FixedCompletions(stats.Keys(), cobra.ShellCompDirectiveNoFileComp))
	completeFlag(c, "by", cobra.FixedCompletions(statsGroups[:], cobra.ShellCompDirectiveNoFileComp))
	completeFlag(c, "class", cobra.FixedCompletions(classWords(), cobra.ShellCompDirectiveNoFileComp))
	mainFlags(c, "as-of", "baseline", "explain")
	return c
}

// statsGroups are the kinds of groups that --by takes.
var statsGroups = [...]string{"country", "class", "asn", "family"}

func (f *statsFlags) request(name string) (req surge.StatsRequest, err error) {
	req = surge.StatsRequest{Surge: name, Baseline: f.baseline, Narrow: stats.Narrow{Country: strings.ToUpper(f.country), Family: f.family}}
	if f.asOf != "" {
		at, err := readTime("--as-of", f.asOf)
		if err != nil {
			return req, err
		}
		req.AsOf = time.UnixMicro(at)
	}
	if f.class != "" {
		var ok bool
		if req.Narrow.Class, ok = rsit.Parse(f.class); !ok {
			return req, fault.Newf(fault.Usage, "`entente feed classes` lists them", "--class %q is no class", f.class)
		}
	}
	if f.asn != "" {
		v, err := value.ParseASN(f.asn)
		if err != nil {
			return req, fault.Newf(fault.Usage, "for example 64496", "--asn %q is no AS number", f.asn)
		}
		req.Narrow.ASN = v.ASN()
	}
	for _, by := range f.by {
		if !slices.Contains(statsGroups[:], by) {
			return req, fault.Newf(fault.Usage, "use "+strings.Join(statsGroups[:], ", "), "--by %q is no kind of group", by)
		}
	}
	if f.limit < 1 || f.top < 0 || f.after < 0 {
		return req, fault.New(fault.Usage, "--limit, --top and --after count cases and groups", "give numbers from 1 on")
	}
	return req, nil
}
