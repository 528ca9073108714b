package main

import (
	"entente/internal/desk/surge"

	"github.com/spf13/cobra"
)

func (s *session) logRetain() *cobra.Command {
	var dry bool
	c := &cobra.Command{
		Use:   "retain",
		Short: "Delete what the retention rules no longer keep",
		Long: `Delete what the rules under "retention" in entente.yaml no longer keep: rows of
the log, raw input, rejected rows. Cases, accounts and their counts stay. One
act says what went. Without rules nothing is deleted. It can be stopped at any
moment and run again.`,
		Example: `  entente log retain --dry-run
  entente log retain`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			ended, err := d.Retain(cmd.Context(), dry)
			if err != nil {
				return err
			}
			return s.didRetain(ended, dry)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be deleted and delete nothing")
	return c
}

// retainForm is what a retention did as JSON.
type retainForm struct {
	Ended  []surge.Retained `json:"ended"`
	DryRun bool             `json:"dry_run,omitempty"`
}

func (s *session) didRetain(ended []surge.Retained, dry bool) error {
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(retainForm{append([]surge.Retained{}, ended...), dry})
	}
	if len(ended) == 0 {
		s.say("entente: nothing is over; all is kept")
		return nil
	}
	verb := "deleted"
	if dry {
		verb = "would be deleted"
	}
	for _, e := range ended {
		switch e.What {
		case "log":
			s.say("entente: rule %d: %s of the log %s, %s, %s whole", e.Rule, count(int(e.Rows), "row", "rows"), verb, megabytes(e.Bytes), count(int(e.Files), "file", "files"))
		case "raw":
			s.say("entente: rule %d: %s %s, %s", e.Rule, count(int(e.Files), "raw input", "raw inputs"), verb, megabytes(e.Bytes))
		case "rejected":
			s.say("entente: rule %d: %s %s, %s", e.Rule, count(int(e.Rows), "rejected row", "rejected rows"), verb, megabytes(e.Bytes))
		}
	}
	return nil
}
