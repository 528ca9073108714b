package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge/judge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) holdCommand() *cobra.Command {
	return group("hold", "Hold rules: what no report and no owner may see yet", s.holdAdd(), s.holdImport(), s.holdList(), s.holdLift())
}

func (s *session) holdAdd() *cobra.Command {
	var reason, author, end string
	c := &cobra.Command{
		Use:   "add KIND VALUE --reason TEXT --author NAME",
		Short: "Hold back what fits a value, prefix, domain, class or country",
		Long: `Hold back what fits: its cases open in state held, and no report and no owner
sees them until the rule is lifted.

  entente hold add prefix 192.0.2.0/24 --reason "arrests planned" --author "Unit 3" --end 2026-12-24T00:00:00Z`,
		Args: exactly(2, "a kind (value, prefix, domain, class, country) and a value"),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := judge.ParseHold(args[0], args[1])
			if err != nil {
				return err
			}
			h.Reason, h.Author = reason, author
			if end != "" {
				if h.End, err = time.Parse(time.RFC3339, end); err != nil {
					return fault.Newf(fault.Usage, "write it as 2026-12-24T00:00:00Z", "--end %q is no time", end)
				}
			}
			return s.keepHolds(cmd, []judge.Hold{h})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&author, "author", "", "who decided it")
	c.Flags().StringVar(&end, "end", "", "`time` at which it ends by itself")
	return c
}

func (s *session) holdImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Take in hold rules from a YAML file",
		Args:  exactly(1, "one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fault.Wrap(fault.Usage, err, "cannot read the file", "check its path")
			}
			holds, err := judge.ParseHolds(filepath.Base(args[0]), text)
			if err != nil {
				return err
			}
			return s.keepHolds(cmd, holds)
		},
	}
}

func (s *session) keepHolds(cmd *cobra.Command, holds []judge.Hold) error {
	d, err := s.open(cmd.Context(), openOptions{})
	if err != nil {
		return err
	}
	ids, err := d.AddHolds(cmd.Context(), holds)
	if err != nil {
		return err
	}
	s.say("entente: %d hold rules kept", len(ids))
	return nil
}

func (s *session) holdList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the hold rules",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			holds, err := d.Holds(cmd.Context())
			if err != nil {
				return err
			}
			if len(holds) == 0 {
				return errNothing
			}
			for _, h := range holds {
				state := "ended"
				if h.InForce(s.now()) {
					state = "in force"
				}
				fmt.Fprintf(s.stdout, "%d\t%s\t%s\t%s\t%s\n", h.ID, state, s.holdWhat(h), source.Display(h.Author), source.Display(h.Reason))
			}
			return nil
		},
	}
}

func (s *session) holdLift() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "lift NUMBER --reason TEXT",
		Short: "End a hold rule",
		Args:  exactly(1, "a rule's number"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &usageError{fault.Newf(fault.Usage, "`entente hold list` shows the numbers", "%q is no number", args[0])}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			return d.LiftHold(cmd.Context(), judge.HoldID(n), ledger.LocalOperator, reason, s.now())
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why it ends")
	return c
}

// holdWhat says what a rule holds back.
func (s *session) holdWhat(h judge.Hold) string {
	var parts []string
	if !h.Value.IsZero() {
		parts = append(parts, s.shown(h.Value))
	}
	if h.Prefix.IsValid() {
		parts = append(parts, h.Prefix.String())
	}
	if h.Domain != "" {
		parts = append(parts, s.defang(h.Domain))
	}
	if h.Class != 0 {
		parts = append(parts, h.Class.String())
	}
	if h.Country != "" {
		parts = append(parts, h.Country)
	}
	return strings.Join(parts, " and ")
}
