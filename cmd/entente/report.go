package main

import (
	"entente/internal/desk/surge"

	"github.com/spf13/cobra"
)

func (s *session) reportCommand() *cobra.Command {
	return group("report", "Reports: release them", s.reportRelease())
}

func (s *session) reportRelease() *cobra.Command {
	var req surge.ReleaseRequest
	c := &cobra.Command{
		Use:   "release SURGE --by NAME",
		Short: "Release the reports of a surge: its cases are reported from now on",
		Long: `Release the reports of a surge. The cases whose owner does not know of them yet
(routed, returned, transferred) are reported from now on, and the clocks of
their owners begin. Held cases and those of the pool stay as they are.
It marks and records; it sends nothing.`,
		Example: `  entente report release spring --by "Unit 3"
  entente report release spring --by "Unit 3" --country PH
  entente report release spring --by "Unit 3" --owner isp`,
		Annotations: map[string]string{noteNext: "`entente case list --due`"},
		Args:        exactly(1, "the name of a surge"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Surge = args[0]
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			n, err := d.ReleaseReports(cmd.Context(), req)
			if err != nil {
				return err
			}
			if err := s.did(map[string]int{"reported": n}, "entente: %s reported; nothing was sent", count(n, "case", "cases")); err != nil {
				return err
			}
			if n == 0 {
				return errNothing
			}
			return nil
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&req.By, "by", "", "`name` of the person who decides it")
	c.Flags().StringVar(&req.Owner, "owner", "", "`id` of an owner: only his cases")
	c.Flags().StringVar(&req.Country, "country", "", "`code` of a country: only its cases")
	return c
}
