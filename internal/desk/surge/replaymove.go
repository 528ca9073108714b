package surge

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// moved is a case that a replay places anew.
type moved struct {
	no            int64
	before, after int64 // placements
	elsewhere     bool  // they say different things of it
}

// informed are the states in which an owner knows of the case.
func informed(s life.State) bool {
	switch s {
	case life.Reported, life.Undeliverable, life.Acknowledged, life.Acting, life.Disputed, life.AcceptedUntil:
		return true
	}
	return false
}

// placeAnew gives the cases that the replay meets for the first time the placement
// that they would have had if nothing had been read of the feed before.
func (in *ingest) placeAnew(ctx context.Context, p *prepared, groups []group) error {
	if in.replay == nil {
		return nil
	}
	var list []sighted
	var at []placement
	for i := range groups {
		g := &groups[i]
		if g.only || g.ref.no == 0 || !in.replay.bits.place.has(g.ref.no) {
			continue
		}
		in.replay.bits.place.set(g.ref.no, false)
		was := *in.cases.placements.of(g.ref.placement)
		if was.basis == BasisTransferred {
			continue
		}
		to := placedBy(&p.rows[g.opener])
		no, fresh := in.cases.placements.numberOf(to)
		if fresh {
			p.placed = append(p.placed, no)
		}
		if no == g.ref.placement {
			continue
		}
		p.moved = append(p.moved, moved{g.ref.no, g.ref.placement, no, !to.same(was)})
		g.ref.placement, g.moved = no, true
		if to.owner != was.owner {
			list, at = append(list, sighted{ref: g.ref, id: g.id}), append(at, to)
		}
	}
	return in.tellNewOwners(ctx, p, list, at)
}

// tellNewOwners brings the states of cases in line that have another owner: one that
// was told of a case is not who must act.
func (in *ingest) tellNewOwners(ctx context.Context, p *prepared, list []sighted, at []placement) error {
	if len(list) == 0 {
		return nil
	}
	kept, err := in.lives.load(ctx, list)
	if err != nil {
		return err
	}
	now := in.desk.Now().UnixMicro()
	for i := range kept {
		k := &kept[i]
		pool := at[i].owner == route.Pool
		k.Pool = pool
		step := life.Step(0)
		switch {
		case k.State == life.New && !pool, k.State == life.Routed && pool:
			step = life.Route
		case informed(k.State) && !pool:
			step = life.Transfer
		default:
			continue
		}
		to, row, err := life.Apply(k.State, k.Row, step, &life.Change{No: k.No, At: now})
		if err != nil {
			return err
		}
		p.changes = append(p.changes, record.CaseChange{Case: k.ID, From: uint8(k.State), To: uint8(to)})
		k.State, k.Row = to, row
		in.lives.keep(p, k)
	}
	return nil
}

// writeMoved places cases anew, with an act that commits to the list of them.
func (in *ingest) writeMoved(ctx context.Context, tx *store.Tx, p *prepared) error {
	err := tx.UpdateIn(ctx, "UPDATE cases SET placement = $2 WHERE no = $1", len(p.moved), func(i int, d []any) {
		d[0], d[1] = p.moved[i].no, p.moved[i].after
	})
	if err != nil {
		return err
	}
	var list []moved
	sum := sha256.New()
	for _, m := range p.moved {
		if !m.elsewhere {
			continue
		}
		list = append(list, m)
		for _, n := range []int64{m.no, m.before, m.after} {
			sum.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
		}
	}
	if len(list) == 0 {
		return nil
	}
	no := in.replay.no
	a, err := in.desk.newAct("replay.move", in.desk.itemOf("feed", in.replay.plan.feed),
		map[string]any{"replay": no, "batch": p.id, "cases": len(list), "sha256": hex.EncodeToString(sum.Sum(nil))})
	if err != nil {
		return err
	}
	act, err := in.desk.Record.Append(ctx, tx, a)
	if err != nil {
		return err
	}
	return tx.CopyIn(ctx, "case_move", []string{"replay", "case_no", "act", "before", "after"}, len(list), func(i int, d []any) {
		d[0], d[1], d[2], d[3], d[4] = no, list[i].no, act, list[i].before, list[i].after
	})
}

// number is that of the replay; 0 for none.
func (r *replaying) number() int64 {
	if r == nil {
		return 0
	}
	return r.no
}
