package surge

import (
	"context"
	"time"

	"entente/internal/desk/surge/judge"
	"entente/internal/infra/store"
)

// HoldStep is a hold rule whose start or end came before a run.
type HoldStep struct {
	Rule     judge.HoldID
	Ended    bool
	Cases    int // that turned to held, or were released
	Reported int // of those that turned, the ones that had been reported
	Stay     int // still held by other rules
}

// alignHolds brings the cases in line with the rules whose start or end has come
// since it was last called, in one write with an act for each. It does nothing
// to the cases of the rule leave.
func (d *Desk) alignHolds(ctx context.Context, now time.Time, leave judge.HoldID) ([]HoldStep, error) {
	starts, ends, err := d.holdsDue(ctx, now, leave)
	if err != nil || len(starts)+len(ends) == 0 {
		return nil, err
	}
	cases, err := d.fitting(ctx, starts, now)
	if err != nil {
		return nil, err
	}
	var steps []HoldStep
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		steps = steps[:0]
		for i, h := range starts {
			done, err := turn(ctx, tx, h.ID, cases[i], now.UnixMicro())
			if err != nil {
				return err
			}
			if err := d.holdAct(ctx, tx, "hold.start", h.ID, done.cases); err != nil {
				return err
			}
			steps = append(steps, HoldStep{Rule: h.ID, Cases: len(done.cases), Reported: done.reported})
		}
		for _, id := range ends {
			done, err := release(ctx, tx, id, now.UnixMicro())
			if err != nil {
				return err
			}
			if err := d.holdAct(ctx, tx, "hold.end", id, done.cases); err != nil {
				return err
			}
			steps = append(steps, HoldStep{Rule: id, Ended: true, Cases: done.Released, Stay: done.Stay})
		}
		return nil
	})
	return steps, err
}

// holdsDue gives the rules in force that have not turned their cases yet, and
// those that have and are in force no more.
func (d *Desk) holdsDue(ctx context.Context, now time.Time, leave judge.HoldID) (starts []judge.Hold, ends []judge.HoldID, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		applied := map[judge.HoldID]bool{}
		err := each(ctx, q, func(scan func(...any) error) error {
			var id judge.HoldID
			err := scan(&id)
			applied[id] = true
			return err
		}, "SELECT rule FROM hold_applied")
		if err != nil {
			return err
		}
		rules, err := judge.ListHolds(ctx, q)
		for _, h := range rules {
			switch inForce := h.InForce(now); {
			case inForce && !applied[h.ID]:
				starts = append(starts, h)
			case !inForce && applied[h.ID] && h.ID != leave:
				ends = append(ends, h.ID)
			}
		}
		return err
	})
	return starts, ends, err
}
