package surge_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// walker walks cases by random steps and knows where each must be.
type walker struct {
	*testing.T
	n     *node
	rng   *rand.Rand
	cases map[int64]*life.Kept
	nos   []int64
	now   time.Time
	steps int
}

// draw gives particulars that may be legal.
func (w *walker) draw(no int64) life.Change {
	at := w.now.UnixMicro()
	return life.Change{No: no, At: at, Of: at - w.rng.Int64N(1e9), Down: at - w.rng.Int64N(1e12), Grade: life.Grade(1 + w.rng.IntN(5)), Reason: "r",
		Until: at + w.rng.Int64N(1e11), To: life.Routed, Source: 1, Seen: at - w.rng.Int64N(1e10)}
}

// many does one step with many cases, as sweeps do.
func (w *walker) many(ctx context.Context, step life.Step, size int) {
	w.now = w.now.Add(time.Minute)
	var list []life.Change
	var want []record.CaseChange
	legal := 0
	for range size {
		k := w.cases[w.nos[w.rng.IntN(len(w.nos))]]
		c := w.draw(k.No)
		c.Pool = k.Pool
		to, row, err := life.Apply(k.State, k.Row, step, &c)
		if err != nil && w.rng.IntN(50) > 0 {
			continue
		}
		list = append(list, c)
		if err == nil {
			want = append(want, record.CaseChange{Case: k.ID, From: uint8(k.State), To: uint8(to)})
			k.State, k.Row = to, row
			legal++
		}
	}
	err := w.n.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		done, refused, err := life.Many(ctx, tx, step, list)
		if err != nil {
			return err
		}
		if !slices.Equal(done, want) || len(refused) != len(list)-legal {
			w.Fatalf("%s: %d done and %d refused of %d, want %d", step, len(done), len(refused), len(list), legal)
		}
		for _, r := range refused {
			if !fault.Is(r.Err, fault.Conflict) || fault.RemedyOf(r.Err) == "" {
				w.Fatalf("%s in %s: %v", step, r.State, r.Err)
			}
		}
		a := ledger.Act{Time: w.now.UnixMicro(), Node: w.n.Identity.Node().ID, Actor: ledger.LocalOperator, Verb: "test." + step.String()}
		_, err = w.n.Record.AppendBatch(ctx, tx, a, done)
		return err
	})
	ok(w.T, err)
	w.steps += legal
}

// personal are the steps that a person does.
var personal = []surge.Deed{
	{Step: life.Bounce}, {Step: life.Acknowledge}, {Step: life.Take}, {Step: life.Claim}, {Step: life.Dispute, Reason: "r"},
	{Step: life.Transfer, To: "national-co"}, {Step: life.Transfer, To: "national-ph"}, {Step: life.Accept, Reason: "r"},
	{Step: life.Hold, Reason: "r"}, {Step: life.Verify, Reference: "record"}, {Step: life.Close, As: "fixed"},
}

// person does a deed with some cases for which it is legal.
func (w *walker) person(ctx context.Context) {
	w.now = w.now.Add(time.Minute)
	deed := personal[w.rng.IntN(len(personal))]
	if deed.Step == life.Accept {
		deed.Until = w.now.Add(time.Hour)
	}
	if deed.Step == life.Verify {
		deed.At = w.now.Add(-time.Hour)
	}
	var ids []string
	var took []*life.Kept
	for range 20 {
		k := w.cases[w.nos[w.rng.IntN(len(w.nos))]]
		id := hex.EncodeToString(k.ID[:])
		done, err := w.n.Do(ctx, []string{id}, deed)
		if err != nil {
			if !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
				w.Fatalf("%s in %s: %v", deed.Step, k.State, err)
			}
			continue
		}
		if done[0].From != k.State {
			w.Fatalf("%s: it was %s, not %s", deed.Step, k.State, done[0].From)
		}
		ids, took = append(ids, id), append(took, k)
		w.steps++
		if len(ids) == 3 {
			break
		}
	}
	kept := w.load(ctx)
	for _, k := range took {
		*k = *kept[k.No]
	}
}

func (w *walker) load(ctx context.Context) (kept map[int64]*life.Kept) {
	ok(w.T, w.n.DB.Read(ctx, func(q store.Querier) (err error) {
		kept, err = life.Load(ctx, q, w.nos)
		return err
	}))
	return kept
}

// everywhere brings a case into each state that none is in.
func (w *walker) everywhere(ctx context.Context) {
	nos := w.nos
	defer func() { w.nos = nos }()
	for range 20 {
		count := map[life.State]int{}
		for _, no := range nos {
			count[w.cases[no].State]++
		}
		for _, t := range life.Table() {
			if t.Step == life.Open || count[t.To[0]] > 0 || t.To[0] == life.New {
				continue
			}
			w.nos = nil
			for _, no := range nos {
				if s := w.cases[no].State; count[s] > 1 && t.From.Has(s) {
					w.nos = append(w.nos, no)
				}
			}
			if len(w.nos) > 0 {
				w.many(ctx, t.Step, 2)
				break
			}
		}
	}
}

// fold computes all states from the acts alone.
func (w *walker) fold(ctx context.Context, kept map[int64]*life.Kept) {
	type at struct {
		seq int64
		record.CaseChange
	}
	acts := map[[16]byte][]at{}
	ok(w.T, w.n.Record.EachChange(ctx, func(seq int64, c record.CaseChange) error {
		acts[c.Case] = append(acts[c.Case], at{seq, c})
		return nil
	}))
	for after := int64(0); ; {
		page, err := w.n.Record.Acts(ctx, record.Filter{After: after})
		ok(w.T, err)
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			var b struct{ From, To string }
			if after = a.Seq; json.Unmarshal(a.Body, &b) == nil && b.To != "" {
				from, _ := life.ParseState(b.From)
				to, _ := life.ParseState(b.To)
				acts[a.Item] = append(acts[a.Item], at{a.Seq, record.CaseChange{From: uint8(from), To: uint8(to)}})
			}
		}
	}
	steps := 0
	for i, no := range w.nos {
		k := kept[no]
		list := acts[k.ID]
		slices.SortStableFunc(list, func(a, b at) int { return int(a.seq - b.seq) })
		changes := make([]record.CaseChange, len(list))
		for i := range list {
			changes[i] = list[i].CaseChange
		}
		steps += len(changes)
		state, err := life.Fold(changes)
		if err != nil || state != k.State {
			w.Fatalf("case %d is %s, its acts make it %s: %v", no, k.State, state, err)
		}
		if i%100 == 0 {
			if state, err := w.n.Fold(ctx, k.ID); err != nil || state != k.State {
				w.Fatalf("case %d: %s, %v", no, state, err)
			}
			if _, err := w.n.History(ctx, k.ID); err != nil {
				w.Fatal(err)
			}
		}
	}
	if steps < w.steps {
		w.Fatalf("%d steps are in the acts, %d were done", steps, w.steps)
	}
	_, err := w.n.Record.Verify(ctx)
	ok(w.T, err)
}

// refuse tries every deed that is not legal in a state, and looks that nothing
// changed.
func (w *walker) refuse(ctx context.Context, kept map[int64]*life.Kept) {
	by := map[life.State]string{}
	for _, k := range kept {
		by[k.State] = hex.EncodeToString(k.ID[:])
	}
	for _, word := range life.Words() {
		if s, _ := life.ParseState(word); by[s] == "" {
			w.Errorf("no case is %s at the end", s)
		}
	}
	before, err := w.n.Record.Head(ctx)
	ok(w.T, err)
	tried := 0
	for s, id := range by {
		for _, deed := range personal {
			if deed.At, deed.Until = w.now.Add(-time.Hour), w.now.Add(time.Hour); slices.ContainsFunc(life.Table(), func(x life.Transition) bool { return x.Step == deed.Step && x.From.Has(s) }) {
				continue
			}
			tried++
			_, err := w.n.Do(ctx, []string{id}, deed)
			if !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
				w.Errorf("%s in %s: %v", deed.Step, s, err)
			}
		}
	}
	head, err := w.n.Record.Head(ctx)
	ok(w.T, err)
	if head != before || tried < 50 {
		w.Errorf("%d deeds were refused and the record grew by %d acts", tried, head.Seq-before.Seq)
	}
	for no, k := range w.load(ctx) {
		if *k != *kept[no] {
			w.Errorf("case %d changed by a deed that was refused", no)
		}
	}
}
