package main

import (
	"strconv"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

func (s *session) feedCoverage() *cobra.Command {
	var name, from, to string
	c := &cobra.Command{
		Use:   "coverage",
		Short: "Show on which days each feed ran as it usually does",
		Long: `Show on which days each feed ran, and whether it was as large as usual: from
half to twice the median of the last 28 days on which it ran. With fewer than 7
such days that is UNKNOWN. Only covered days count as silence of a feed.`,
		Example: `  entente feed coverage
  entente feed coverage --feed c2list --from 2026-11-01`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last, err := dayRange(from, to, s.now())
			if err != nil {
				return err
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, err := d.Coverage(cmd.Context(), name, last)
			if err != nil {
				return err
			}
			p := s.sheet("coverage", "feed", "day", "rows", "band", "of_days", "state")
			for _, c := range list {
				if c.Day < first {
					continue
				}
				f := coverageForm{Feed: c.Feed, Day: dayText(c.Day), Rows: c.Rows, Days: c.Runs, State: c.State}
				band := ""
				if c.High > 0 {
					f.Low, f.High = &c.Low, &c.High
					band = strconv.FormatInt(c.Low, 10) + "–" + strconv.FormatInt(c.High, 10)
				}
				if err := p.add(f, source.Display(f.Feed), f.Day, strconv.FormatInt(f.Rows, 10), band, strconv.Itoa(f.Days), f.State); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	c.Flags().StringVar(&name, "feed", "", "only the `feed` of this name")
	c.Flags().StringVar(&from, "from", "", "from this `day` on, as 2026-11-01")
	c.Flags().StringVar(&to, "to", "", "up to this `day` (default today)")
	return c
}

// coverageForm is a feed's day as JSON; without a band there is no low and high.
type coverageForm struct {
	Feed  string `json:"feed"`
	Day   string `json:"day"`
	Rows  int64  `json:"rows"`
	Low   *int64 `json:"band_low,omitempty"`
	High  *int64 `json:"band_high,omitempty"`
	Days  int    `json:"band_of_days"`
	State string `json:"state"`
}

func (s *session) feedSnapshots() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "snapshots",
		Short: "Show the snapshots that were read: what is newly, still and no longer listed",
		Long: `Show the snapshots of feeds, newest first, with what each lists: newly, still
and no longer, compared with the one before. What is no longer listed is
silence; it proves nothing by itself.`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, err := d.Snapshots(cmd.Context(), name)
			if err != nil {
				return err
			}
			p := s.sheet("snapshots", "feed", "as_of", "state", "entries", "newly", "still", "no_longer", "compared_with")
			for _, n := range list {
				f := snapshotForm{n.Feed, n.AsOf.Format(time.RFC3339), n.State, n.Entries, n.Newly, n.Still, n.Gone, ""}
				if !n.Base.IsZero() {
					f.Base = n.Base.Format(time.RFC3339)
				}
				num := func(v int64) string { return strconv.FormatInt(v, 10) }
				err := p.add(f, source.Display(f.Feed), f.AsOf, f.State, num(f.Entries), num(f.Newly), num(f.Still), num(f.Gone), f.Base)
				if err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	c.Flags().StringVar(&name, "feed", "", "only the `feed` of this name")
	return c
}

// snapshotForm is a snapshot as JSON.
type snapshotForm struct {
	Feed    string `json:"feed"`
	AsOf    string `json:"as_of"`
	State   string `json:"state"`
	Entries int64  `json:"entries"`
	Newly   int64  `json:"newly"`
	Still   int64  `json:"still"`
	Gone    int64  `json:"no_longer"`
	Base    string `json:"compared_with,omitempty"`
}

// dayRange reads a range of days, both ends inside, as days since 1970.
func dayRange(from, to string, now time.Time) (first, last int64, err error) {
	read := func(flag, text string, otherwise int64) (int64, error) {
		if text == "" {
			return otherwise, nil
		}
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return 0, &usageError{fault.Newf(fault.Usage, "write it as 2026-11-24", "%s %q is no day", flag, text)}
		}
		return surge.DayOf(t), nil
	}
	if first, err = read("--from", from, -1<<40); err != nil {
		return 0, 0, err
	}
	last, err = read("--to", to, surge.DayOf(now))
	return first, last, err
}

func dayText(day int64) string {
	return time.Unix(day*24*3600, 0).UTC().Format(time.DateOnly)
}
