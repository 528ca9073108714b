package main

import (
	"fmt"
	"path/filepath"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) surgeCommand() *cobra.Command {
	return group("surge", "Run a cyber surge: from feed files to every country's report", s.surgeRun(), s.surgeList())
}

func (s *session) surgeRun() *cobra.Command {
	var flags ingestFlags
	var name, out string
	c := &cobra.Command{
		Use:   "run PATH... --name NAME --out DIR",
		Short: "Ingest feed files and write a draft report for every country and owner",
		Long: `Ingest feed files, open or resume the surge NAME, and write a draft report for
every country and every owner.

  entente surge run feeds/ --name spring --out reports          a folder
  zcat big.csv.gz | entente surge run - --report scan_telnet --name spring --out reports
  entente surge run feeds/ --name spring --out reports          again: resumes

Reads Shadowserver CSV, IntelMQ JSON, abuse.ch URLhaus, Feodo and SSLBL, plain
lists, and any CSV or JSON lines by a mapping file; plain, .gz, .zst, .zip, .tar,
or - for standard input. A feed.yaml in a folder says how its files are read.

Writes DIR/index.html, DIR/country/XX/ and DIR/owner/ID/, each with report.html,
cases.csv, observations.csv, intelmq.jsonl and bundle.json (STIX 2.1).
It writes drafts; it sends nothing.

` + exitHelp + `

Next: open DIR/index.html, then ` + "`entente ingest rejects`" + ` if rows were rejected.`,
		Args: atLeastOne("a file, a folder or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if name == "" || out == "" {
				return &usageError{fault.New(fault.Usage, "a surge needs --name and --out", "for example --name spring --out reports")}
			}
			req, err := flags.request(args)
			if err != nil {
				return err
			}
			req.Surge, req.Stdin = name, s.stdin
			d, err := s.open(cmd.Context(), openOptions{ingest: true, geo: flags.geo, bogons: flags.bogons})
			if err != nil {
				return err
			}
			res, err := s.ingest(cmd.Context(), d, req)
			if err != nil {
				return err
			}
			s.say("entente: writing reports …")
			written, err := d.WriteReports(cmd.Context(), surge.ReportRequest{Surge: name, Dir: out, Account: res.Account, Version: version})
			if err != nil {
				return err
			}
			res.Seconds = s.seconds()
			if s.flags.json {
				if err := s.printJSON(res.Account); err != nil {
					return err
				}
				return leftAside(res)
			}
			s.printAccount(res)
			fmt.Fprintf(s.stdout, "\nReports: %d countries, %d owners, drafts only, nothing was sent\n  open %s\n",
				written.Countries, written.Owners, filepath.Join(out, "index.html"))
			return leftAside(res)
		},
	}
	c.Flags().StringVar(&name, "name", "", "`name` of the surge; the same name resumes it and keeps its denominators")
	c.Flags().StringVar(&out, "out", "", "`folder` for the reports")
	flags.add(c)
	return c
}

func (s *session) surgeList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the surges and their frozen denominators",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, err := d.Surges(cmd.Context())
			if err != nil {
				return err
			}
			if len(list) == 0 {
				return errNothing
			}
			if s.flags.json {
				return s.printJSON(list)
			}
			for _, g := range list {
				fmt.Fprintf(s.stdout, "%s\topened %s\t%s\n", source.Display(g.Name), g.Opened.Format("2006-01-02 15:04 UTC"), denominators(g))
			}
			return nil
		},
	}
}

func denominators(g surge.Surge) string {
	if !g.Frozen {
		return "no completed run yet"
	}
	a := g.Denominators
	return fmt.Sprintf("%s rows, %s observations, %s cases, %d owners, %d countries",
		thousands(a.Rows), thousands(a.Observations), thousands(a.CasesOpened+a.CasesSeenAgain), a.Owners, a.Countries)
}
