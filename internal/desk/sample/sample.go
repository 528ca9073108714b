// Package sample makes synthetic feeds together with the truth about them: what
// an ingest must count and which cases it must open, computed from
// docs/data-model.md alone. It owns the made-up Internet (addresses of
// 198.18.0.0/15 and 2001:db8::/32 in 200 networks of 68 countries), its
// organisations, holds and lists, and the rows of every input format. It may
// import core and the plain types of feed; never the surge, a store or a
// format, or the truth would only repeat their mistakes.
package sample

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"entente/internal/core/fault"
)

// Config says what sample to make.
type Config struct {
	Rows       int64                   // rows that the account shall have, at least MinRows
	Days       int                     // observed days, 1 to 366
	Seed       uint64                  // the same seed and config give the same bytes
	Dir        string                  // folder to write; one that holds feeds already is refused
	End        time.Time               // the last observed day (UTC)
	CaseShare  float64                 // share of rows that open a case at large Rows; 0: 1/3; above 0.6 it is cut
	TruthCases bool                    // also write truth-cases.jsonl, one case per line in order of its key
	Progress   func(done, total int64) // called now and then; may be nil
}

// MinRows is the smallest sample: below it some feeds would be empty.
const MinRows = 1000

// Summary tells what was made.
type Summary struct {
	Total
	Files  int   // feed files, quarantined ones included
	Bytes  int64 // of the feed files on disk
	Digest string
}

// Generate writes the sample into c.Dir: feeds/, geography.csv,
// organisations.yaml, holds.yaml, allow.txt, warninglists/, truth.json and
// README.txt. Rows are streamed; what is kept in memory is one record per
// distinct case, about 150 bytes, so 10 million rows at the default share need
// some 700 MB. It stops with fault.Stopped when ctx ends.
func Generate(ctx context.Context, c Config) (Summary, error) {
	switch {
	case c.Rows < MinRows:
		return Summary{}, fault.Newf(fault.Usage, "give --rows a larger number", "a sample has at least %d rows", MinRows)
	case c.Days < 1 || c.Days > 366:
		return Summary{}, fault.New(fault.Usage, "a sample has 1 to 366 days", "give --days such a number")
	case c.CaseShare < 0 || c.CaseShare > 1:
		return Summary{}, fault.New(fault.Usage, "the share of rows that open a case lies between 0 and 1", "leave it out for 1/3")
	case c.Dir == "":
		return Summary{}, fault.New(fault.Usage, "no folder to write to", "give --out DIR")
	case c.End.IsZero():
		return Summary{}, fault.New(fault.Usage, "no last day", "say which day the sample ends on")
	}
	if _, err := os.Stat(filepath.Join(c.Dir, "feeds")); err == nil {
		return Summary{}, fault.Newf(fault.Conflict, "remove it or give another folder", "%s already holds feeds, which truth.json would not know", c.Dir)
	}
	if c.CaseShare == 0 {
		c.CaseShare = 1.0 / 3
	}
	g, err := newGenerator(c)
	if err != nil {
		return Summary{}, err
	}
	if err := g.feeds(ctx); err != nil {
		return Summary{}, err
	}
	if err := g.surroundings(); err != nil {
		return Summary{}, err
	}
	return g.close()
}
