package main

import (
	"fmt"
	"strconv"

	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

// qualityLeast is of how many closed cases a rate is of at least.
const qualityLeast = 10

func (s *session) feedQuality() *cobra.Command {
	return &cobra.Command{
		Use:   "quality",
		Short: "Show how many of the cases of each feed were closed as false",
		Long: `Show how many cases each feed shows, how many of them are closed, and how many
of those were closed as false. A case counts for each feed that shows it; held
ones are left out. The rate is of the closed cases, and UNKNOWN with fewer than
10 of them.`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, err := d.Quality(cmd.Context())
			if err != nil {
				return err
			}
			p := s.sheet("feeds", "feed", "cases", "closed", "false", "rate")
			for _, q := range list {
				f := qualityForm{q.Feed, q.Cases, q.Closed, q.False, nil}
				rate := "UNKNOWN"
				if q.Closed >= qualityLeast {
					r := float64(q.False) / float64(q.Closed)
					f.Rate = &r
					rate = fmt.Sprintf("%.1f %% of %d", 100*r, q.Closed)
				}
				num := func(v int64) string { return strconv.FormatInt(v, 10) }
				if err := p.add(f, source.Display(f.Feed), num(f.Cases), num(f.Closed), num(f.False), rate); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// qualityForm is a feed's quality as JSON; there is no rate of few closed cases.
type qualityForm struct {
	Feed   string   `json:"feed"`
	Cases  int64    `json:"cases"`
	Closed int64    `json:"closed"`
	False  int64    `json:"closed_as_false"`
	Rate   *float64 `json:"rate_of_closed,omitempty"`
}
