package surge

import (
	"context"
	"encoding/json"

	"entente/internal/core/ledger"
	"entente/internal/core/sharing"
	"entente/internal/infra/identity"
	"entente/internal/infra/store"
)

// itemOf gives a thing of this desk an item id that tells nothing of its name.
func (d *Desk) itemOf(kind, name string) [16]byte {
	return newKeyer(d.Identity.Node().Secret).id([]byte(kind + string(rune(sep)) + name))
}

// newAct is an act of the local operator, now.
func (d *Desk) newAct(verb string, item [16]byte, body any) (ledger.Act, error) {
	a := ledger.Act{Time: d.Now().UnixMicro(), Node: d.Identity.Node().ID, Actor: ledger.LocalOperator, Verb: verb, Item: item}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return a, err
		}
		a.Body = text
	}
	return a, nil
}

// act records a deed of the local operator on a thing of this desk.
func (d *Desk) act(ctx context.Context, tx *store.Tx, verb, kind, name string) error {
	a, err := d.newAct(verb, d.itemOf(kind, name), nil)
	if err != nil {
		return err
	}
	_, err = d.Record.Append(ctx, tx, a)
	return err
}

// batchAct records a batch with its counts and the cases that it changed.
func (in *ingest) batchAct(ctx context.Context, tx *store.Tx, p *prepared) (int64, error) {
	counts := map[string]int64{"batch": p.id, "run": in.run.id, "rejected": int64(len(p.rejects)),
		"opened": p.tally.Opened, "seen_again": p.tally.SeenAgain}
	for o := Outcome(0); o < outcomes; o++ {
		counts[o.String()] = p.tally.Outcome[o]
	}
	a, err := in.desk.newAct("surge.batch", [16]byte{}, counts)
	if err != nil {
		return 0, err
	}
	return in.desk.Record.AppendBatch(ctx, tx, a, p.changes)
}

// homeAudience is the audience of what nobody has released yet: the coordinator.
func (d *Desk) homeAudience(ctx context.Context, tx *store.Tx) (int64, error) {
	set, err := d.Items.Intern(ctx, tx, sharing.AudienceSet{Orgs: []sharing.OrgID{identity.Pool}, Basis: "home"})
	return int64(set), err
}
