package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/judge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) holdCommand() *cobra.Command {
	return group("hold", "Hold rules: what no report and no owner may see yet", s.holdAdd(), s.holdImport(), s.holdList(), s.holdLift(), s.holdRelease())
}

func (s *session) holdAdd() *cobra.Command {
	var reason, author, end string
	c := &cobra.Command{
		Use:   "add KIND VALUE --reason TEXT --author NAME",
		Short: "Hold back what fits a value, prefix, domain, class or country",
		Long: `Hold back what fits: its cases open in state held, those that are open turn to
held, and no report and no owner sees them. A case by network turns as a whole
when one of its hosts fits. What was reported before is out and cannot be taken
back; a report that was written before still shows it.

When the rule is lifted or ends, its cases are released, except those that
another rule holds.`,
		Annotations: map[string]string{noteNext: "`entente case list --state held`; `entente surge run` for new reports"},
		Example: `  entente hold add prefix 192.0.2.0/24 --reason "arrests" --author "Unit 3"
  entente hold add country PH --reason "joint day" --author "Unit 3" \
    --end 2026-12-24T00:00:00Z`,
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
	c.Flags().StringVar(&reason, "reason", "", "`text`: why")
	c.Flags().StringVar(&author, "author", "", "`name` of who decided it")
	c.Flags().StringVar(&end, "end", "", "`time` at which it ends by itself")
	return c
}

func (s *session) holdImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Take in hold rules from a YAML file",
		Long: `Take in hold rules from a YAML file: a list "holds", each with one or more of
value, prefix, domain, class and country, which must all fit, and reason,
author, start and end. Each works as one of ` + "`entente hold add`" + `; one whose
start is to come turns open cases before the first ingest, retry or report
after it.`,
		Args: exactly(1, "one file"),
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
	done, err := d.AddHolds(cmd.Context(), holds)
	if err != nil {
		return err
	}
	return s.did(addedForm{done.IDs, done.Turned, done.Reported}, "entente: %s kept; %s",
		count(len(done.IDs), "hold rule", "hold rules"), turnedText(done.Turned, done.Reported))
}

func turnedText(turned, reported int) string {
	if turned == 0 {
		return "no open case fits"
	}
	text := count(turned, "open case", "open cases") + " turned to held; a report written before still shows " + plural(int64(turned), "it", "them")
	if reported > 0 {
		text += fmt.Sprintf("\n  %s of them had been reported: what is out cannot be taken back", thousands(int64(reported)))
	}
	return text
}

// addedForm is what new rules did as JSON.
type addedForm struct {
	Kept     []judge.HoldID `json:"kept"`
	Turned   int            `json:"turned"`   // open cases that are held now
	Reported int            `json:"reported"` // of those, the ones that had been reported
}

func (s *session) holdList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the hold rules and how many cases each holds",
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
			cases, err := d.HeldBy(cmd.Context())
			if err != nil {
				return err
			}
			p := s.sheet("holds", "number", "state", "holds", "author", "reason", "end", "cases")
			for _, h := range holds {
				f := holdForm{int64(h.ID), "ended", s.holdWhat(h), h.Author, h.Reason, "", cases[h.ID]}
				switch {
				case h.InForce(s.now()):
					f.State = "in force"
				case h.Lifted.IsZero() && s.now().Before(h.Start):
					f.State = "to come"
				}
				if !h.End.IsZero() {
					f.End = h.End.UTC().Format(time.RFC3339)
				}
				if err := p.add(f, strconv.FormatInt(f.Number, 10), f.State, f.Holds, source.Display(f.Author), source.Display(f.Reason), f.End, thousands(f.Cases)); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// holdForm is a hold rule as JSON.
type holdForm struct {
	Number int64  `json:"number"`
	State  string `json:"state"`
	Holds  string `json:"holds"`
	Author string `json:"author"`
	Reason string `json:"reason"`
	End    string `json:"end,omitempty"`
	Cases  int64  `json:"cases"` // that it holds; a case may have several rules
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
