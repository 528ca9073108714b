package surge_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
)

// caseOf finds the case of a value.
func (n *node) caseOf(t *testing.T, value string) *surge.Case {
	t.Helper()
	list := n.all(t, surge.CaseFilter{Value: value})
	if len(list) != 1 {
		t.Fatalf("%d cases of %s", len(list), value)
	}
	return list[0]
}

// is fails unless a case is in a state, and its acts say so too.
func (n *node) is(t *testing.T, id, state string, returns int64) *surge.Life {
	t.Helper()
	c, key, err := n.FindCase(context.Background(), id)
	ok(t, err)
	l, err := n.LifeOf(context.Background(), key, c.Class)
	ok(t, err)
	if c.State != state || l.State.String() != state || l.Returns != returns {
		t.Errorf("%s is %s and returned %d times, want %s and %d", c.Value, c.State, l.Returns, state, returns)
	}
	if _, err := n.History(context.Background(), key); err != nil {
		t.Error(err)
	}
	return l
}

// TestSightingReturns: what is seen later than the evidence speaks for returns a case
// that is down, whatever it was closed as; nothing else does. The account is that of
// any other sighting.
func TestSightingReturns(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		at := func(hours int) int64 { return clock.Add(time.Duration(hours) * time.Hour).UnixMicro() }
		type step struct {
			step life.Step
			c    life.Change
		}
		report := step{life.Report, life.Change{At: at(-50)}}
		claim := step{life.Claim, life.Change{At: at(-20), Of: at(-24)}}
		silence := step{life.Verify, life.Change{At: at(-5), Down: at(-100), Grade: life.Silence14}}
		closed := step{life.Close, life.Change{At: at(-4), Reason: "false"}}
		list := []struct {
			name  string
			steps []step
			seen  int64
			want  string
			n     int64
		}{
			{"routed", nil, at(-1), "routed", 0},
			{"acknowledged", []step{report, {life.Acknowledge, life.Change{At: at(-40)}}}, at(-1), "acknowledged", 0},
			{"claimed, seen before", []step{report, claim}, at(-25), "claimed-down", 0},
			{"claimed, seen at the claim", []step{report, claim}, at(-24), "claimed-down", 0},
			{"claimed, seen after", []step{report, claim}, at(-24) + 1, "returned", 1},
			{"silent, seen again", []step{silence}, at(-100) + 1, "returned", 1},
			{"silent, seen long before", []step{silence}, at(-101), "verified-down", 0},
			{"closed as false, seen before", []step{closed}, at(-5), "closed", 0},
			{"closed as false, seen after", []step{closed}, at(-1), "returned", 1},
			{"closed by silence, seen again", []step{silence, {life.Close, life.Change{At: at(-4), Reason: "silence", Grade: life.Silence90}}}, at(-50), "returned", 1},
			{"suppressed", []step{{life.Suppress, life.Change{At: at(-4), Reason: "warninglist:x"}}}, at(-1), "suppressed", 0},
			{"disputed", []step{report, {life.Dispute, life.Change{At: at(-40), Reason: "r"}}}, at(-1), "disputed", 0},
		}
		var first, again []said
		for i, c := range list {
			first = append(first, phish(i, time.UnixMicro(at(-100))))
			again = append(again, phish(i, time.UnixMicro(c.seen)))
		}
		n.read(t, first...)
		ids := make([]string, len(list))
		for i, c := range list {
			ids[i] = n.caseOf(t, fmt.Sprintf("198.18.0.%d", i)).ID
			for _, s := range c.steps {
				ok(t, n.step(ctx, s.step, ids[i], s.c))
			}
		}
		if a := n.read(t, first...); a.Duplicate != int64(len(list)) {
			t.Errorf("%d duplicates", a.Duplicate)
		}
		for i, c := range list {
			if c.n == 0 {
				n.is(t, ids[i], c.want, 0)
			}
		}
		if a := n.read(t, again...); a.Routed != int64(len(list)) || a.CasesOpened != 0 {
			t.Errorf("%d routed, %d opened, of %d", a.Routed, a.CasesOpened, len(list))
		}
		for i, c := range list {
			t.Run(c.name, func(t *testing.T) {
				l := n.is(t, ids[i], c.want, c.n)
				if c.n > 0 && (l.SeenAt != c.seen || l.Seen != "feed" || l.Down != 0 || l.Grade != life.NoGrade) {
					t.Errorf("%+v", l)
				}
			})
		}
	})
}

// TestReturnsOnTheWay: what one batch did to a case is right for the next one, also
// before it is committed: a case returns once, and a hold turns it from where it is.
func TestReturnsOnTheWay(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		old := clock.Add(-100 * time.Hour)
		site := func(host string, hour int) said {
			return said{Time: old.Add(time.Duration(hour) * time.Hour).UnixMicro(), Class: "phishing", Value: "domain:" + host}
		}
		names := []string{"one.pe", "two.pe", "three.pe", "four.pe", "five.pe"}
		var rows []said
		for _, name := range names {
			rows = append(rows, site(name, 0))
		}
		n.read(t, rows...)
		ids := map[string]string{}
		for _, name := range names {
			ids[name] = n.caseOf(t, name).ID
			ok(t, n.step(ctx, life.Verify, ids[name], life.Change{At: clock.UnixMicro(), Down: old.Add(10 * time.Hour).UnixMicro(), Grade: life.Producer}))
			ok(t, n.step(ctx, life.Close, ids[name], life.Change{At: clock.UnixMicro(), Reason: "fixed"}))
		}
		hold, err := judge.ParseHold("domain", "held.pe")
		ok(t, err)
		var holds []judge.Hold
		for i, name := range names[1:] {
			hold.ID, hold.Domain, hold.Reason, hold.Author = judge.HoldID(i+1), "a."+name, "r", "a"
			holds = append(holds, hold)
		}
		n.Judge, err = judge.New(judge.Config{Geography: n.Geo, Holds: holds})
		ok(t, err)
		filler := func(k int) (out []said) { // fills a batch, so that the next row falls into another
			for i := range 16384 {
				out = append(out, said{Time: clock.UnixMicro(), Class: "blocklist", Value: fmt.Sprintf("ipv4:198.19.%d.%d", i>>8, i&255), Note: fmt.Sprint(k)})
			}
			return out
		}
		rows = []said{
			site("one.pe", 20),     // returns
			site("two.pe", 20),     // returns
			site("a.three.pe", 20), // returns and is held at once
			site("a.four.pe", 5),   // is held, not later: closed when released
			site("a.five.pe", 5),
		}
		rows = append(append(rows, filler(1)...), site("one.pe", 21), site("a.two.pe", 21), site("three.pe", 22), site("five.pe", 30))
		rows = append(append(rows, filler(2)...), site("one.pe", 23), site("two.pe", 24), site("five.pe", 31))
		n.read(t, rows...)
		n.is(t, ids["one.pe"], "returned", 1)
		n.is(t, ids["two.pe"], "held", 1)
		n.is(t, ids["three.pe"], "held", 1)
		n.is(t, ids["four.pe"], "held", 0)
		n.is(t, ids["five.pe"], "held", 1)
		for name, want := range map[string]string{"two.pe": "routed", "three.pe": "routed", "four.pe": "closed", "five.pe": "routed"} {
			ok(t, n.step(ctx, life.Release, ids[name], life.Change{At: clock.UnixMicro()}))
			returns := int64(1)
			if want == "closed" {
				returns = 0
			}
			l := n.is(t, ids[name], want, returns)
			if want == "closed" && (l.Grade != life.Producer || l.Reason != "fixed") {
				t.Errorf("after the hold: %+v", l)
			}
		}
		// What the next ingest loads is the same.
		n.read(t, site("four.pe", 40), site("one.pe", 41))
		n.is(t, ids["four.pe"], "returned", 1)
		n.is(t, ids["one.pe"], "returned", 1)
	})
}
