package main

import (
	"strings"

	"entente/internal/desk/surge/life"

	"github.com/spf13/cobra"
)

func (s *session) caseSweep() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "sweep",
		Short: "Weigh the evidence of all cases: what is down, what is over",
		Long: `Weigh the evidence for every case that is open, claimed down or verified: the
producer's status, the owner's claim, covered silence. What 14 covered days
without a sighting prove is verified down, what 90 prove is closed; a time of
acceptance that is over lapses. Days on which the feed that saw a case last did
not run as usual prove nothing.

Run it once a day, after the feeds have come, from cron or a timer. It can be
stopped and run again at any time.`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			out, err := d.Sweep(cmd.Context(), dry)
			if err != nil {
				return err
			}
			if s.flags.json || s.flags.jsonl {
				return s.printJSON(out)
			}
			word := "are"
			if dry {
				word = "would be"
			}
			s.say("entente: %s weighed", grouped(out.Checked, "case", "cases"))
			var grades []string
			for g := life.Seizure; g > life.NoGrade; g-- {
				if n := out.Verified[g.String()]; n > 0 {
					grades = append(grades, grouped(n, g.String(), g.String()))
				}
			}
			if len(grades) > 0 {
				s.say("  %s verified down: %s", word, strings.Join(grades, ", "))
			}
			if out.Closed > 0 {
				s.say("  %s closed: %s", word, grouped(out.Closed, "case", "cases"))
			}
			if out.Lapsed > 0 {
				s.say("  no longer accepted: %s", grouped(out.Lapsed, "case", "cases"))
			}
			if out.Silent > 0 {
				s.say("  unseen for more than 14 days and not proved down: %s, of which %s without one covered day (UNKNOWN)",
					grouped(out.Silent, "case", "cases"), grouped(out.Unknown, "case", "cases"))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would become of them")
	return c
}

// grouped writes a number with its word.
func grouped(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}
