package surge

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/infra/store"
)

// What became of a member. The numbers are stored.
const (
	memberOpen        = 0 // being read
	memberDone        = 1 // read to its end
	memberRecognised  = 2 // the same content was read before: all its observations are duplicates
	memberQuarantined = 3 // set aside whole
	memberCut         = 4 // it broke off; what came before was taken
)

// member is one input file, or one file of an archive, in a run. Its counters
// are the totals of what was read of it, committed or on its way.
type member struct {
	id       int64
	raw      [32]byte
	index    int
	name     string
	format   string
	feed     string
	options  feed.Options
	modTime  time.Time
	identity []byte
	state    int
	skip     int64 // rows that an earlier try of this run has committed
	rows     int64

	accepted, observations int64
	rejected               map[string]int64
	reason, note, drift    string
	asOf                   int64 // of the snapshot that it is of; 0: events, or not known
}

type memberKey struct {
	raw   [32]byte
	index int
	name  string
}

func (m *member) key() memberKey { return memberKey{m.raw, m.index, m.name} }

// identify says when two members are the same input: the same bytes read in the
// same way. The name counts only where the format takes something from it.
func (m *member) identify(meta feed.Meta) []byte {
	h := sha256.New()
	family := m.options.Family
	if m.options.FamilyFromName {
		family = "name:" + m.name
	}
	zone := ""
	if m.options.Zone != nil {
		zone = m.options.Zone.String()
	}
	fmt.Fprintf(h, "%x\x1f%d\x1f%s\x1f%s\x1f%s\x1f%d\x1f%s\x1f%s\x1f%s\x1f%s\x1f%x", m.raw, m.index, m.format, meta.Feed,
		meta.Mode, meta.Snapshot.UnixMicro(), meta.Label, m.options.Class, family, zone, sha256.Sum256(m.options.Mapping))
	return h.Sum(nil)
}

// loadMembers reads what a resumed run had settled before it broke off.
func (d *Desk) loadMembers(ctx context.Context, run int64) (map[memberKey]*member, int64, error) {
	out := map[memberKey]*member{}
	var last int64
	err := d.DB.Read(ctx, func(q store.Querier) error {
		if err := q.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM member").Scan(&last); err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT id, raw, idx, name, feed, identity, state, rows_done, accepted, observations,
			rejected, reason, note FROM member WHERE run = $1`, run)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			m := &member{}
			var raw []byte
			var rejected string
			if err := rows.Scan(&m.id, &raw, &m.index, &m.name, &m.feed, &m.identity, &m.state, &m.rows, &m.accepted,
				&m.observations, &rejected, &m.reason, &m.note); err != nil {
				return err
			}
			copy(m.raw[:], raw)
			if err := json.Unmarshal([]byte(rejected), &m.rejected); err != nil {
				return err
			}
			m.skip = m.rows
			out[m.key()] = m
		}
		return rows.Err()
	})
	return out, last, err
}

// recognised finds a member that was read to its end from the same input: in
// this run, or in an earlier one.
func (in *ingest) recognised(ctx context.Context, identity []byte) (*member, error) {
	if m := in.finished[string(identity)]; m != nil {
		return m, nil
	}
	var found *member
	err := in.desk.DB.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, `SELECT m.accepted, m.observations, m.rejected FROM member m JOIN run r ON r.id = m.run
			WHERE m.identity = $1 AND m.state = $2 AND m.run <> $3 AND m.replayed = 0 AND ($4 = 0 OR r.replay = $4) ORDER BY m.id LIMIT 1`,
			identity, memberDone, in.run.id, in.replay.number())
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return rows.Err()
		}
		found = &member{}
		var rejected string
		if err := rows.Scan(&found.accepted, &found.observations, &rejected); err != nil {
			return err
		}
		return json.Unmarshal([]byte(rejected), &found.rejected)
	})
	return found, err
}

// beginMember is called at the member's first row. It ends the reading with
// errRecognised when the same input was read before.
func (in *ingest) beginMember(ctx context.Context, m *member, meta feed.Meta) error {
	m.feed, m.drift = meta.Feed, strings.Join(meta.Drift, "\n")
	m.identity = m.identify(meta)
	if in.replay == nil && in.broken == meta.Feed && meta.Feed != "" {
		return brokenReplay(meta.Feed)
	}
	if in.collect.only != nil {
		return nil // its rejected rows are read again
	}
	if m.skip == 0 { // else half read before
		same, err := in.recognised(ctx, m.identity)
		if err != nil {
			return err
		}
		if same != nil {
			m.state = memberRecognised
			m.accepted, m.observations, m.rejected = same.accepted, same.observations, maps.Clone(same.rejected)
			return errRecognised
		}
	}
	if meta.Mode != feed.Snapshot {
		return nil
	}
	m.asOf = meta.Snapshot.UnixMicro()
	return in.beginSnapshot(ctx, snapshotKey{meta.Feed, m.asOf}, m)
}

// beginSnapshot opens a member's snapshot. Another one of the same feed that this
// run has open is concluded first, so that each is compared with the one before.
func (in *ingest) beginSnapshot(ctx context.Context, k snapshotKey, m *member) error {
	if m.options.Feed == "" && in.generic(m.format) {
		in.snapshots.unnamed(k.feed)
	}
	before, opens := in.snapshots.opens(k)
	if len(before) == 0 && !opens {
		if in.collect.batch.listsOther(k) { // the one may list what the other is compared with
			return in.collect.flush()
		}
		return nil
	}
	if len(before) == 0 && !in.snapshots.any(k.feed) {
		in.snapshots.begin(k) // the feed's first: there is nothing to compare it with
		return nil
	}
	if err := in.collect.flush(); err != nil {
		return err
	}
	if err := in.settled.wait(ctx); err != nil {
		return err
	}
	if err := in.closeSnapshots(ctx, before); err != nil {
		return err
	}
	if _, opens := in.snapshots.opens(k); opens {
		in.snapshots.begin(k)
	}
	return nil
}

// generic tells whether a format reads lists of anybody, so that its name says
// nothing of whose list it is.
func (in *ingest) generic(format string) bool {
	for _, f := range in.desk.Formats {
		if info := f.Info(); info.Name == format {
			return info.Mode == 0
		}
	}
	return false
}

// writeMembers records how far each file of the batch has come.
func (in *ingest) writeMembers(ctx context.Context, tx *store.Tx, p *prepared) error {
	return tx.UpdateIn(ctx, `INSERT INTO member (id, run, raw, idx, name, format, feed, options, identity, state,
		rows_done, accepted, observations, rejected, reason, note, drift)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET format = excluded.format, feed = excluded.feed, identity = excluded.identity,
		state = excluded.state, rows_done = excluded.rows_done, accepted = excluded.accepted,
		observations = excluded.observations, rejected = excluded.rejected, reason = excluded.reason,
		note = excluded.note, drift = excluded.drift`,
		len(p.progress), func(i int, d []any) {
			m := &p.progress[i]
			d[0], d[1], d[2], d[3], d[4], d[5], d[6] = m.id, in.run.id, m.raw[:], int64(m.index), m.name, m.format, m.feed
			d[7], d[8], d[9], d[10], d[11] = optionText(m.options, m.modTime), m.identity, int64(m.state), m.rows, m.accepted
			d[12], d[13], d[14], d[15], d[16] = m.observations, countText(m.rejected), m.reason, m.note, m.drift
		})
}

func countText(counts map[string]int64) string {
	text, err := json.Marshal(counts)
	if err != nil {
		return "{}"
	}
	return string(text)
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

func sumText(counts string) int64 {
	var by map[string]int64
	if json.Unmarshal([]byte(counts), &by) != nil {
		return 0
	}
	var n int64
	for _, c := range by {
		n += c
	}
	return n
}

// mergeLines adds the lines of a text to a sorted list without repeating any.
func mergeLines(list []string, text string) []string {
	list = append(list, splitLines(text)...)
	slices.Sort(list)
	return slices.Compact(list)
}

func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
