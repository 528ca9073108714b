package main

import (
	"fmt"
	"strconv"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge/stats"

	"github.com/spf13/cobra"
)

func (s *session) surgeReturns() *cobra.Command {
	var class string
	c := &cobra.Command{
		Use:   "returns",
		Short: "Show how often cases that were not seen for some days come back",
		Long: `Show of the cases that no source showed for more than 2, 7, 14, 30, 60 and 90
days how many came back, over the whole log: what short silence is worth.`,
		Example: `  entente surge returns
  entente surge returns --class c2-server --json`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			only := rsit.None
			if class != "" {
				var ok bool
				if only, ok = rsit.Parse(class); !ok {
					return fault.Newf(fault.Usage, "`entente feed classes` lists them", "--class %q is no class", class)
				}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			r, err := d.Returns(cmd.Context(), only)
			if err != nil {
				return err
			}
			return s.printReturns(r)
		},
	}
	c.Flags().StringVar(&class, "class", "", "only cases of this problem `class`")
	completeFlag(c, "class", cobra.FixedCompletions(classWords(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// returnForm is a point of the return curve as JSON.
type returnForm struct {
	Days     int      `json:"unseen_days"` // more than so many
	Back     int64    `json:"back"`
	Absences int64    `json:"absences"`
	Share    *float64 `json:"share,omitempty"`
	Note     string   `json:"note,omitempty"`
}

func (s *session) printReturns(r *stats.ReturnCurve) error {
	asOf := stamp(r.AsOf.UnixMicro())
	p := s.sheet("returns", "unseen_days", "back", "absences", "rate_so_far", "share", "as_of")
	for _, x := range r.Points {
		f := returnForm{Days: x.Days, Back: x.Back, Absences: x.Absences, Note: noteFew}
		share := noteFew
		if x.Told() {
			share = strconv.FormatFloat(x.Share*100, 'f', 1, 64) + " %"
			f.Share, f.Note = &x.Share, ""
		}
		if err := p.add(f, "> "+strconv.Itoa(x.Days), strconv.FormatInt(x.Back, 10), strconv.FormatInt(x.Absences, 10),
			rateText(x.Back, x.Absences), share, asOf); err != nil {
			return err
		}
	}
	if err := p.end(member{"as_of", asOf}, member{"unjudged", r.Unjudged}, member{"method", stats.ReturnMethod}); err != nil {
		return err
	}
	if s.flags.json || s.flags.jsonl || s.flags.csv {
		return nil
	}
	fmt.Fprintf(s.stdout, "\n%s\n", stats.ReturnMethod)
	if r.Unjudged > 0 {
		s.say("entente: %s absences from lists of which no day is covered are left out", thousands(r.Unjudged))
	}
	return nil
}
