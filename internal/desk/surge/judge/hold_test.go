package judge

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// The index finds the first rule, and all rules, that a scan of all rules finds.
func TestHoldProperty(t *testing.T) {
	names := []string{"example.org", "a.example.org", "b.a.example.org", "example.net"}
	addr := rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte{198, 51, rapid.SampledFrom([]byte{100, 101}).Draw(t, "b2"), rapid.Byte().Draw(t, "b3")})
	})
	rapid.Check(t, func(t *rapid.T) {
		list := make([]Hold, rapid.IntRange(0, 8).Draw(t, "rules"))
		for i := range list {
			h := &list[i]
			h.ID, h.Reason, h.Author = HoldID(i+1), "r", "a"
			for h.Check() != nil {
				if rapid.Bool().Draw(t, "value") {
					h.Value = value.FromAddr(addr.Draw(t, "v"))
				}
				if rapid.Bool().Draw(t, "prefix") {
					h.Prefix = netip.PrefixFrom(addr.Draw(t, "p"), rapid.IntRange(20, 32).Draw(t, "bits")).Masked()
				}
				if rapid.Bool().Draw(t, "domain") {
					h.Domain = rapid.SampledFrom(names).Draw(t, "d")
				}
				if rapid.Bool().Draw(t, "class") {
					h.Class = rapid.SampledFrom([]rsit.Class{rsit.C2Server, rsit.Phishing}).Draw(t, "c")
				}
				if rapid.Bool().Draw(t, "country") {
					h.Country = rapid.SampledFrom([]string{"CO", "PE"}).Draw(t, "l")
				}
			}
			if rapid.Bool().Draw(t, "ends") {
				h.End = clock.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "end")) * time.Hour)
			}
		}
		s, err := newHolds(list)
		if err != nil {
			t.Fatal(err)
		}
		o := &feed.Observation{Class: rapid.SampledFrom([]rsit.Class{rsit.C2Server, rsit.Phishing, rsit.Spam}).Draw(t, "class")}
		a := addr.Draw(t, "addr")
		var host value.Value
		if rapid.Bool().Draw(t, "named") {
			host, _ = value.ParseDomain(rapid.SampledFrom(append(names, "x.b.a.example.org", "badexample.org")).Draw(t, "host"))
			o.Value = host
		} else {
			o.Value = value.FromAddr(a)
		}
		code := rapid.SampledFrom([]string{"", "CO", "PE"}).Draw(t, "code")
		want := ""
		var fit []int
		for i := range list {
			if list[i].InForce(clock) && list[i].fits(o, host, a, code) {
				fit = append(fit, i)
				if want == "" {
					want = s.reasons[i]
				}
			}
		}
		if got := s.find(o, host, a, code, clock); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		all := s.all(nil, o, host, a, code, clock)
		slices.Sort(all)
		if !slices.Equal(all, fit) {
			t.Fatalf("all that fit: %v, want %v", all, fit)
		}
	})
}

func TestHoldCheck(t *testing.T) {
	good := Hold{Domain: "example.org", Reason: "r", Author: "a"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]Hold{
		"names nothing": {Reason: "r", Author: "a"},
		"no reason":     {Domain: "example.org", Author: "a"},
		"no author":     {Domain: "example.org", Reason: "r", Author: " "},
		"no country":    {Country: "XX", Reason: "r", Author: "a"},
		"wrong order":   {Domain: "example.org", Reason: "r", Author: "a", Start: clock, End: clock},
		"host bits":     {Prefix: netip.MustParsePrefix("192.0.2.1/24"), Reason: "r", Author: "a"},
		"no domain":     {Domain: "Example.org.", Reason: "r", Author: "a"},
	} {
		if err := h.Check(); !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

func TestHoldStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		ctx, db := context.Background(), open()
		if err := db.Migrate(ctx, Component, Migrations()); err != nil {
			t.Fatal(err)
		}
		v, err := value.ParseURL("http://example.org/a")
		if err != nil {
			t.Fatal(err)
		}
		want := []Hold{
			{ID: 1, Value: v, Reason: "running case", Author: "unit 3", End: clock.Add(time.Hour)},
			{ID: 2, Prefix: netip.MustParsePrefix("2001:db8::/32"), Class: rsit.C2Server, Country: "CO", Reason: "r", Author: "a", Start: clock},
			{ID: 3, Domain: "example.org", Reason: "r", Author: "a"},
		}
		for i, h := range want {
			h.ID = 0
			err := db.Write(ctx, func(tx *store.Tx) error {
				id, err := AddHold(ctx, tx, h)
				if err == nil && id != HoldID(i+1) {
					t.Errorf("rule %d has the number %d", i+1, id)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		lift := func(id HoldID, reason string) error {
			return db.Write(ctx, func(tx *store.Tx) error { return LiftHold(ctx, tx, id, "unit 4", reason, clock) })
		}
		if err := lift(3, "arrests made"); err != nil {
			t.Fatal(err)
		}
		want[2].Lifted, want[2].LiftedBy, want[2].LiftReason = clock, "unit 4", "arrests made"
		if err := lift(3, "again"); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "2026-11-24") {
			t.Errorf("lifted twice: %v", err)
		}
		if err := lift(9, "no such"); !fault.Is(err, fault.NotFound) {
			t.Errorf("lifted none: %v", err)
		}
		if err := lift(1, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("lifted without a reason: %v", err)
		}
		bad := db.Write(ctx, func(tx *store.Tx) error { _, err := AddHold(ctx, tx, Hold{Reason: "r", Author: "a"}); return err })
		if !fault.Is(bad, fault.Invalid) {
			t.Errorf("a rule that names nothing: %v", bad)
		}
		var got []Hold
		err = db.Read(ctx, func(q store.Querier) (err error) { got, err = ListHolds(ctx, q); return err })
		if err != nil || len(got) != len(want) {
			t.Fatalf("%v, %v", got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got %+v, want %+v", got[i], want[i])
			}
		}
	})
}
