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
	return group("surge", "Run a cyber surge: from feed files to every country's report", s.surgeRun(), s.surgeList(), s.surgeStats(), s.surgeReturns())
}

const surgeReads = `Reads Shadowserver CSV, IntelMQ and n6 JSON, abuse.ch URLhaus, Feodo, SSLBL and
ThreatFox, PhishTank, Spamhaus DROP, MISP, STIX, XARF, ARF mails, plain lists,
and any CSV or JSON lines by a mapping file; plain, .gz, .zst, .zip or .tar, or
- for standard input. A feed.yaml in a folder says how its files are read.

Writes DIR/index.html, DIR/country/XX/ and DIR/owner/ID/, each with report.html,
cases.csv, observations.csv, intelmq.jsonl and bundle.json (STIX 2.1), and
xarf.jsonl (XARF 4) where the configuration names a contact.
It writes drafts; it sends nothing.`

const surgeNext = "open DIR/index.html; if rows were rejected, `entente ingest rejects`"

func (s *session) surgeRun() *cobra.Command {
	var flags ingestFlags
	var name, out string
	c := &cobra.Command{
		Use:   "run PATH... --name NAME --out DIR",
		Short: "Ingest feed files, write a draft report for every country and owner",
		Long: `Ingest feed files, open or resume the surge NAME, and write a draft report for
every country and every owner.`,
		Example: `  a folder
    entente surge run feeds/ --name spring --out reports
  standard input
    zcat big.csv.gz | entente surge run - --report scan_telnet \
      --name spring --out reports
  resume after Ctrl-C, a kill or a full disk: the same command again
    entente surge run feeds/ --name spring --out reports`,
		Annotations: map[string]string{noteReads: surgeReads, noteNext: surgeNext},
		Args:        atLeastOne("a file, a folder or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if name == "" || out == "" {
				return &usageError{fault.New(fault.Usage, "a surge needs --name and --out", "for example --name spring --out reports")}
			}
			req, err := flags.request(args)
			if err != nil {
				return err
			}
			req.Surge, req.Stdin, req.Reports = name, s.stdin, true
			d, err := s.open(cmd.Context(), openOptions{ingest: true, geo: flags.geo, bogons: flags.bogons})
			if err != nil {
				return err
			}
			res, err := s.ingest(cmd.Context(), d, req)
			if err != nil {
				return err
			}
			s.say("entente: writing reports …")
			written, err := d.WriteReports(cmd.Context(), surge.ReportRequest{Surge: name, Dir: out, Account: res.Account, Run: res.Run, Version: version, Contact: s.config.Node.Contact})
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
			fmt.Fprintf(s.stdout, "\nReports: %s, %s, drafts only, nothing was sent\n  open %s\n",
				count(written.Countries, "country", "countries"), count(written.Owners, "owner", "owners"), filepath.Join(out, "index.html"))
			if written.XARF+written.WithoutXARF > 0 {
				fmt.Fprintf(s.stdout, "  XARF: %s; %s without, since XARF has no type for them or asks for more than they say\n",
					count(int(written.XARF), "report", "reports"), count(int(written.WithoutXARF), "observation", "observations"))
			}
			return leftAside(res)
		},
	}
	c.Flags().SortFlags = false
	c.Flags().StringVar(&name, "name", "", "`name` of the surge; the same name resumes it and keeps its denominators")
	c.Flags().StringVar(&out, "out", "", "`folder` for the reports")
	flags.add(c)
	mainFlags(c, "name", "out", "geo", "format", "class", "mode")
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
			p := s.sheet("surges", "name", "opened", "rows", "observations", "cases opened", "owners", "countries")
			for _, g := range list {
				f := surgeForm{Name: g.Name, Opened: stamp(g.Opened.UnixMicro()), Frozen: g.Frozen}
				numbers := []string{"no run completed", "", "", "", ""}
				if a := g.Denominators; g.Frozen {
					f.Denominators = &a
					numbers = []string{thousands(a.Rows), thousands(a.Observations), thousands(a.CasesOpened),
						thousands(a.Owners), thousands(a.Countries)}
				}
				if err := p.add(f, append([]string{source.Display(g.Name), f.Opened}, numbers...)...); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// surgeForm is a surge with the account of its first completed run as JSON.
type surgeForm struct {
	Name         string         `json:"name"`
	Opened       string         `json:"opened"`
	Frozen       bool           `json:"frozen"`
	Denominators *surge.Account `json:"denominators,omitempty"`
}
