package main

import (
	"fmt"
	"os"
	"path/filepath"
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
		Long: `Take in organisations and what each answers for: domains, prefixes, ASNs, countries.
The most specific wins; the same domain, prefix or ASN given to two organisations
is refused. docs/organisations.md describes both formats.

  entente org import organisations.yaml`,
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
			s.say("entente: %d organisations: %d new, %d changed", len(orgs), added, changed)
			return nil
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
			if len(orgs) == 0 {
				return errNothing
			}
			if s.flags.json {
				return s.printJSON(orgs)
			}
			for _, o := range orgs {
				fmt.Fprintf(s.stdout, "%s\t%s\t%s\t%s\t%d domains, %d prefixes, %d ASNs, countries %s\n", o.ID, o.Kind, orDash(o.Country),
					source.Display(o.Name), len(o.Domains), len(o.Prefixes), len(o.ASNs), orDash(strings.Join(o.Countries, " ")))
			}
			return nil
		},
	}
	return group("org", "Organisations: who answers for which networks, names and countries", imp, list)
}
