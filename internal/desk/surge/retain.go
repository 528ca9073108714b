package surge

import (
	"context"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// What a retention deletes.
const (
	ofLog      = "log"
	ofRaw      = "raw"
	ofRejected = "rejected"
)

// Retained is what one rule ended.
type Retained struct {
	What  string `json:"what"` // log, raw or rejected
	Rule  int    `json:"rule"` // its number, from 1
	Rows  int64  `json:"rows"`
	Files int64  `json:"files"` // deleted whole
	Bytes int64  `json:"bytes"`
}

// retention is one call of Retain.
type retention struct {
	desk  *Desk
	ages  *ages
	now   time.Time
	dry   bool
	total map[retainedKey]*Retained // of a dry run
}

type retainedKey struct {
	what string
	rule int
}

// Retain deletes what no rule keeps any longer: rows of the log, the identities of
// days that are over, rejected rows, raw input. Accounts, rollups and cases stay.
// One act says what went, by rule. It may be stopped anywhere and run again; it
// must not run beside an ingest.
func (d *Desk) Retain(ctx context.Context, dry bool) ([]Retained, error) {
	if err := d.Retention.Check(); err != nil {
		return nil, err
	}
	now := d.Now()
	r := &retention{desk: d, now: now, dry: dry, ages: d.Retention.ages(floorDiv(now.UnixMicro(), microsPerDay)), total: map[retainedKey]*Retained{}}
	for _, step := range []func(context.Context) error{r.log, r.rejected, r.raw} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if dry {
		return r.planned(), nil
	}
	if err := d.removeRaw(ctx); err != nil {
		return nil, err
	}
	if _, err := d.Log.Sweep(ctx); err != nil {
		return nil, err
	}
	return r.act(ctx)
}

// log takes rows out of the log, and then the identities of days of which no row
// is kept.
func (r *retention) log(ctx context.Context) error {
	least, some := r.ages.least()
	if !some {
		return nil
	}
	done, err := r.desk.Log.Purge(ctx, eventlog.Purge{
		Days: func(day string) bool {
			at, err := time.Parse(time.DateOnly, day)
			return err == nil && floorDiv(at.UnixMicro(), microsPerDay) < r.ages.today-int64(least)
		},
		Columns: []string{"feed", "class", "mode", "observed", "snapshot"},
		Why: func(row *eventlog.Row) int {
			class, _ := rsit.Parse(row.Class)
			return r.ages.over(row.Feed, class, dayOfRow(row))
		},
		Grace: true, DryRun: r.dry, Commit: r.purged,
	})
	if err != nil {
		return err
	}
	if r.dry {
		for _, p := range done {
			for key, n := range shareOut(p) {
				r.plan(key, n)
			}
		}
		return nil
	}
	_, err = r.desk.Runs.Drop(ctx, func(name string) bool {
		day, feed, ok := parseSeen(name)
		return ok && r.ages.allOver(feed, day)
	}, nil)
	return err
}

func dayOfRow(row *eventlog.Row) int64 {
	if row.Snapshot != 0 {
		return floorDiv(row.Snapshot, microsPerDay)
	}
	return floorDiv(row.Observed, microsPerDay)
}

// parseSeen reads the scope of identities that scope.name wrote.
func parseSeen(name string) (day int64, feed string, ok bool) {
	rest, ok := strings.CutPrefix(name, "seen/")
	if !ok {
		return 0, "", false
	}
	text, feed, ok := strings.Cut(strings.TrimPrefix(rest, "list/"), "/")
	day, err := strconv.ParseInt(text, 10, 64)
	return day, feed, ok && err == nil
}

// shareOut gives what a segment's purge counts for each rule: the bytes by their
// share of the rows, the file to the rule of most rows.
func shareOut(p eventlog.Purged) map[retainedKey]Retained {
	out := map[retainedKey]Retained{}
	all, most := int64(0), 0
	for rule, n := range p.Rows {
		all += n
		if most == 0 || n > p.Rows[most] || n == p.Rows[most] && rule < most {
			most = rule
		}
	}
	left := p.Bytes
	for rule, n := range p.Rows {
		bytes := p.Bytes * n / all
		left -= bytes
		out[retainedKey{ofLog, rule}] = Retained{Rows: n, Bytes: bytes}
	}
	first := out[retainedKey{ofLog, most}]
	first.Bytes += left
	if p.Whole {
		first.Files = 1
	}
	out[retainedKey{ofLog, most}] = first
	return out
}

// purged counts in the transaction in which the rows left.
func (r *retention) purged(ctx context.Context, tx *store.Tx, p eventlog.Purged) error {
	for key, n := range shareOut(p) {
		if err := r.count(ctx, tx, key, n); err != nil {
			return err
		}
	}
	return nil
}
