package main

import (
	"context"
	"fmt"
	"sort"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

const ingestReads = `Reads what ` + "`entente surge run`" + ` reads: see docs/formats.md. It sends nothing.`

func (s *session) ingestCommand() *cobra.Command {
	var flags ingestFlags
	c := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Read feed files into the log and the cases",
		Long: `Read feed files into the log and the cases, without a surge and without reports.
A run that was stopped goes on when the same command is given again.`,
		Example: `  entente ingest feeds/
  entente ingest ips.txt --class c2-server --mode snapshot
  zcat big.csv.gz | entente ingest - --report scan_telnet`,
		Annotations: map[string]string{noteReads: ingestReads, noteNext: "`entente case list`; if rows were rejected, `entente ingest rejects`"},
		Args:        atLeastOne("a file, a folder or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req, err := flags.request(args)
			if err != nil {
				return err
			}
			req.Stdin = s.stdin
			d, err := s.open(cmd.Context(), openOptions{ingest: true, geo: flags.geo, bogons: flags.bogons})
			if err != nil {
				return err
			}
			res, err := s.ingest(cmd.Context(), d, req)
			if err != nil {
				return err
			}
			return s.showAccount(res)
		},
	}
	c.Flags().SortFlags = false
	flags.add(c)
	mainFlags(c, "geo", "format", "report", "class", "mode", "as-of")
	c.AddCommand(s.ingestRejects(), s.ingestRetry())
	return c
}

// ingest runs a request with progress on standard error.
func (s *session) ingest(ctx context.Context, d *surge.Desk, req surge.Request) (surge.Result, error) {
	bar := s.progress()
	req.Progress = bar.update
	res, err := d.Ingest(ctx, req)
	bar.stop()
	res.Seconds = s.seconds() // by the real clock, also with --now
	s.sayHolds(res.Holds)
	if res.Erased > 0 {
		s.say("entente: %s a value that was erased: such rows were not taken, the raw input was not kept", count(int(res.Erased), "file holds", "files hold"))
	}
	return res, err
}

func (s *session) showAccount(res surge.Result) error {
	if s.flags.json {
		if err := s.printJSON(res.Account); err != nil {
			return err
		}
		return leftAside(res)
	}
	s.printAccount(res)
	return leftAside(res)
}

// leftAside is the error of exit code 3.
func leftAside(res surge.Result) error {
	if res.Rejected > 0 || res.Quarantined > 0 {
		return errRejected
	}
	return nil
}

// printAccount shows what became of every row.
func (s *session) printAccount(res surge.Result) {
	a := res.Account
	w := s.stdout
	rate := ""
	if a.Seconds > 0 {
		rate = fmt.Sprintf(", %s rows/s", thousands(int64(float64(a.Rows)/a.Seconds)))
	}
	fmt.Fprintf(w, "%14s  rows in %.1f s%s\n", thousands(a.Rows), a.Seconds, rate)
	line := func(n int64, what string) { fmt.Fprintf(w, "%14s  %s\n", thousands(n), what) }
	line(a.Accepted, "accepted")
	line(a.Rejected, "rejected"+reasons(a.RejectedBy))
	fmt.Fprintf(w, "%14s  observations, of which\n", thousands(a.Observations))
	line(a.Routed, "  routed to an owner")
	line(a.Pooled, "  pooled: no owner and no country known")
	line(a.Context, "  context: logged, never a case")
	line(a.Duplicate, "  duplicate: logged before")
	line(a.Held, "  held by a hold rule")
	line(a.Suppressed, "  suppressed"+reasons(a.SuppressedBy))
	line(a.CasesOpened, plural(a.CasesOpened, "case opened", "cases opened"))
	line(a.CasesSeenAgain, plural(a.CasesSeenAgain, "time an open case was seen again", "times an open case was seen again")+", in "+count(int(a.Batches), "batch", "batches"))
	line(a.Owners, plural(a.Owners, "owner", "owners")+" in "+count(int(a.Countries), "country", "countries")+", those of held cases included")
	if a.Quarantined > 0 {
		line(a.Quarantined, plural(a.Quarantined, "file set aside:", "files set aside:"))
		for _, n := range res.Notes {
			fmt.Fprintf(w, "                  %s: %s: %s\n", source.Display(n.File), n.Reason, source.Display(n.Text))
			if n.Remedy != "" {
				fmt.Fprintf(w, "                    → %s\n", source.Display(n.Remedy))
			}
		}
	}
	if a.Rejected > 0 {
		fmt.Fprintf(w, "\nRejected rows: %s\n", s.again("ingest rejects"))
	}
}

func reasons(by map[string]int64) string {
	if len(by) == 0 {
		return ""
	}
	words := make([]string, 0, len(by))
	for w := range by {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		return by[words[i]] > by[words[j]] || by[words[i]] == by[words[j]] && words[i] < words[j]
	})
	out := " ("
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		out += w + " " + thousands(by[w])
	}
	return out + ")"
}

func (s *session) ingestRetry() *cobra.Command {
	var flags ingestFlags
	c := &cobra.Command{
		Use:   "retry",
		Short: "Read rejected rows again, with a mended parser, mapping or zone",
		Long: `Read the rejected rows again from the kept input, and only those: after a parser
was mended, with another mapping, or with the zone that was missing. What is
rejected again stays as it was.`,
		Example: `  entente ingest retry
  entente ingest retry --zone Europe/Madrid
  entente ingest retry --mapping mended.yaml`,
		Annotations: map[string]string{noteNext: "`entente ingest rejects` for what is left"},
		Args:        exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			req, err := flags.request(nil)
			if err != nil {
				return err
			}
			d, err := s.open(cmd.Context(), openOptions{ingest: true, geo: flags.geo, bogons: flags.bogons})
			if err != nil {
				return err
			}
			res, err := d.Retry(cmd.Context(), req)
			if err != nil {
				return err
			}
			s.sayHolds(res.Holds)
			if res.Erased > 0 {
				s.say("entente: %s a value that was erased: such rows were not taken, the raw input was not kept", count(int(res.Erased), "file holds", "files hold"))
			}
			return s.showAccount(res)
		},
	}
	c.Flags().StringVar(&flags.zone, "zone", "", "`zone` of times that have none, such as Europe/Madrid")
	c.Flags().StringVar(&flags.mapping, "mapping", "", "mapping `file` in place of the one before")
	c.Flags().StringVar(&flags.geo, "geo", "", "geography `file` instead of the network data")
	c.Flags().StringVar(&flags.bogons, "bogons", "", "suppress bogon and documentation space, `on-or-off` (default on)")
	return c
}

// seconds is how long this call has taken.
func (s *session) seconds() float64 { return time.Since(s.started).Seconds() }
