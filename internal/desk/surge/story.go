package surge

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// told is an act on a case with the change that it made, if any.
type told struct {
	act     ledger.Act
	change  record.CaseChange
	changed bool
}

// deedBody is what an act on one case says.
type deedBody struct {
	From, To, Owner, Grade, As string
	At, Until                  int64
	Hold, Surge                int64
}

// tell gives the acts that changed a case or were done on it, in their order.
func (d *Desk) tell(ctx context.Context, id CaseID) ([]told, error) {
	changes, err := d.Record.ChangesOf(ctx, id, 0, 0)
	if err != nil {
		return nil, err
	}
	acts, err := d.Record.ActsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []told
	for _, c := range changes {
		out = append(out, told{c.Act, record.CaseChange{Case: id, From: c.From, To: c.To}, true})
	}
	for _, a := range acts {
		t := told{act: a}
		var b deedBody
		if len(a.Body) > 0 && json.Unmarshal(a.Body, &b) == nil && b.To != "" {
			from, _ := life.ParseState(b.From)
			to, ok := life.ParseState(b.To)
			if !ok {
				return nil, fault.Newf(fault.Corrupt, "run the newer program", "act %d speaks of a state that is not known: %q", a.Seq, b.To)
			}
			t.change, t.changed = record.CaseChange{Case: id, From: uint8(from), To: uint8(to)}, true
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b told) int { return cmp.Compare(a.act.Seq, b.act.Seq) })
	return out, nil
}

// Fold computes the state of a case from its acts alone. Acts that do not follow one
// another are fault.Corrupt.
func (d *Desk) Fold(ctx context.Context, id CaseID) (life.State, error) {
	list, err := d.tell(ctx, id)
	if err != nil {
		return life.None, err
	}
	var changes []record.CaseChange
	for _, t := range list {
		if t.changed {
			changes = append(changes, t.change)
		}
	}
	return life.Fold(changes)
}

// Step is one act in the life of a case.
type Step struct {
	Act    int64  `json:"act"`
	Time   int64  `json:"time"` // microseconds UTC
	Actor  string `json:"actor"`
	Verb   string `json:"verb"`
	Change string `json:"change,omitempty"` // "routed → held"
	Why    string `json:"why,omitempty"`    // the hold rule, or what a person said
}

// History gives the acts that changed a case or were done on it, in their order. It
// fails with fault.Corrupt where they do not give the state that the case has.
func (d *Desk) History(ctx context.Context, id CaseID) ([]Step, error) {
	list, err := d.tell(ctx, id)
	if err != nil {
		return nil, err
	}
	kept, err := d.keptOf(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Step
	var changes []record.CaseChange
	for i, t := range list {
		s := Step{Act: t.act.Seq, Time: t.act.Time, Actor: t.act.Actor, Verb: t.act.Verb}
		if t.changed {
			changes = append(changes, t.change)
			s.Change = life.State(t.change.To).String()
			if from := life.State(t.change.From); from != life.None {
				s.Change = from.String() + " → " + s.Change
			}
		}
		if s.Why, err = d.whyOf(ctx, &t.act); err != nil {
			return nil, err
		}
		if life.State(t.change.To) == life.Returned && t.changed && !returnsAfter(list[i+1:]) {
			if s.Why, err = d.sightingOf(ctx, &kept.Row); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	if state, err := life.Fold(changes); err != nil || state != kept.State {
		return out, fault.Wrap(fault.Corrupt, err, "the acts of case "+hex.EncodeToString(id[:])+" make it "+state.String()+", it is kept as "+kept.State.String(),
			"compare the database with a backup")
	}
	return out, nil
}

func returnsAfter(list []told) bool {
	return slices.ContainsFunc(list, func(t told) bool { return t.changed && life.State(t.change.To) == life.Returned })
}

// sightingOf names the sighting that returned a case last.
func (d *Desk) sightingOf(ctx context.Context, r *life.Row) (text string, err error) {
	if r.SeenSource == 0 {
		return "", nil
	}
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT feed FROM source WHERE id = $1", r.SeenSource).Scan(&text)
	})
	return "seen by " + text + " at " + plainTime(r.SeenAt), err
}

// keptOf gives a case with its life as the database has it.
func (d *Desk) keptOf(ctx context.Context, id CaseID) (*life.Kept, error) {
	nos, err := d.numbersOf(ctx, []string{hex.EncodeToString(id[:])})
	if err != nil {
		return nil, err
	}
	var kept map[int64]*life.Kept
	err = d.DB.Read(ctx, func(q store.Querier) (err error) {
		kept, err = life.Load(ctx, q, nos)
		return err
	})
	return kept[nos[0]], err
}

// whyOf tells in words what an act says beside the change that it made, and what the
// person said with it.
func (d *Desk) whyOf(ctx context.Context, a *ledger.Act) (why string, err error) {
	if a.Verb == "hold.release" {
		err = d.DB.Read(ctx, func(q store.Querier) error {
			return q.QueryRowContext(ctx, "SELECT reason FROM hold_release WHERE act = $1", a.Seq).Scan(&why)
		})
		return why, err
	}
	var b deedBody
	if len(a.Body) > 0 {
		_ = json.Unmarshal(a.Body, &b) // an act may say other things
	}
	var list []string
	add := func(ok bool, text string) {
		if ok {
			list = append(list, text)
		}
	}
	add(b.Hold != 0, "hold rule "+strconv.FormatInt(b.Hold, 10))
	add(b.To != "" && b.Owner != "", "to "+b.Owner)
	add(b.As != "", "as "+b.As)
	add(b.Grade != "", "by "+b.Grade)
	add(b.Until != 0, "until "+plainTime(b.Until))
	add(b.At != 0, "at "+plainTime(b.At))
	if a.Commit != (ledger.Hash{}) {
		err = d.DB.Read(ctx, func(q store.Querier) error {
			s, err := saidWith(ctx, q, a.Seq)
			add(s.name != "", "by "+s.name)
			add(s.reference != "", s.reference)
			add(s.reason != "", s.reason)
			return err
		})
	}
	return strings.Join(list, "; "), err
}

func plainTime(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.RFC3339) }
