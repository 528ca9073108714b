package surge

import (
	"context"
	"iter"
	"slices"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// Returns measures how often cases come back, over the whole log.
func (d *Desk) Returns(ctx context.Context, class rsit.Class) (*stats.ReturnCurve, error) {
	h := &history{statsSource: statsSource{desk: d}}
	var cases int64
	err := d.DB.Read(ctx, func(q store.Querier) (err error) {
		if h.origins, err = loadOrigins(ctx, q); err != nil {
			return err
		}
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&cases)
	})
	if err != nil {
		return nil, err
	}
	if h.held, err = d.heldCases(ctx); err != nil {
		return nil, err
	}
	return stats.Returns(ctx, h, stats.ReturnOptions{AsOf: d.Now(), Class: class, Parts: uint64(1 + cases/partCases)})
}

// partCases is how many cases are looked at in one pass over the log, about 50 MB.
const partCases = 2_000_000

// history is the stats.History of the log.
type history struct {
	statsSource
	origins map[int64]origin
	held    map[CaseID]bool
}

var _ stats.History = (*history)(nil)

// Covered gives the days on which the feed of each source ran as usual.
func (h *history) Covered(ctx context.Context) (map[int64]stats.Days, error) {
	return h.desk.coveredDays(ctx, DayOf(h.desk.Now()))
}

// FeedOf names the feed of a source.
func (h *history) FeedOf(source int64) string { return h.origins[source].feed }

// Sightings reads the log day by day: batches come in any order, days do not.
func (h *history) Sightings(ctx context.Context, part, parts uint64) iter.Seq2[stats.Sighting, error] {
	return func(yield func(stats.Sighting, error) bool) {
		days, err := h.logDays(ctx)
		if err != nil {
			yield(stats.Sighting{}, err)
			return
		}
		for _, day := range days {
			at, err := time.Parse(time.DateOnly, day)
			if err != nil {
				yield(stats.Sighting{}, err)
				return
			}
			s := stats.Sighting{Day: int32(at.Unix() / 86400)}
			for row, err := range h.desk.Log.Scan(ctx, eventlog.Query{Day: day}, "case_id", "class", "feed", "mode", "outcome") {
				if err != nil {
					yield(s, err)
					return
				}
				if row.Case == ([16]byte{}) || (uint64(row.Case[0])<<8|uint64(row.Case[1]))%parts != part || h.held[row.Case] {
					continue
				}
				s.Case, s.Feed, s.Snapshot, s.Unlisted = row.Case, row.Feed, row.Mode == "snapshot", row.Outcome == "unlisted"
				s.Class, _ = rsit.Parse(row.Class)
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// logDays lists the days of the log, oldest first.
func (h *history) logDays(ctx context.Context) ([]string, error) {
	files, err := h.desk.Log.Files(ctx)
	if err != nil {
		return nil, err
	}
	days := make([]string, 0, len(files))
	for _, f := range files {
		days = append(days, f.Day)
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}
