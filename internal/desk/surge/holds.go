package surge

import (
	"context"
	"time"

	"entente/internal/desk/surge/judge"
	"entente/internal/infra/store"
)

// Added says what new hold rules did.
type Added struct {
	IDs      []judge.HoldID
	Turned   int // cases that were open and are held now
	Reported int // of those, the ones that had been reported: they are out
}

// AddHolds keeps hold rules, one act each, and turns the open cases that one in
// force fits, in the same write. A rule whose start is to come turns them then.
// It must not be called while an ingest is under way, which judges by the rules
// that it began with.
func (d *Desk) AddHolds(ctx context.Context, holds []judge.Hold) (Added, error) {
	now := d.Now()
	var inForce []judge.Hold
	for i := range holds {
		if err := holds[i].Check(); err != nil {
			return Added{}, err
		}
		if holds[i].InForce(now) {
			inForce = append(inForce, holds[i])
		}
	}
	cases, err := d.fitting(ctx, inForce, now)
	if err != nil {
		return Added{}, err
	}
	var done Added
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		done = Added{}
		left := cases
		for _, h := range holds {
			id, err := judge.AddHold(ctx, tx, h)
			if err != nil {
				return err
			}
			done.IDs = append(done.IDs, id)
			var change turned
			if h.InForce(now) {
				if change, err = turn(ctx, tx, id, left[0], now.UnixMicro()); err != nil {
					return err
				}
				left = left[1:]
			}
			done.Turned += len(change.cases)
			done.Reported += change.reported
			if err := d.holdAct(ctx, tx, "hold.add", id, change.cases); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// LiftHold ends a hold rule now and releases the cases that no other rule holds,
// with an act that lists them. With keep its cases stay held until ReleaseCases
// lets them go.
func (d *Desk) LiftHold(ctx context.Context, id judge.HoldID, by, reason string, keep bool, now time.Time) (Released, error) {
	leave := judge.HoldID(0)
	if keep {
		leave = id
	}
	if _, err := d.alignHolds(ctx, now, leave); err != nil {
		return Released{}, err
	}
	var done Released
	err := d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if err := judge.LiftHold(ctx, tx, id, by, reason, now); err != nil {
			return err
		}
		if keep {
			done, err = keptBy(ctx, tx, id)
		} else {
			done, err = release(ctx, tx, id, now.UnixMicro())
		}
		if err != nil {
			return err
		}
		return d.holdAct(ctx, tx, "hold.lift", id, done.cases)
	})
	return done, err
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

// HeldBy gives how many cases each hold rule holds, 0 being a rule that is not
// known. A case that several hold counts for each.
func (d *Desk) HeldBy(ctx context.Context) (map[judge.HoldID]int64, error) {
	out := map[judge.HoldID]int64{}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id judge.HoldID
			var n int64
			err := scan(&id, &n)
			out[id] = n
			return err
		}, "SELECT rule, COUNT(*) FROM case_hold GROUP BY rule")
	})
	return out, err
}
