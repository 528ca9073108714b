package surge

import (
	"context"
	"encoding/binary"
	"strconv"
	"strings"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
)

// snapshotKey names a snapshot.
type snapshotKey struct {
	feed string
	asOf int64
}

// scope is the set of what a snapshot lists: keys of entries, each with the batch
// that logged it as newly listed.
func (k snapshotKey) scope() string { return listScope(k.feed) + strconv.FormatInt(k.asOf, 10) }

// listScope begins the names of a feed's sets.
func listScope(feed string) string {
	return "list/" + strings.ReplaceAll(strings.ReplaceAll(feed, "%", "%25"), "/", "%2F") + "/"
}

// listed is a row of a snapshot in a batch.
type listed struct {
	at       int32 // place of the row
	snapshot int32 // index into batch.snapshots
	key      runs.Key
}

// listingKey tells the entries of a feed's snapshots apart: kind, value, class,
// family, port and transport. Other columns may change without making it another.
func (i *identifier) listingKey(r *eventlog.Row) runs.Key {
	b := append(i.buf[:0], "listing"...)
	for _, text := range [...]string{r.Kind, r.Value, r.Class, r.Family, r.Transport} {
		b = appendText(b, text)
	}
	b = binary.BigEndian.AppendUint16(b, r.Port)
	i.buf = b
	i.sum = i.mac.Seal(i.sum[:0], noNonce[:], nil, b)
	return runs.Key(i.sum)
}

// list notes that the last row of the batch is one of a snapshot.
func (b *batch) list(k snapshotKey, key runs.Key) {
	n := len(b.snapshots)
	at := n - 1
	for ; at >= 0 && b.snapshots[at] != k; at-- {
	}
	if at < 0 {
		at = n
		b.snapshots = append(b.snapshots, k)
	}
	b.listed = append(b.listed, listed{int32(len(b.rows) - 1), int32(at), key})
}

// listsOther tells whether the batch has rows of another snapshot of k's feed.
func (b *batch) listsOther(k snapshotKey) bool {
	for _, o := range b.snapshots {
		if o.feed == k.feed && o != k {
			return true
		}
	}
	return false
}

// compareListings tells newly from still listed: what the snapshot before had is
// counted, not logged. It gives the new members of the sets of open snapshots.
func (in *ingest) compareListings(ctx context.Context, p *prepared) ([]runs.Section, error) {
	if len(p.listed) == 0 {
		return nil, nil
	}
	p.still = make([]bool, len(p.entries))
	var sections []runs.Section
	for n, snap := range p.snapshots {
		base, open := in.snapshots.of(snap)
		rank := &in.scratch.rank
		rank.start()
		for i := range p.listed {
			if l := &p.listed[i]; l.snapshot == int32(n) && p.entries[l.at].outcome != Duplicate && !p.entries[l.at].gone {
				rank.addKey(&l.key, int32(i))
			}
		}
		order := rank.sort(func(a, b int32) bool { return p.listed[a].key.Compare(p.listed[b].key) > 0 })
		if len(order) == 0 {
			continue
		}
		keys, first := make([]runs.Key, 0, len(order)), make([]int32, 0, len(order)) // first: where each key begins in order
		for i, x := range order {
			if k := p.listed[x.at].key; len(keys) == 0 || keys[len(keys)-1] != k {
				keys, first = append(keys, k), append(first, int32(i))
			}
		}
		entries := func(i int) []ranked { // rows of key i
			end := len(order)
			if i+1 < len(first) {
				end = int(first[i+1])
			}
			return order[first[i]:end]
		}
		payload := make([]uint64, len(keys))
		for i := range payload {
			payload[i] = uint64(p.id)
		}
		was := make([]bool, len(keys))
		again := base == snap.asOf // more of the newest snapshot: what it lists already is known
		if base != 0 {
			// More of the newest one may be on its way.
			was = in.flight.find(snapshotKey{snap.feed, base}.scope(), keys)
			err := in.desk.Runs.Lookup(ctx, snapshotKey{snap.feed, base}.scope(), keys, func(i int, batch uint64) {
				payload[i], was[i] = batch, true
			})
			if err != nil {
				return nil, err
			}
		}
		added := runs.Section{Scope: snap.scope()}
		for i := range keys {
			rows := entries(i)
			if again && !was[i] {
				rows = rows[1:]
			}
			if was[i] || again {
				for _, x := range rows {
					p.still[p.listed[x.at].at] = true
				}
			}
			if open && !(again && was[i]) {
				added.Keys, added.Payload = append(added.Keys, keys[i]), append(added.Payload, payload[i])
			}
		}
		if len(added.Keys) > 0 {
			sections = append(sections, added)
		}
	}
	in.flight.more(p.id, sections)
	return sections, nil
}
