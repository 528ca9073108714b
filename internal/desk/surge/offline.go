package surge

import (
	"cmp"
	"context"
	"slices"

	"entente/internal/desk/surge/locate"
	"entente/internal/feed"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// offline is a row whose producer says that the problem is gone. It opens no case
// and is no sighting; of a case that is there it is evidence.
type offline struct {
	at     int32 // place of the row
	source int32 // index into batch.sources
	id     runs.Key
	when   int64
}

// offline notes the case that the row would be of.
func (c *collector) offline(r *eventlog.Row, e *entry, o *feed.Observation, at *locate.Located) {
	owner, _, country := c.router.Route(routeHost(o, at), at.Addr, at.ASN, at.Country, at.CountryBasis)
	key, _ := c.keys.key(o, at, owner, country, false)
	c.batch.offline = append(c.batch.offline, offline{int32(len(c.batch.rows) - 1), e.source, runs.Key(c.keys.id(key)), max(r.Observed, r.Snapshot)})
}

// status is the newest word of a source that a case is offline.
type status struct{ no, source, when int64 }

// findOffline finds the cases that are there, after the batch's own were opened.
func (in *ingest) findOffline(ctx context.Context, p *prepared) error {
	if len(p.offline) == 0 {
		return nil
	}
	list := slices.DeleteFunc(p.offline, func(o offline) bool { return p.entries[o.at].outcome == Duplicate })
	slices.SortFunc(list, func(a, b offline) int { return a.id.Compare(b.id) })
	var ids []runs.Key
	for _, o := range list {
		if n := len(ids); n == 0 || ids[n-1] != o.id {
			ids = append(ids, o.id)
		}
	}
	refs, err := in.cases.find(ctx, ids)
	if err != nil {
		return err
	}
	n := 0
	for _, o := range list {
		if ids[n] != o.id {
			n++
		}
		if no := refs[n].no; no != 0 {
			p.statuses = append(p.statuses, status{no, p.sourceNo[o.source], o.when})
		}
	}
	slices.SortFunc(p.statuses, func(a, b status) int {
		return cmp.Or(cmp.Compare(a.no, b.no), cmp.Compare(a.source, b.source), cmp.Compare(b.when, a.when))
	})
	p.statuses = slices.CompactFunc(p.statuses, func(a, b status) bool { return a.no == b.no && a.source == b.source })
	return nil
}

func (in *ingest) writeStatuses(ctx context.Context, tx *store.Tx, p *prepared) error {
	return tx.UpdateIn(ctx, `INSERT INTO case_status (case_no, source, off) VALUES ($1, $2, $3) ON CONFLICT (case_no, source)
		DO UPDATE SET off = CASE WHEN excluded.off > case_status.off THEN excluded.off ELSE case_status.off END`,
		len(p.statuses), func(i int, d []any) {
			s := p.statuses[i]
			d[0], d[1], d[2] = s.no, s.source, s.when
		})
}
