package item_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/core/sharing"
	"entente/internal/infra/item"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// some picks each of names with a chance of one in three.
func some[T ~string](rng *rand.Rand, names ...T) (out []T) {
	for _, n := range names {
		if rng.IntN(3) == 0 {
			out = append(out, n)
		}
	}
	return out
}

// TestReadersAgreeWithTheRule builds random worlds and holds every reader's
// answer against Decide, item by item.
func TestReadersAgreeWithTheRule(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items, err := item.Open(ctx, db)
		must(t, err)
		rng := rand.New(rand.NewPCG(5, 6))
		orgs := []sharing.OrgID{"a", "b", "c", "d"}
		set := func() sharing.AudienceSet {
			return sharing.AudienceSet{Orgs: some(rng, orgs...), Persons: some[sharing.PersonID](rng, "p", "q"),
				Communities: some[sharing.CommunityID](rng, "x", "y"), Public: rng.IntN(4) == 0, Basis: "test"}
		}
		type known struct {
			it    item.Item
			rule  sharing.Item
			seqs  []int64
			byRel []sharing.AudienceSet
		}
		var world []*known
		var last int64
		must(t, db.Write(ctx, func(tx *store.Tx) error {
			for n := range 120 {
				k := &known{it: item.Item{ID: item.ID{1, byte(n)}, Kind: "case", Owner: orgs[rng.IntN(len(orgs))]}}
				k.it.Label, err = sharing.MakeLabel(sharing.TLP(rng.IntN(6)), sharing.PAP(rng.IntN(5)), "H1")
				if err != nil {
					return err
				}
				first := set()
				if sharing.MayAdd(k.it.Label, k.it.Owner, first) != nil {
					first = sharing.AudienceSet{Orgs: []sharing.OrgID{k.it.Owner}}
				}
				if k.it.Audience, err = items.Intern(ctx, tx, first); err != nil {
					return err
				}
				if err := items.Put(ctx, tx, k.it); err != nil {
					return err
				}
				k.rule = sharing.Item{Owner: k.it.Owner, Label: k.it.Label, Audience: []sharing.AudienceSet{first}}
				for range rng.IntN(3) {
					s := set()
					sid, err := items.Intern(ctx, tx, s)
					if err != nil {
						return err
					}
					seq, err := items.Release(ctx, tx, k.it.ID, sid, 5, 7)
					if allowed := sharing.MayAdd(k.it.Label, k.it.Owner, s) == nil; allowed != (err == nil) || err != nil && !fault.Is(err, fault.Forbidden) {
						return fmt.Errorf("release of %v to %+v: %v", k.it.Label, s, err)
					}
					if err != nil {
						continue
					}
					if seq == last+1 {
						last = seq
						k.seqs = append(k.seqs, seq)
						k.byRel = append(k.byRel, s)
					}
					k.rule.Audience = append(k.rule.Audience, s)
				}
				world = append(world, k)
			}
			return nil
		}))
		for range 12 {
			who := sharing.Viewer{Orgs: some(rng, orgs...), Communities: some[sharing.CommunityID](rng, "x", "y", "z")}
			if rng.IntN(2) == 0 {
				who.Person = "p"
			}
			if rng.IntN(20) == 0 {
				who = sharing.LocalOperator()
			}
			r := items.For(who)
			list, err := r.List(ctx, "case", item.ID{}, 1000)
			must(t, err)
			seen := map[item.ID]bool{}
			for _, it := range list {
				seen[it.ID] = true
			}
			n, err := r.Count(ctx, "case")
			must(t, err)
			if int(n) != len(list) {
				t.Errorf("count %d, list %d", n, len(list))
			}
			rels, err := r.Released(ctx, 0, 1000)
			must(t, err)
			got := map[int64]bool{}
			for _, rel := range rels {
				got[rel.Seq] = true
			}
			for _, k := range world {
				want := sharing.Decide(who, sharing.See, k.rule)
				if rng.IntN(4) > 0 && seen[k.it.ID] == want.Allowed {
					continue
				}
				it, err := r.Get(ctx, k.it.ID)
				if seen[k.it.ID] != want.Allowed || (err == nil) != want.Allowed {
					t.Fatalf("%+v of %+v: rule %+v, list %v, get %v", who, k.rule, want, seen[k.it.ID], err)
				}
				if err == nil && it != k.it {
					t.Fatalf("got %+v, want %+v", it, k.it)
				}
				for i, seq := range k.seqs {
					by := k.rule
					by.Audience = k.byRel[i : i+1]
					if want := sharing.Decide(who, sharing.See, by).Allowed; got[seq] != want {
						t.Fatalf("release %d to %+v: got %v, want %v", seq, k.byRel[i], got[seq], want)
					}
				}
			}
		}
	})
}

func TestStrangersLearnNothing(t *testing.T) {
	ctx := context.Background()
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		items, err := item.Open(ctx, db)
		must(t, err)
		secret := item.Item{ID: item.ID{1}, Kind: "case", Owner: "a", Label: sharing.Label{TLP: sharing.Amber}}
		must(t, db.Write(ctx, func(tx *store.Tx) error {
			if secret.Audience, err = items.Intern(ctx, tx, sharing.AudienceSet{Orgs: []sharing.OrgID{"a", "b"}}); err != nil {
				return err
			}
			return items.Put(ctx, tx, secret)
		}))
		for _, who := range []sharing.Viewer{{}, {Orgs: []sharing.OrgID{"c"}}, {Person: "p"}} {
			_, a := items.For(who).Get(ctx, secret.ID)
			_, b := items.For(who).Get(ctx, item.ID{2})
			if a == nil || b == nil || a.Error() != b.Error() || fault.KindOf(a) != fault.KindOf(b) || fault.RemedyOf(a) != fault.RemedyOf(b) {
				t.Errorf("%+v: %v and %v", who, a, b)
			}
		}
		if _, err := items.For(sharing.Viewer{Orgs: []sharing.OrgID{"b"}}).Get(ctx, secret.ID); err != nil {
			t.Error(err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			same, err := items.Intern(ctx, tx, sharing.AudienceSet{Orgs: []sharing.OrgID{"b", "a", "b"}})
			if err != nil || same != secret.Audience {
				t.Errorf("an equal set got number %d, not %d: %v", same, secret.Audience, err)
			}
			other := secret
			other.Owner = "b"
			if err := items.Put(ctx, tx, other); !fault.Is(err, fault.Conflict) {
				t.Errorf("another owner: %v", err)
			}
			public, err := items.Intern(ctx, tx, sharing.AudienceSet{Public: true})
			if err != nil {
				return err
			}
			if _, err := items.Release(ctx, tx, secret.ID, public, 1, 1); !fault.Is(err, fault.Forbidden) {
				t.Errorf("AMBER to the public: %v", err)
			}
			return errors.New("undone")
		})
		if err == nil || err.Error() != "undone" {
			t.Error(err)
		}
	})
}
