package main

import (
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/eventlog"

	"github.com/spf13/cobra"
)

func (s *session) logCompact() *cobra.Command {
	var day string
	var dry bool
	c := &cobra.Command{
		Use:   "compact",
		Short: "Merge small segments of the log into larger ones",
		Long: `Merge small segments of the log into larger ones, day by day. Rows and what
queries find stay the same. The old files stay for an hour, for readers that
hold an older list of ` + "`entente log files`" + `; a later call, or the next ingest,
deletes them. It can be stopped at any moment.`,
		Example: `  entente log compact --dry-run
  entente log compact --day 2026-11-24`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if day != "" {
				if _, err := time.Parse(time.DateOnly, day); err != nil {
					return fault.Newf(fault.Usage, "write it as 2026-11-24", "--day %q is no day", day)
				}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			merges, err := d.Log.Compact(cmd.Context(), eventlog.CompactRequest{Day: day, DryRun: dry})
			if err != nil {
				return err
			}
			var swept int
			if !dry {
				if swept, err = d.Log.Sweep(cmd.Context()); err != nil {
					return err
				}
			}
			return s.didCompact(merges, swept, dry)
		},
	}
	c.Flags().StringVar(&day, "day", "", "only this `day`, as 2026-11-24")
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be done and do nothing")
	return c
}

// compactForm is what a compaction did as JSON.
type compactForm struct {
	Merges  []eventlog.Compacted `json:"merges"`
	Deleted int                  `json:"deleted"` // files whose time was over
	DryRun  bool                 `json:"dry_run,omitempty"`
}

func (s *session) didCompact(merges []eventlog.Compacted, swept int, dry bool) error {
	files, rows, before, into := 0, int64(0), int64(0), int64(0)
	for _, m := range merges {
		files, rows, before, into = files+m.Files, rows+m.Rows, before+m.Bytes, into+m.Into
	}
	form := compactForm{append([]eventlog.Compacted{}, merges...), swept, dry}
	switch {
	case len(merges) == 0:
		return s.did(form, "entente: nothing to merge; %s deleted", count(swept, "old file", "old files"))
	case dry:
		return s.did(form, "entente: %s (%s rows, %s) would become %d", count(files, "segment", "segments"), thousands(rows), megabytes(before), len(merges))
	}
	return s.did(form, "entente: %s became %d: %s rows, %s instead of %s; %s deleted", count(files, "segment", "segments"), len(merges),
		thousands(rows), megabytes(into), megabytes(before), count(swept, "old file", "old files"))
}
