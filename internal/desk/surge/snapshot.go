package surge

import (
	"context"
	"slices"
	"sync"
	"time"

	"entente/internal/infra/store"
)

// What became of a snapshot. The numbers are stored.
const (
	snapshotOpen   = 0
	snapshotWhole  = 1
	snapshotBroken = 2
	snapshotLate   = 3
)

// Snapshot is a list as of a time.
type Snapshot struct {
	Feed    string
	AsOf    time.Time
	State   string // being read, whole, broken off, late (older than the newest when it came)
	Entries int64
	Newly   int64
	Still   int64
	Gone    int64 // no longer listed: in the one before, not in this one
	Base    time.Time
}

var snapshotWords = [...]string{"being read", "whole", "broken off", "late"}

// snapshotBook knows the newest whole snapshot of each feed, and those that the
// run reads.
type snapshotBook struct {
	mu     sync.Mutex
	newest map[string]int64     // feed -> as-of time
	open   map[snapshotKey]bool // being read by this run
	broken map[snapshotKey]bool // of these, not read to the end
	spoilt map[string]bool      // feeds of which a file was set aside
	plain  map[string]bool      // feeds that nobody named: several lists may share the name
}

func (d *Desk) loadSnapshots(ctx context.Context, run int64) (*snapshotBook, error) {
	b := &snapshotBook{newest: map[string]int64{}, open: map[snapshotKey]bool{}, broken: map[snapshotKey]bool{}, spoilt: map[string]bool{}, plain: map[string]bool{}}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		err := each(ctx, q, func(scan func(...any) error) error {
			var feed string
			var asOf int64
			err := scan(&feed, &asOf)
			b.newest[feed] = asOf
			return err
		}, "SELECT feed, MAX(as_of) FROM snapshot WHERE state = 1 GROUP BY feed")
		if err != nil {
			return err
		}
		return each(ctx, q, func(scan func(...any) error) error {
			var k snapshotKey
			err := scan(&k.feed, &k.asOf)
			b.open[k] = true
			return err
		}, "SELECT feed, as_of FROM snapshot WHERE state = 0 AND run = $1", run)
	})
	return b, err
}

// of gives the snapshot that k is compared with (0: none), and whether what k lists
// goes into its set. One that is older than the newest is only read for what it
// lists.
func (b *snapshotBook) of(k snapshotKey) (base int64, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := b.newest[k.feed]
	return newest, b.open[k] || newest != 0 && k.asOf == newest
}

// opens tells whether k is to be opened: it is newer than the newest whole one and
// not open yet. before are the other open ones of its feed, which must be closed
// first.
func (b *snapshotBook) opens(k snapshotKey) (before []snapshotKey, opens bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for o := range b.open {
		if o.feed == k.feed && o.asOf != k.asOf {
			before = append(before, o)
		}
	}
	slices.SortFunc(before, compareSnapshots)
	return before, k.asOf > b.newest[k.feed] && !b.open[k]
}

// any tells whether the feed has a whole snapshot.
func (b *snapshotBook) any(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.newest[feed] != 0
}

// begin opens k.
func (b *snapshotBook) begin(k snapshotKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[k] = true
}

// isBroken tells whether a part of k was not read.
func (b *snapshotBook) isBroken(k snapshotKey) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken[k] || b.spoilt[k.feed]
}

// isUnnamed tells whether the feed has the name of its format, which other lists
// may have too, so that what is missing says nothing.
func (b *snapshotBook) isUnnamed(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.plain[feed]
}

func (b *snapshotBook) unnamed(feed string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.plain[feed] = true
}

// spoilFeed notes that a file of the feed was not read.
func (b *snapshotBook) spoilFeed(feed string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spoilt[feed] = true
}

// spoil notes that k was not read to its end.
func (b *snapshotBook) spoil(k snapshotKey) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken[k] = true
}

// close takes k out of the open ones; whole says whether its set stands from now
// on for what the feed lists.
func (b *snapshotBook) close(k snapshotKey, whole bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, k)
	if whole {
		b.newest[k.feed] = k.asOf
	}
}

// pending gives the open snapshots, by feed and time.
func (b *snapshotBook) pending() []snapshotKey {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]snapshotKey, 0, len(b.open))
	for k := range b.open {
		out = append(out, k)
	}
	slices.SortFunc(out, compareSnapshots)
	return out
}

// writeSnapshots notes the snapshots of which the batch has rows.
func (in *ingest) writeSnapshots(ctx context.Context, tx *store.Tx, p *prepared) error {
	return tx.UpdateIn(ctx, `INSERT INTO snapshot (feed, as_of, run, state, base, entries, newly, still, gone)
		VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`, len(p.snapshots), func(i int, d []any) {
		k := p.snapshots[i]
		state := int64(snapshotOpen)
		if _, open := in.snapshots.of(k); !open {
			state = snapshotLate
		}
		d[0], d[1], d[2], d[3] = k.feed, k.asOf, in.run.id, state
	})
}

// Snapshots lists the snapshots of a feed (of all: ""), newest first.
func (d *Desk) Snapshots(ctx context.Context, feed string) (out []Snapshot, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var s Snapshot
			var asOf, base int64
			var state int
			err := scan(&s.Feed, &asOf, &state, &base, &s.Entries, &s.Newly, &s.Still, &s.Gone)
			s.AsOf, s.State = micros(asOf), snapshotWords[state]
			if base != 0 {
				s.Base = micros(base)
			}
			out = append(out, s)
			return err
		}, `SELECT feed, as_of, state, base, entries, newly, still, gone FROM snapshot WHERE feed = $1 OR $1 = ''
			ORDER BY feed, as_of DESC`, feed)
	})
	return out, err
}
