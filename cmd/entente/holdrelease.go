package main

import (
	"fmt"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"

	"github.com/spf13/cobra"
)

func (s *session) holdLift() *cobra.Command {
	var reason string
	var keep bool
	c := &cobra.Command{
		Use:   "lift NUMBER --reason TEXT",
		Short: "End a hold rule and release its cases",
		Long: `End a hold rule now. The cases that no other rule holds are released: the next
report shows them, with all that was seen of them. With --keep-cases they stay
held, and so is what is read of them, until ` + "`entente hold release`" + ` lets them go.`,
		Example: `  entente hold lift 3 --reason "arrests made"
  entente hold lift 3 --reason "rule too wide" --keep-cases`,
		Annotations: map[string]string{noteNext: "`entente surge run` for new reports"},
		Args:        exactly(1, "a rule's number"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return &usageError{fault.Newf(fault.Usage, "`entente hold list` shows the numbers", "%q is no number", args[0])}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			done, err := d.LiftHold(cmd.Context(), judge.HoldID(n), ledger.LocalOperator, reason, keep, s.now())
			if err != nil {
				return err
			}
			return s.did(liftedForm{n, done.Released, done.Stay, done.By}, "entente: hold rule %d is lifted; %s", n, liftedText(done, keep))
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "`text`: why it ends")
	c.Flags().BoolVar(&keep, "keep-cases", false, "leave the cases that it holds held")
	return c
}

// liftedForm is a lifted rule as JSON.
type liftedForm struct {
	Lifted   int64          `json:"lifted"`
	Released int            `json:"released"`
	Stay     int            `json:"stay"`    // cases of it that stay held
	HeldBy   []judge.HoldID `json:"held_by"` // by these rules; 0 is one that is not known, -1 a person
}

func liftedText(done surge.Released, keep bool) string {
	if keep {
		return count(done.Stay, "case that it holds stays", "cases that it holds stay") + " held; `entente hold release` lets single ones go"
	}
	return releasedText(done.Released, done.Stay, ruleText(done.By))
}

func releasedText(released, stay int, by string) string {
	text := count(released, "case", "cases") + " released"
	if stay > 0 {
		text += fmt.Sprintf(", %s held by %s", count(stay, "stays", "stay"), by)
	}
	return text
}

// sayHolds tells of the rules that took effect or ended before a run.
func (s *session) sayHolds(steps []surge.HoldStep) {
	for _, h := range steps {
		if h.Ended {
			s.say("entente: hold rule %d has ended; %s", h.Rule, releasedText(h.Cases, h.Stay, "other rules"))
			continue
		}
		s.say("entente: hold rule %d is in force; %s", h.Rule, turnedText(h.Cases, h.Reported))
	}
}

// ruleText names hold rules.
func ruleText(ids []judge.HoldID) string {
	var numbers, words []string
	for _, id := range ids {
		switch {
		case id < 0:
			words = append(words, "a person")
		case id == 0:
			words = append(words, "a rule that is not known")
		default:
			numbers = append(numbers, strconv.FormatInt(int64(id), 10))
		}
	}
	if len(numbers) > 0 {
		words = append(words, plural(int64(len(numbers)), "hold rule ", "hold rules ")+strings.Join(numbers, ", "))
	}
	return strings.Join(words, " and ")
}

func (s *session) holdRelease() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "release CASEID... --reason TEXT",
		Short: "Release single cases that no hold rule in force holds",
		Long: `Release cases that stayed held: those of a rule that was lifted with
--keep-cases, and those that a person held with ` + "`entente case hold`" + `. All are
released or, if one cannot be, none. A case that a rule in force holds is
refused: that rule has to be lifted.`,
		Example:     `  entente hold release 0123456789abcdef0123456789abcdef --reason "asked for"`,
		Annotations: map[string]string{noteNext: "`entente surge run` for new reports"},
		Args:        atLeastOne("a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			n, err := d.ReleaseCases(cmd.Context(), args, reason)
			if err != nil {
				return err
			}
			return s.did(map[string]int{"released": n}, "entente: %s released", count(n, "case", "cases"))
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "`text`: why they are no longer kept back")
	return c
}
