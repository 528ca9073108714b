package main

import (
	"fmt"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"

	"github.com/spf13/cobra"
)

// deedFlags are the flags of the deeds, as they were given.
type deedFlags struct{ reason, at, until, to, as, seizure string }

// deeds are the commands by which a person moves cases.
func (s *session) deeds() []*cobra.Command {
	return []*cobra.Command{
		s.deed(life.Acknowledge, "ack", "Say that the owner has seen cases", "", "reason", "at"),
		s.deed(life.Take, "take", "Say that the owner works on cases", "", "reason"),
		s.deed(life.Claim, "claim", "Say that the owner claims that cases are down", `A claim is no proof: the case is claimed-down. Evidence makes it
verified-down; a sighting after the time of the claim returns it.`, "reason", "at"),
		s.deed(life.Dispute, "dispute", "Say that the owner disputes cases: not his, or not so", "", "reason"),
		s.deed(life.Transfer, "transfer", "Give cases to another owner", `The case keeps its country and all that was seen of it; what is seen of it from
now on is the new owner's. He is told with the next release of reports.`, "to", "reason"),
		s.deed(life.Accept, "accept", "Say that the owner lives with cases until a day", "", "until", "reason"),
		s.deed(life.Hold, "hold", "Hold back single cases", "No report and no owner sees them until `entente hold release` lets them go.", "reason"),
		s.deed(life.Verify, "verify", "Record the seizure that proves that cases are down", `A seizure is the best evidence there is; the case is closed at once. Evidence
from feeds and from silence is found by the program.`, "seizure", "at", "reason"),
		s.deed(life.Close, "close", "Close cases", `A sighting after it returns the case, whatever it was closed as.`, "as", "reason"),
		s.deed(life.Bounce, "bounce", "Say that the report of cases came back", "", "reason", "at"),
		s.caseNote(),
	}
}

// deedExamples shows for each deed how it is called.
var deedExamples = map[string]string{
	"ack":      "--at 2026-11-24T07:30:00Z",
	"take":     "--reason \"ticket 4711\"",
	"claim":    "--at 2026-11-24T07:30:00Z",
	"dispute":  "--reason \"address sold in 2025\"",
	"transfer": "--to isp --reason \"network moved\"",
	"accept":   "--until 2026-12-24 --reason \"replaced in December\"",
	"hold":     "--reason \"arrests planned\"",
	"verify":   "--seizure \"Record 12/2026\" --at 2026-11-23T10:00:00Z",
	"close":    "--as false --reason \"a honeypot\"",
	"bounce":   "--reason \"mailbox full\"",
}

// deed is a command that does one step with cases.
func (s *session) deed(step life.Step, word, short, long string, flags ...string) *cobra.Command {
	var f deedFlags
	use := word + " CASEID..."
	for _, name := range flags {
		if needed := deedNeeds[step]; strings.Contains(needed, name) {
			use += " --" + name + " " + map[string]string{"reason": "TEXT", "at": "TIME", "until": "DAY", "to": "ORG", "as": "WORD", "seizure": "RECORD"}[name]
		}
	}
	if long != "" {
		long = short + ". " + long
		long = wrapText(long)
	}
	example := "  entente case " + word + " 0123456789abcdef0123456789abcdef "
	if len(example)+len(deedExamples[word]) > helpWidth {
		example += "\\\n    "
	}
	c := &cobra.Command{
		Use: use, Short: short, Long: long,
		Example: example + deedExamples[word],
		Args:    atLeastOne("a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			deed, err := f.deed(step)
			if err != nil {
				return err
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			done, err := d.Do(cmd.Context(), args, deed)
			if err != nil {
				return err
			}
			return s.didDeed(done)
		},
	}
	c.Flags().SortFlags = false
	for _, name := range flags {
		switch name {
		case "reason":
			c.Flags().StringVar(&f.reason, name, "", "`text`: what there is to say of it")
		case "at":
			c.Flags().StringVar(&f.at, name, "", "`time` at which it happened (default now)")
		case "until":
			c.Flags().StringVar(&f.until, name, "", "`day` until whose end it is accepted, as 2026-12-24")
		case "to":
			c.Flags().StringVar(&f.to, name, "", "`id` of the new owner")
		case "as":
			c.Flags().StringVar(&f.as, name, "", "`word`: "+strings.Join(surge.ClosingWords(), ", "))
			completeFlag(c, name, cobra.FixedCompletions(surge.ClosingWords(), cobra.ShellCompDirectiveNoFileComp))
		case "seizure":
			c.Flags().StringVar(&f.seizure, name, "", "reference of the `record`")
		}
	}
	return c
}

// deedNeeds names the flags without which a deed is refused.
var deedNeeds = map[life.Step]string{life.Dispute: "reason", life.Transfer: "to", life.Accept: "until reason", life.Hold: "reason",
	life.Verify: "seizure at", life.Close: "as"}

// wrapText breaks a text into lines that fit a help page.
func wrapText(text string) string {
	var b strings.Builder
	n := 0
	for _, word := range strings.Fields(text) {
		switch {
		case n > 0 && n+1+len(word) > helpWidth:
			b.WriteByte('\n')
			n = 0
		case n > 0:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += len(word)
	}
	return b.String()
}

// deed reads the flags.
func (f *deedFlags) deed(step life.Step) (surge.Deed, error) {
	d := surge.Deed{Step: step, Reason: f.reason, Reference: f.seizure, As: f.as, To: f.to}
	var err error
	if f.at != "" {
		if d.At, err = time.Parse(time.RFC3339, f.at); err != nil {
			return d, fault.Newf(fault.Usage, "write it as 2026-12-24T08:00:00Z", "--at %q is no time", f.at)
		}
	}
	if f.until != "" {
		day, err := time.Parse(time.DateOnly, f.until)
		if err != nil {
			return d, fault.Newf(fault.Usage, "write it as 2026-12-24", "--until %q is no day", f.until)
		}
		d.Until = day.AddDate(0, 0, 1)
	}
	return d, nil
}

// deedForm is what a deed did with one case as JSON.
type deedForm struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

func (s *session) didDeed(done []surge.Done) error {
	forms := make([]deedForm, len(done))
	var order []string
	n := map[string]int{}
	for i, d := range done {
		forms[i] = deedForm{d.ID, d.From.String(), d.To.String()}
		change := d.From.String() + " → " + d.To.String()
		if d.From == d.To {
			change = d.To.String() + " as before, with better evidence"
		}
		if n[change]++; n[change] == 1 {
			order = append(order, change)
		}
	}
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(map[string]any{"done": forms})
	}
	for _, change := range order {
		s.say("entente: %s: %s", count(n[change], "case", "cases"), change)
	}
	return nil
}

func (s *session) caseNote() *cobra.Command {
	var text string
	c := &cobra.Command{
		Use:   "note CASEID... --text TEXT",
		Short: "Keep a note with cases; it changes no state",
		Args:  atLeastOne("a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			n, err := d.Note(cmd.Context(), args, text)
			if err != nil {
				return err
			}
			return s.did(map[string]int{"noted": n}, "entente: noted with %s", count(n, "case", "cases"))
		},
	}
	c.Flags().StringVar(&text, "text", "", "`text` of the note")
	return c
}

// spanText writes a length of time in its two largest parts.
func spanText(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%s %d h", count(days, "day", "days"), hours)
	case days > 0:
		return count(days, "day", "days")
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d min", minutes)
}
