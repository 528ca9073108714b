package surge

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/counts"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// take takes away what the feed brought. Each step may be broken off and done again:
// rows of the log, counts, and last, in one transaction, what the feed's identities,
// lists, snapshots and days were.
func (r *replay) take(ctx context.Context) error {
	d := r.desk
	if err := d.counts.Fold(ctx); err != nil {
		return err
	}
	_, err := d.Log.Purge(ctx, eventlog.Purge{Columns: []string{"feed"}, Grace: true, Why: func(row *eventlog.Row) int {
		if row.Feed == r.req.Feed {
			return 1
		}
		return 0
	}})
	if err != nil {
		return err
	}
	if err := r.takeCounts(ctx); err != nil {
		return err
	}
	_, err = d.Runs.Drop(ctx, func(name string) bool { return ofFeed(name, r.req.Feed) }, func(tx *store.Tx) error {
		for _, query := range []string{
			"DELETE FROM rollup WHERE feed = $1", "DELETE FROM claim WHERE feed = $1", "DELETE FROM snapshot WHERE feed = $1",
			"DELETE FROM case_status WHERE source IN (SELECT id FROM source WHERE feed = $1)",
			"UPDATE replay SET state = 1 WHERE feed = $1 AND state = 0",
		} {
			if _, err := tx.Exec(ctx, query, r.req.Feed); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		r.state = replayReads
	}
	return err
}

// ofFeed tells whether a set holds identities or lists of a feed.
func ofFeed(name, feed string) bool {
	if _, of, ok := parseSeen(name); ok && of == feed {
		return true
	}
	return name == scope{feed: feed}.wide() || strings.HasPrefix(name, listScope(feed))
}

// takeCounts takes the counts of the feed's sources out of the blocks, and keeps in
// the same slices which cases they were of.
func (r *replay) takeCounts(ctx context.Context) error {
	d := r.desk
	by, err := d.newPlacer(ctx, r.req.Feed)
	if err != nil {
		return err
	}
	sources := map[int64]bool{}
	for no, feed := range by.feeds {
		if feed == r.req.Feed {
			sources[no] = true
		}
	}
	noted := caseNotes{}
	return d.counts.Take(ctx, counts.Taking{Sources: sources, After: r.upto,
		Look: func(no int64, list []counts.Count) error {
			shown, _, place, err := by.judge(ctx, no, list)
			noted.add(no, shown, place)
			return err
		},
		Also: func(ctx context.Context, tx *store.Tx, upto int64) error {
			_, err := tx.Exec(ctx, "UPDATE replay SET upto = $1 WHERE id = $2", upto, r.no)
			if err == nil && len(noted.data) > 0 {
				_, err = tx.Exec(ctx, "INSERT INTO replay_case (replay, upto, data) VALUES ($1, $2, $3)", r.no, upto, noted.data)
			}
			return err
		},
		Done: func() { noted = caseNotes{} },
	})
}

// caseNotes packs cases in order: the distance from the number before, shifted by two
// bits, which say whether the feed showed it and whether a replay places it anew.
type caseNotes struct {
	data []byte
	last int64
}

func (c *caseNotes) add(no int64, shown, place bool) {
	if !shown && !place {
		return
	}
	v := uint64(no-c.last) << 2
	if shown {
		v |= 1
	}
	if place {
		v |= 2
	}
	c.data, c.last = binary.AppendUvarint(c.data, v), no
}

func (b *replayBits) load(data []byte, current bool) error {
	no := int64(0)
	for len(data) > 0 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			return fault.Wrap(fault.Corrupt, errors.New("a packed list is damaged"), "what a replay noted of cases cannot be read", "restore the database from a backup")
		}
		data, no = data[n:], no+int64(v>>2)
		if v&1 != 0 {
			b.shown.set(no, true)
		}
		if v&2 != 0 && current {
			b.place.set(no, true)
		}
	}
	return nil
}

// loadBits reads what was noted of the cases. A case that the replay has shown
// already is placed; what replays noted that were given up since the last whole one
// was shown before, too.
func (r *replay) loadBits(ctx context.Context) error {
	r.bits = replayBits{}
	d := r.desk
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var no int64
			var data []byte
			if err := scan(&no, &data); err != nil {
				return err
			}
			return r.bits.load(data, no == r.no)
		}, `SELECT c.replay, c.data FROM replay_case c JOIN replay r ON r.id = c.replay WHERE r.feed = $1 AND r.id >
			(SELECT COALESCE(MAX(id), 0) FROM replay WHERE feed = $1 AND state = $2)`, r.req.Feed, int64(replayDone))
	})
	if err != nil {
		return err
	}
	if err := d.counts.Fold(ctx); err != nil {
		return err
	}
	by, err := d.newPlacer(ctx, r.req.Feed)
	if err != nil {
		return err
	}
	return d.counts.Walk(ctx, 0, func(no int64, list []counts.Count) error {
		for i := range list {
			if by.feeds[list[i].Source] == r.req.Feed {
				r.bits.place.set(no, false)
			}
		}
		return nil
	})
}
