package record_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"entente/internal/core/duty"
	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

func act(verb string) ledger.Act {
	return ledger.Act{Time: 1_795_000_000_000_000, Node: [16]byte{7}, Actor: ledger.LocalOperator, Verb: verb}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestActs(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r, err := record.Open(ctx, db)
		must(t, err)

		t.Run("numbers have no holes although writers fail", func(t *testing.T) {
			for i := range 20 {
				err := db.Write(ctx, func(tx *store.Tx) error {
					a := act("case.note")
					a.Item = [16]byte{byte(i%3 + 1)}
					a.Body = json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))
					if _, err := r.Append(ctx, tx, a); err != nil {
						return err
					}
					if i%4 == 3 {
						return errors.New("undone")
					}
					return nil
				})
				if (err != nil) != (i%4 == 3) {
					t.Fatal(err)
				}
			}
			acts, err := r.Acts(ctx, record.Filter{})
			must(t, err)
			if len(acts) != 15 {
				t.Fatalf("%d acts", len(acts))
			}
			head, err := ledger.Verify(ledger.Head{}, acts)
			must(t, err)
			kept, err := r.Head(ctx)
			must(t, err)
			if head != kept || head.Seq != 15 {
				t.Errorf("head %v, kept %v", head, kept)
			}
			of, err := r.ActsOf(ctx, [16]byte{1})
			must(t, err)
			for _, a := range of {
				if a.Item != [16]byte{1} {
					t.Errorf("act %d is of another item", a.Seq)
				}
			}
			if len(of) != 5 {
				t.Errorf("%d acts of item 1", len(of))
			}
		})

		t.Run("case changes are found again", func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			id := func() (c [16]byte) {
				binary.BigEndian.PutUint64(c[:8], rng.Uint64())
				binary.BigEndian.PutUint64(c[8:], rng.Uint64())
				return c
			}
			wanted := id()
			var want []int64
			for b := range 30 {
				changes := make([]record.CaseChange, 500)
				for i := range changes {
					changes[i] = record.CaseChange{Case: id(), To: 1}
				}
				if b%10 == 4 {
					changes[3] = record.CaseChange{Case: wanted, From: uint8(b), To: uint8(b + 1)}
				}
				must(t, db.WriteSlice(ctx, func(tx *store.Tx) error {
					seq, err := r.AppendBatch(ctx, tx, act("batch.commit"), changes)
					if b%10 == 4 {
						want = append(want, seq)
					}
					return err
				}))
			}
			got, err := r.ChangesOf(ctx, wanted, 0, 0)
			must(t, err)
			var seqs []int64
			for _, c := range got {
				seqs = append(seqs, c.Act.Seq)
				if c.To != c.From+1 || c.Act.Verb != "batch.commit" {
					t.Errorf("change %+v", c)
				}
			}
			if !slices.Equal(seqs, want) {
				t.Errorf("got %v, want %v", seqs, want)
			}
			if got, err := r.ChangesOf(ctx, wanted, want[0], want[1]); err != nil || len(got) != 1 {
				t.Errorf("between: %v, %v", got, err)
			}
			if got, err := r.ChangesOf(ctx, id(), 0, 0); err != nil || len(got) != 0 {
				t.Errorf("another case: %v, %v", got, err)
			}
			n, err := r.Verify(ctx)
			must(t, err)
			if n != 45 {
				t.Errorf("verified %d acts", n)
			}
		})

		t.Run("an altered record is told", func(t *testing.T) {
			change := func(sql string) {
				must(t, db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, sql); return err }))
			}
			for _, c := range [][2]string{
				{"UPDATE act SET verb = 'case.other' WHERE seq = 3", "UPDATE act SET verb = 'case.note' WHERE seq = 3"},
				{"UPDATE act_head SET seq = 44", "UPDATE act_head SET seq = 45"},
				{"UPDATE act SET time = time + 1 WHERE seq = 45", "UPDATE act SET time = time - 1 WHERE seq = 45"},
				{"DELETE FROM act_changes WHERE seq = 20", ""},
			} {
				change(c[0])
				_, err := r.Verify(ctx)
				if !fault.Is(err, fault.Corrupt) {
					t.Errorf("%s: %v", c[0], err)
				}
				if c[1] != "" {
					change(c[1])
				}
			}
		})
	})
}

func TestDuties(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		r, err := record.Open(ctx, db)
		must(t, err)
		p := duty.Profile{Name: "answer", Version: 1, Title: "Answer a request", Citation: "Agreement of the test, article 1", Length: 3, Unit: duty.Days}
		start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
		var d duty.Duty
		must(t, db.Write(ctx, func(tx *store.Tx) error {
			if err := r.PutProfile(ctx, tx, p); err != nil {
				return err
			}
			if err := r.PutProfile(ctx, tx, p); err != nil {
				return err
			}
			changed := p
			changed.Length = 4
			if err := r.PutProfile(ctx, tx, changed); !fault.Is(err, fault.Conflict) {
				t.Errorf("changed profile: %v", err)
			}
			if _, err := r.StartDuty(ctx, tx, [16]byte{1}, "answer", 2, start, nil, "org"); !fault.Is(err, fault.NotFound) {
				t.Errorf("unknown version: %v", err)
			}
			d, err = r.StartDuty(ctx, tx, [16]byte{1}, "answer", 1, start, nil, "org")
			return err
		}))
		if want := start.AddDate(0, 0, 3).UnixMicro(); d.Due != want {
			t.Errorf("due %d, want %d", d.Due, want)
		}
		due, err := r.Due(ctx, start.AddDate(0, 0, 3))
		must(t, err)
		if len(due) != 1 || due[0] != d {
			t.Errorf("due: %+v", due)
		}
		must(t, db.Write(ctx, func(tx *store.Tx) error { return r.MeetDuty(ctx, tx, d.ID, start.Add(time.Hour)) }))
		must(t, db.Write(ctx, func(tx *store.Tx) error { return r.MeetDuty(ctx, tx, d.ID, start.Add(2*time.Hour)) }))
		due, err = r.DutiesOf(ctx, [16]byte{1})
		must(t, err)
		if len(due) != 1 || due[0].Done != start.Add(time.Hour).UnixMicro() || due[0].State(d.Due+1) != duty.Met {
			t.Errorf("after it was met: %+v", due)
		}
	})
}
