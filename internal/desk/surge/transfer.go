package surge

import (
	"context"
	"errors"
	"slices"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/identity"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// BasisTransferred is the basis of an owner to whom a person transferred the case.
const BasisTransferred = "transferred"

// move gives cases another owner: their rows get a new placement, and their ids a
// new payload in the sorted runs, by which the ingest finds it.
type move struct {
	placements *placementBook
	fresh      []int64 // placements that it brings
	nos        []int64
	to         []int64 // placement of each
	staged     *runs.Staged
}

// stageMove makes the payloads durable; they count with the transaction that calls
// write.
func (d *Desk) stageMove(ctx context.Context, nos []int64, org string) (*move, error) {
	if org == route.Pool {
		return nil, fault.New(fault.Usage, "nobody can be told in the pool", "name the organisation that is to act; `entente org list` shows them")
	}
	if _, err := d.Identity.Org(ctx, identity.OrgID(org)); err != nil {
		return nil, err
	}
	m := &move{nos: nos}
	var err error
	if m.placements, err = openPlacements(ctx, d.DB); err != nil {
		return nil, err
	}
	type keyed struct {
		key     runs.Key
		payload uint64
	}
	var list []keyed
	err = d.DB.Read(ctx, func(q store.Querier) error {
		for _, no := range nos {
			var id []byte
			var old int64
			if err := q.QueryRowContext(ctx, "SELECT id, placement FROM cases WHERE no = $1", no).Scan(&id, &old); err != nil {
				return err
			}
			p := *m.placements.of(old)
			if p.owner == org {
				return fault.Newf(fault.Conflict, "leave it out", "case %x belongs to %s already", id, org)
			}
			p.owner, p.basis, p.feed = org, BasisTransferred, ""
			to, fresh := m.placements.numberOf(p)
			if fresh {
				m.fresh = append(m.fresh, to)
			}
			m.to = append(m.to, to)
			list = append(list, keyed{runs.Key(id), caseRef{no, to}.payload()})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b keyed) int { return a.key.Compare(b.key) })
	s := runs.Section{Scope: caseScope}
	for _, k := range list {
		s.Keys, s.Payload = append(s.Keys, k.key), append(s.Payload, k.payload)
	}
	m.staged, err = d.Runs.Stage(ctx, []runs.Section{s})
	return m, err
}

func (m *move) write(ctx context.Context, tx *store.Tx) error {
	if err := m.placements.write(ctx, tx, m.fresh); err != nil {
		return err
	}
	err := tx.UpdateIn(ctx, "UPDATE cases SET placement = $2 WHERE no = $1", len(m.nos), func(i int, d []any) { d[0], d[1] = m.nos[i], m.to[i] })
	if err != nil {
		return err
	}
	return m.staged.Commit(ctx, tx)
}

// end shows the payloads once the transaction was kept, or drops them.
func (m *move) end(ctx context.Context, d *Desk, err error) error {
	if err != nil {
		return errors.Join(err, m.staged.Discard(context.WithoutCancel(ctx)))
	}
	m.staged.Published()
	return d.Runs.Maintain(ctx)
}

// transferred gives where cases lie that were transferred, or placed anew by a
// replay: what is logged of them names the owner of that time.
func (d *Desk) transferred(ctx context.Context) (map[CaseID]placement, error) {
	out := map[CaseID]placement{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id []byte
			var p placement
			if err := scan(&id, &p.country, &p.owner, &p.basis); err != nil {
				return err
			}
			out[CaseID(id)] = p
			return nil
		}, "SELECT c.id, p.country, p.owner, p.basis FROM cases c JOIN placement p ON p.id = c.placement WHERE p.basis = $1 OR c.no IN (SELECT case_no FROM case_move)", BasisTransferred)
	})
	return out, err
}
