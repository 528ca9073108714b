package surge

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// Do does a deed with cases, all or none, with an act for each. What is not legal is
// a fault.Conflict that says what is. It must not be called while an ingest is
// under way.
func (d *Desk) Do(ctx context.Context, ids []string, deed Deed) ([]Done, error) {
	now := d.Now()
	if err := deed.check(now); err != nil {
		return nil, err
	}
	nos, err := d.numbersOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var moving *move
	if deed.Step == life.Transfer {
		if moving, err = d.stageMove(ctx, nos, deed.To); err != nil {
			return nil, err
		}
	}
	var done []Done
	err = d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		done, err = d.do(ctx, tx, nos, &deed, now, moving)
		return err
	})
	if moving != nil {
		err = moving.end(ctx, d, err)
	}
	return done, err
}

// do is Do in its transaction.
func (d *Desk) do(ctx context.Context, tx *store.Tx, nos []int64, deed *Deed, now time.Time, moving *move) ([]Done, error) {
	kept, err := life.Load(ctx, tx, nos)
	if err != nil {
		return nil, err
	}
	done := make([]Done, len(nos))
	list := make([]*life.Kept, len(nos))
	var acts []deedAct
	for i, no := range nos {
		k := kept[no]
		c := deed.change(no, now)
		to, row, err := life.Apply(k.State, k.Row, deed.Step, &c)
		if err != nil {
			return nil, fmt.Errorf("case %x: %w", k.ID, err)
		}
		acts = append(acts, deedAct{deed.Step, k.ID, deed.body(k.State, to, now)})
		done[i] = Done{hex.EncodeToString(k.ID[:]), k.State, to}
		if deed.Step == life.Verify && to == life.VerifiedDown { // a seizure leaves nothing to wait for
			closing := Deed{Step: life.Close, As: life.Seizure.String()}
			c := closing.change(no, now)
			from := to
			if to, row, err = life.Apply(from, row, life.Close, &c); err != nil {
				return nil, err
			}
			acts = append(acts, deedAct{life.Close, k.ID, closing.body(from, to, now)})
			done[i].To = to
		}
		k.State, k.Row, list[i] = to, row, k
	}
	if moving != nil {
		if err := moving.write(ctx, tx); err != nil {
			return nil, err
		}
	}
	if deed.Step == life.Hold {
		held := make([]holding, len(nos))
		for i, no := range nos {
			held[i] = holding{no, heldByPerson}
		}
		if err := keepHolding(ctx, tx, held); err != nil {
			return nil, err
		}
	}
	if err := life.Write(ctx, tx, slices.Clone(list)); err != nil {
		return nil, err
	}
	for _, a := range acts {
		if err := d.caseAct(ctx, tx, a.step.String(), a.id, a.body, said{reason: deed.Reason, reference: deed.Reference}); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// deedAct is an act of a deed on one case.
type deedAct struct {
	step life.Step
	id   CaseID
	body map[string]any
}

// Note keeps what a person has to say of cases, with an act for each. It changes no
// state.
func (d *Desk) Note(ctx context.Context, ids []string, text string) (int, error) {
	if strings.TrimSpace(text) == "" {
		return 0, fault.New(fault.Usage, "the note says nothing", "say it with --text TEXT")
	}
	nos, err := d.numbersOf(ctx, ids)
	if err != nil {
		return 0, err
	}
	return len(nos), d.DB.Write(ctx, func(tx *store.Tx) error {
		kept, err := life.Load(ctx, tx, nos)
		if err != nil {
			return err
		}
		for _, no := range nos {
			if err := d.caseAct(ctx, tx, "note", kept[no].ID, nil, said{reason: text}); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbersOf gives the numbers of cases by their ids, each once, in the order given.
func (d *Desk) numbersOf(ctx context.Context, ids []string) ([]int64, error) {
	var nos []int64
	for _, id := range ids {
		raw, err := hex.DecodeString(strings.ToLower(id))
		if err != nil || len(raw) != len(CaseID{}) {
			return nil, fault.Newf(fault.Usage, "take it from `entente case list`", "%q is no case id of 32 hexadecimal digits", id)
		}
		var no int64
		err = d.Runs.Lookup(ctx, caseScope, []runs.Key{runs.Key(raw)}, func(_ int, payload uint64) { no = refOf(payload).no })
		if err != nil {
			return nil, err
		}
		if no == 0 {
			return nil, fault.Newf(fault.NotFound, "`entente case list` shows the cases", "there is no case %s", id)
		}
		if !slices.Contains(nos, no) {
			nos = append(nos, no)
		}
	}
	return nos, nil
}
