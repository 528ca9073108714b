package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) caseCommand() *cobra.Command {
	return group("case", "Cases: list them, show one, and follow it to its close",
		append([]*cobra.Command{s.caseList(), s.caseShow(), s.caseHistory(), s.caseSweep()}, s.deeds()...)...)
}

func (s *session) caseList() *cobra.Command {
	var f surge.CaseFilter
	var class, val string
	var due bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List cases in the order they were opened, or by what is due",
		Example: `  entente case list --country PH --class c2-server
  entente case list --state held
  entente case list --due --owner isp
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
			if due {
				if f.After != 0 {
					return fault.New(fault.Usage, "--after does not go with --due", "raise --limit, or narrow the list with --owner or --country")
				}
				return s.printDue(cmd.Context(), d, f)
			}
			list, next, err := d.Cases(cmd.Context(), f)
			if err != nil {
				return err
			}
			return s.printCases(list, next)
		},
	}
	p := c.Flags()
	p.StringVar(&f.Country, "country", "", "`code` of the country")
	p.StringVar(&f.Owner, "owner", "", "`id` of the owner")
	p.StringVar(&class, "class", "", "problem `class`")
	p.StringVar(&f.Family, "family", "", "`family`")
	p.StringVar(&f.State, "state", "", "`state`: "+strings.Join(life.Words(), ", "))
	p.StringVar(&val, "value", "", "the asset's `value`, live or defanged")
	completeFlag(c, "class", cobra.FixedCompletions(classWords(), cobra.ShellCompDirectiveNoFileComp))
	completeFlag(c, "state", cobra.FixedCompletions(life.Words(), cobra.ShellCompDirectiveNoFileComp))
	p.BoolVar(&due, "due", false, "the cases in which somebody must act, the most urgent first")
	p.Int64Var(&f.Limit, "limit", 100, "at most this `many` cases")
	p.Int64Var(&f.After, "after", 0, "go on after this `number` (the page before printed it)")
	return c
}

func (s *session) printCases(list []*surge.Case, next int64) error {
	p := s.sheet("cases", "id", "class", "family", "value", "port", "country", "owner", "state", "first", "last", "count")
	for _, c := range list {
		f := s.caseForm(c)
		if err := p.add(f, f.ID, f.Class, source.Display(f.Family), f.Value, port(f.Port), f.Country, f.Owner, f.State, f.First, f.Last,
			strconv.FormatInt(f.Count, 10)); err != nil {
			return err
		}
	}
	if err := p.end(member{"next", next}); err != nil {
		return err
	}
	if next != 0 && !s.flags.json {
		s.say("entente: there are more: add --after %d", next)
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

func (s *session) caseForm(c *surge.Case) caseForm {
	return caseForm{c.ID, c.Class.String(), c.Family, c.Kind, s.defang(c.Value), c.Port, c.Country, c.ASN, c.Network, c.Owner, c.Basis,
		c.State, c.Severity, c.Label, seenAt(c, c.First), seenAt(c, c.Last), c.Count, c.Sources, len(c.Sources)}
}

func (s *session) caseShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one case: what was seen, its life, and what is due",
		Args:  exactly(1, "a case id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			c, id, err := d.FindCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			told, err := d.LifeOf(cmd.Context(), id, c.Class)
			if err != nil {
				return err
			}
			lived := s.lifeForm(told)
			if s.flags.json || s.flags.jsonl {
				return s.printJSON(showForm{s.caseForm(c), lived})
			}
			line := func(what, text string) { fmt.Fprintf(s.stdout, "%-13s %s\n", what, text) }
			line("case", c.ID)
			line("problem", c.Class.String()+dash(source.Display(c.Family)))
			line("asset", s.defang(c.Value)+colon(c.Port)+" ("+c.Kind+")")
			line("country", orUnknown(c.Country))
			line("network", asn(c.ASN)+dash(source.Display(c.Network)))
			line("owner", c.Owner+" (by "+c.Basis+")")
			state := c.State
			if lived.Since != "" {
				state += " since " + lived.Since
			}
			line("state", state)
			for _, r := range told.Clocks {
				line("clock", s.clockText(r))
			}
			tellLife(line, &lived)
			line("severity", orUnknown(c.Severity))
			line("label", "TLP:"+c.Label)
			line("first seen", orDash(seenAt(c, c.First)))
			line("last seen", orDash(seenAt(c, c.Last)))
			line("observations", fmt.Sprintf("%s by %s: %s", thousands(c.Count), count(len(c.Sources), "source", "sources"), source.Display(strings.Join(c.Sources, ", "))))
			s.say("\nIts observations: %s", s.again("log query --case "+c.ID))
			return nil
		},
	}
}

func stamp(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }

// seenAt writes when a case was seen; "" for one that nothing shows any more.
func seenAt(c *surge.Case, micros int64) string {
	if c.Count == 0 {
		return ""
	}
	return stamp(micros)
}

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

// asn writes an AS number, "unknown" for none.
func asn(n uint32) string {
	if n == 0 {
		return "unknown"
	}
	return "AS" + strconv.FormatUint(uint64(n), 10)
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	return thousands(int64(n)) + " " + plural(int64(n), one, many)
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func dash(text string) string {
	if text == "" {
		return ""
	}
	return " · " + text
}
