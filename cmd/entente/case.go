package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge"

	"github.com/spf13/cobra"
)

func (s *session) caseCommand() *cobra.Command {
	return group("case", "Cases: list them, show one, its history", s.caseList(), s.caseShow(), s.caseHistory())
}

func (s *session) caseList() *cobra.Command {
	var f surge.CaseFilter
	var class, val string
	c := &cobra.Command{
		Use:   "list",
		Short: "List cases in the order they were opened",
		Long: `List cases in the order they were opened.

  entente case list --country PH --class c2-server
  entente case list --state held
  entente case list --value '192.0.2[.]7'`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if class != "" {
				var ok bool
				if f.Class, ok = rsit.Parse(class); !ok {
					return fault.Newf(fault.Usage, "`entente feed classes` lists them", "--class %q is no class", class)
				}
			}
			if val != "" {
				v, err := anyValue(val)
				if err != nil {
					return err
				}
				f.Value = v.String()
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, next, err := d.Cases(cmd.Context(), f)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return errNothing
			}
			if err := s.printCases(list, next); err != nil {
				return err
			}
			return nil
		},
	}
	p := c.Flags()
	p.StringVar(&f.Country, "country", "", "`code` of the country")
	p.StringVar(&f.Owner, "owner", "", "`id` of the owner")
	p.StringVar(&class, "class", "", "problem `class`")
	p.StringVar(&f.Family, "family", "", "`family`")
	p.StringVar(&f.State, "state", "", "new, routed, held or reported")
	p.StringVar(&val, "value", "", "the asset, live or defanged")
	p.Int64Var(&f.Limit, "limit", 100, "at most this `many`")
	p.Int64Var(&f.After, "after", 0, "go on after this `number` (printed by the page before)")
	return c
}

func (s *session) printCases(list []*surge.Case, next int64) error {
	switch {
	case s.flags.json:
		return s.printJSON(map[string]any{"cases": caseForms(list), "next": next})
	case s.flags.jsonl:
		for _, c := range caseForms(list) {
			if err := s.printJSON(c); err != nil {
				return err
			}
		}
		return nil
	case s.flags.csv:
		w := csv.NewWriter(s.stdout)
		_ = w.Write([]string{"id", "class", "family", "value", "port", "country", "owner", "state", "first", "last", "count"})
		for _, c := range list {
			_ = w.Write([]string{c.ID, c.Class.String(), cell(c.Family), cell(s.caseValue(c)), port(c.Port), c.Country, c.Owner, c.State,
				stamp(c.First), stamp(c.Last), strconv.FormatInt(c.Count, 10)})
		}
		w.Flush()
		return w.Error()
	}
	for _, c := range list {
		fmt.Fprintf(s.stdout, "%s  %-24s %-20s %-8s %-2s %-20s %s  %d\n", c.ID, c.Class, s.caseValue(c)+colon(c.Port), c.State,
			orDash(c.Country), c.Owner, stamp(c.Last), c.Count)
	}
	if next != 0 {
		s.say("entente: more: --after %d", next)
	}
	return nil
}

// caseForm is a case as JSON.
type caseForm struct {
	ID        string   `json:"id"`
	Class     string   `json:"class"`
	Family    string   `json:"family,omitempty"`
	Kind      string   `json:"kind"`
	Value     string   `json:"value"`
	Port      uint16   `json:"port,omitempty"`
	Country   string   `json:"country,omitempty"`
	ASN       uint32   `json:"asn,omitempty"`
	Network   string   `json:"network,omitempty"`
	Owner     string   `json:"owner"`
	Basis     string   `json:"basis"`
	State     string   `json:"state"`
	Severity  string   `json:"severity,omitempty"`
	Label     string   `json:"label"`
	First     string   `json:"first"`
	Last      string   `json:"last"`
	Count     int64    `json:"count"`
	Sources   []string `json:"sources"`
	Confirmed int      `json:"corroboration"` // how many sources say so
}

func caseForms(list []*surge.Case) []caseForm {
	out := make([]caseForm, len(list))
	for i, c := range list {
		out[i] = caseForm{c.ID, c.Class.String(), c.Family, c.Kind, c.Value, c.Port, c.Country, c.ASN, c.Network, c.Owner, c.Basis,
			c.State, c.Severity, c.Label, stamp(c.First), stamp(c.Last), c.Count, c.Sources, len(c.Sources)}
	}
	return out
}

func (s *session) caseShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one case",
		Args:  exactly(1, "a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			c, _, err := d.FindCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if s.flags.json {
				return s.printJSON(caseForms([]*surge.Case{c})[0])
			}
			line := func(what, text string) { fmt.Fprintf(s.stdout, "%-13s %s\n", what, text) }
			line("case", c.ID)
			line("problem", c.Class.String()+dash(c.Family))
			line("asset", s.caseValue(c)+colon(c.Port)+" ("+c.Kind+")")
			line("country", orUnknown(c.Country))
			line("network", fmt.Sprintf("AS%d %s", c.ASN, orUnknown(c.Network)))
			line("owner", c.Owner+" (by "+c.Basis+")")
			line("state", c.State)
			line("severity", orUnknown(c.Severity))
			line("label", "TLP:"+c.Label)
			line("first seen", stamp(c.First))
			line("last seen", stamp(c.Last))
			line("observations", fmt.Sprintf("%d from %d sources: %v", c.Count, len(c.Sources), c.Sources))
			fmt.Fprintf(s.stdout, "\nIts observations: entente log query --case %s\n", c.ID)
			return nil
		},
	}
}

func (s *session) caseHistory() *cobra.Command {
	return &cobra.Command{
		Use:   "history ID",
		Short: "Show the acts that made a case what it is",
		Args:  exactly(1, "a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			_, id, err := d.FindCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			steps, err := d.History(cmd.Context(), id)
			if err != nil {
				return err
			}
			if s.flags.json {
				return s.printJSON(steps)
			}
			for _, h := range steps {
				fmt.Fprintf(s.stdout, "%s  act %d  %s  %s  %s\n", stamp(h.Time), h.Act, h.Actor, h.Verb, h.Change)
			}
			return nil
		},
	}
}

func (s *session) caseValue(c *surge.Case) string { return s.defang(c.Value) }

func stamp(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }

func port(p uint16) string {
	if p == 0 {
		return ""
	}
	return strconv.Itoa(int(p))
}

func colon(p uint16) string {
	if p == 0 {
		return ""
	}
	return " port " + strconv.Itoa(int(p))
}

func dash(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
