package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/feed/source"
	"entente/internal/infra/identity"

	"github.com/spf13/cobra"
)

func (s *session) orgCommand() *cobra.Command {
	imp := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in organisations and what they answer for (YAML or CSV)",
		Long: `Take in organisations and what each answers for: domains, prefixes, ASNs,
countries. The most specific wins; the same domain, prefix or ASN given to two
organisations is refused. docs/organisations.md describes both formats.`,
		Example: `  entente org import organisations.yaml
  entente org import organisations.csv`,
		Args: exactly(1, "one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return fault.Wrap(fault.Usage, err, "cannot open the file", "check its path")
			}
			defer f.Close()
			orgs, err := identity.ParseOrgs(f, filepath.Base(args[0]))
			if err != nil {
				return err
			}
			g, err := s.openGround(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			added, changed, err := g.identity.Import(cmd.Context(), orgs, ledger.LocalOperator)
			if err != nil {
				return err
			}
			return s.did(map[string]int{"organisations": len(orgs), "new": added, "changed": changed},
				"entente: %s: %d new, %d changed", count(len(orgs), "organisation", "organisations"), added, changed)
		},
	}
	list := &cobra.Command{
		Use:   "list",
		Short: "List the organisations",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			g, err := s.openGround(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			orgs, err := g.identity.Orgs(cmd.Context())
			if err != nil {
				return err
			}
			p := s.sheet("organisations", "id", "kind", "country", "name", "domains", "prefixes", "asns", "countries")
			for _, o := range orgs {
				form := orgForm{string(o.ID), o.Name, string(o.Kind), o.Country, o.Contacts, o.Domains, o.Prefixes, o.ASNs, o.Countries}
				if err := p.add(form, form.ID, form.Kind, o.Country, source.Display(o.Name), strconv.Itoa(len(o.Domains)),
					strconv.Itoa(len(o.Prefixes)), strconv.Itoa(len(o.ASNs)), strings.Join(o.Countries, " ")); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	return group("org", "Organisations: who answers for what", imp, list)
}

// orgForm is an organisation as JSON, in the words of the import file.
type orgForm struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Kind      string         `json:"kind"`
	Country   string         `json:"country,omitempty"`
	Contacts  []string       `json:"contacts,omitempty"`
	Domains   []string       `json:"domains,omitempty"`
	Prefixes  []netip.Prefix `json:"prefixes,omitempty"`
	ASNs      []uint32       `json:"asns,omitempty"`
	Countries []string       `json:"countries,omitempty"`
}
