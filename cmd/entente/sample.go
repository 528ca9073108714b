package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/sample"

	"github.com/spf13/cobra"
)

func (s *session) sampleCommand() *cobra.Command {
	cfg := sample.Config{}
	var end string
	var history int
	c := &cobra.Command{
		Use:   "sample --out DIR",
		Short: "Write synthetic feeds with their truth, for trying and testing",
		Long: `Write synthetic feeds in every format that Entente reads, with what real feeds
do, and the account and cases that a right ingest must find (truth.json). All
addresses lie in 198.18.0.0/15 and 2001:db8::/32. The same seed gives the same
bytes. With --history: one event feed whose cases leave and come back by a known
law, with what a measurement of it must find.`,
		Example: `  entente sample --rows 200000 --days 7 --seed 1 --out sample
  entente org import sample/organisations.yaml
  entente surge run sample/feeds --geo sample/geography.csv \
    --name sample --out reports`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cfg.Dir == "" {
				return &usageError{fault.New(fault.Usage, "a sample needs --out", "for example --out sample")}
			}
			t, err := time.Parse(time.DateOnly, end)
			if err != nil {
				return fault.Newf(fault.Usage, "write it as 2026-11-20", "--end %q is no day", end)
			}
			cfg.End = t
			if history > 0 {
				return s.writeHistory(cmd.Context(), sample.HistoryConfig{Cases: history, Days: cfg.Days, Seed: cfg.Seed, End: t, Dir: cfg.Dir})
			}
			sum, err := sample.Generate(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if s.flags.json || s.flags.jsonl {
				return s.printJSON(sum)
			}
			s.say("entente: %s synthetic rows in %d files, %s bytes", thousands(sum.Rows), sum.Files, thousands(sum.Bytes))
			_, err = fmt.Fprintln(s.stdout, filepath.Join(cfg.Dir, "feeds"))
			return err
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.Int64Var(&cfg.Rows, "rows", 200_000, "how many `rows`")
	f.IntVar(&cfg.Days, "days", 7, "over how many observed `days`")
	f.Uint64Var(&cfg.Seed, "seed", 1, "`seed`; the same gives the same bytes")
	f.StringVar(&cfg.Dir, "out", "", "`folder` to write")
	f.StringVar(&end, "end", "2026-11-20", "last observed `day`")
	f.Float64Var(&cfg.CaseShare, "case-share", 0, "share of rows that open a case (default one in three)")
	f.IntVar(&history, "history", 0, "write the daily sightings of so many `cases` that come back by a known law (returns.json)")
	f.BoolVar(&cfg.TruthCases, "truth-cases", false, "also write every expected case (truth-cases.jsonl)")
	return c
}

func (s *session) writeHistory(ctx context.Context, c sample.HistoryConfig) error {
	truth, err := sample.WriteHistory(ctx, c)
	if err != nil {
		return err
	}
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(truth)
	}
	s.say("entente: %s", truth)
	_, err = fmt.Fprintln(s.stdout, filepath.Join(c.Dir, "feeds"))
	return err
}
