package surge

import (
	"context"
	"strconv"
	"time"

	"entente/internal/desk/surge/judge"
	"entente/internal/infra/store"
)

// AddHolds keeps hold rules, one act each. They are in force for what is read
// from then on.
func (d *Desk) AddHolds(ctx context.Context, holds []judge.Hold) ([]judge.HoldID, error) {
	var ids []judge.HoldID
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		ids = ids[:0]
		for _, h := range holds {
			id, err := judge.AddHold(ctx, tx, h)
			if err != nil {
				return err
			}
			if err := d.act(ctx, tx, "hold.add", "hold", strconv.FormatInt(int64(id), 10)); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// LiftHold ends a hold rule, with an act. Cases that it holds stay held until
// somebody releases them.
func (d *Desk) LiftHold(ctx context.Context, id judge.HoldID, by, reason string, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := judge.LiftHold(ctx, tx, id, by, reason, now); err != nil {
			return err
		}
		return d.act(ctx, tx, "hold.lift", "hold", strconv.FormatInt(int64(id), 10))
	})
}

// Holds gives all hold rules, also those that ended or were lifted.
func (d *Desk) Holds(ctx context.Context) ([]judge.Hold, error) {
	var out []judge.Hold
	err := d.DB.Read(ctx, func(q store.Querier) (err error) {
		out, err = judge.ListHolds(ctx, q)
		return err
	})
	return out, err
}
