package surge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/record"
)

// TestTransferFindsItsCase: after a transfer the ingest gives a sighting to the new
// owner, also in another process; reports show him all of it, and nobody else.
func TestTransferFindsItsCase(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.read(t, phish(1, clock.Add(-5*time.Hour)), phish(2, clock.Add(-5*time.Hour)))
		c := n.caseOf(t, "198.18.0.1")
		if _, err := n.Do(ctx, []string{c.ID}, surge.Deed{Step: life.Transfer, To: "pool"}); !fault.Is(err, fault.Usage) {
			t.Errorf("to the pool: %v", err)
		}
		n.deed(t, surge.Deed{Step: life.Transfer, To: "national-pe", Reason: "moved"}, c.ID)
		if _, err := n.Do(ctx, []string{c.ID}, surge.Deed{Step: life.Transfer, To: "national-pe"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("to its owner: %v", err)
		}
		n.read(t, phish(1, clock.Add(-4*time.Hour)), phish(2, clock.Add(-4*time.Hour)))
		owners := map[string]int{}
		for row, err := range n.Log.Scan(ctx, eventlog.Query{}) {
			ok(t, err)
			owners[row.Value+" "+row.Owner+" "+row.Country+" "+row.OwnerBasis]++
		}
		for _, want := range []string{"198.18.0.1 bank CO prefix", "198.18.0.1 national-pe CO transferred", "198.18.0.2 bank CO prefix"} {
			if owners[want] == 0 {
				t.Errorf("nothing is logged for %s: %v", want, owners)
			}
		}
		after := n.caseOf(t, "198.18.0.1")
		if after.ID != c.ID || after.Owner != "national-pe" || after.Country != "CO" || after.Count != 2 || after.Basis != "transferred" {
			t.Errorf("%+v", after)
		}
		dir := t.TempDir()
		_, err := n.WriteReports(ctx, surge.ReportRequest{Surge: "s", Dir: dir})
		ok(t, err)
		s := &holdStory{TB: t, ctx: ctx, n: n}
		if got := s.lines(dir, "observations*.csv", "no such cell"); got != 4 {
			t.Errorf("%d observations in the owners' reports", got)
		}
		if got := s.lines(dir, "cases.csv", "no such cell"); got != 2 {
			t.Errorf("%d cases in the owners' reports", got)
		}
	})
}

// TestTransferIsThereAfterReopening: the payload of the case's id is durable.
func TestTransferIsThereAfterReopening(t *testing.T) {
	t.Parallel()
	dir, r := t.TempDir(), newRules(t)
	n, err := openNode(context.Background(), dir, disk.OS(), r)
	ok(t, err)
	n.read(t, phish(1, clock.Add(-5*time.Hour)))
	n.deed(t, surge.Deed{Step: life.Transfer, To: "national-pe"}, n.caseOf(t, "198.18.0.1").ID)
	ok(t, n.close())
	n, err = openNode(context.Background(), dir, disk.OS(), r)
	ok(t, err)
	defer n.close()
	if a := n.read(t, phish(1, clock.Add(-4*time.Hour))); a.CasesOpened != 0 || a.Owners != 1 {
		t.Errorf("%+v", a)
	}
	for row, err := range n.Log.Scan(context.Background(), eventlog.Query{}) {
		ok(t, err)
		if want := map[bool]string{true: "bank", false: "national-pe"}[row.Observed < clock.Add(-4*time.Hour).UnixMicro()]; row.Owner != want {
			t.Errorf("the row of %s is %s's", time.UnixMicro(row.Observed).UTC(), row.Owner)
		}
	}
}

// TestReleaseInSlices: a release reports what its owner does not know of, in acts
// that list it, and leaves held and pooled cases alone. Called again it does the
// rest.
func TestReleaseInSlices(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		var rows []said
		for i := range 1200 {
			rows = append(rows, said{Time: clock.UnixMicro(), Class: "phishing", Value: fmt.Sprintf("url:http://198.18.0.7:%d/", i+1000), Note: "x"})
			rows = append(rows, said{Time: clock.UnixMicro(), Class: "vulnerable-system", Value: fmt.Sprintf("ipv4:198.18.%d.%d", i%2, i/8%200), Port: uint16(i + 1)})
		}
		rows = append(rows, said{Time: clock.UnixMicro(), Class: "phishing", Value: "domain:nobody.example.com"})
		n.read(t, rows...)
		if _, err := n.ReleaseReports(ctx, surge.ReleaseRequest{Surge: "s", By: "b"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("before reports were written: %v", err)
		}
		_, err := n.WriteReports(ctx, surge.ReportRequest{Surge: "s", Dir: t.TempDir()})
		ok(t, err)
		held := n.all(t, surge.CaseFilter{Country: "PH"})[0]
		n.deed(t, surge.Deed{Step: life.Hold, Reason: "r"}, held.ID)
		routed := int64(len(n.all(t, surge.CaseFilter{State: "routed"})))
		if routed < 1100 {
			t.Fatalf("%d cases are routed", routed)
		}
		first, err := n.ReleaseReports(ctx, surge.ReleaseRequest{Surge: "s", By: "b", Country: "co"})
		ok(t, err)
		rest, err := n.ReleaseReports(ctx, surge.ReleaseRequest{Surge: "s", By: "b"})
		ok(t, err)
		if first == 0 || rest == 0 || int64(first+rest) != routed {
			t.Errorf("%d and %d of %d", first, rest, routed)
		}
		by, err := n.CountByState(ctx)
		ok(t, err)
		if by["reported"] != routed || by["held"] != 1 || by["new"] != 1 || by["routed"] != 0 {
			t.Errorf("%v", by)
		}
		acts, err := n.Record.Acts(ctx, record.Filter{Verb: "report.release"})
		ok(t, err)
		if len(acts) < 2 {
			t.Errorf("%d acts", len(acts))
		}
		for _, a := range acts {
			if strings.Contains(string(a.Body), `"b"`) || a.Commit == [32]byte{} {
				t.Errorf("who released it stands in the act: %s", a.Body)
			}
		}
		for _, c := range n.all(t, surge.CaseFilter{State: "reported"})[:20] {
			n.is(t, c.ID, "reported", 0)
		}
	})
}

// TestDueIsWhatEachCaseSays: the list of what is due is that of the clocks of the
// single cases, the most urgent first, also when the deadlines change.
func TestDueIsWhatEachCaseSays(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		now := clock
		n.Now = func() time.Time { return now }
		classes := []string{"phishing", "vulnerable-system", "c2-server", "system-compromise"}
		for day := range 3 {
			var rows []said
			for i := range 12 {
				rows = append(rows, said{Time: now.UnixMicro(), Class: classes[i%4], Value: fmt.Sprintf("ipv4:198.18.%d.%d", day&1, day*16+i), Port: uint16(day + 1)})
			}
			n.read(t, rows...)
			for i, c := range n.all(t, surge.CaseFilter{State: "routed"}) {
				switch i % 5 {
				case 0:
					ok(t, n.step(ctx, life.Report, c.ID, life.Change{At: now.UnixMicro()}))
				case 1:
					ok(t, n.step(ctx, life.Report, c.ID, life.Change{At: now.UnixMicro()}))
					ok(t, n.step(ctx, life.Acknowledge, c.ID, life.Change{At: now.Add(time.Hour).UnixMicro()}))
				case 2:
					ok(t, n.step(ctx, life.Hold, c.ID, life.Change{At: now.UnixMicro()}))
					ok(t, n.step(ctx, life.Release, c.ID, life.Change{At: now.Add(2 * time.Hour).UnixMicro()}))
				}
			}
			now = now.Add(7 * time.Hour)
			if day == 1 { // shorter deadlines from now on: running clocks keep theirs
				changed, err := life.ParseDeadlines(map[string]string{"vulnerable.send": "1 hour", "phishing.send": "2 days"}, "test")
				ok(t, err)
				n.Config.Deadlines = changed
				n.Desk, err = surge.Open(ctx, n.Config)
				ok(t, err)
			}
		}
		want := 0
		var last int64
		all, err := n.Due(ctx, surge.CaseFilter{Limit: 1000})
		ok(t, err)
		due := map[string]life.Running{}
		for _, c := range all {
			if c.Clock.Due < last {
				t.Errorf("%s is due before the one above it", c.ID)
			}
			last = c.Clock.Due
			due[c.ID] = c.Clock
		}
		for _, c := range n.all(t, surge.CaseFilter{}) {
			l, err := n.LifeOf(ctx, idOf(t, c.ID), c.Class)
			ok(t, err)
			if len(l.Clocks) == 0 {
				continue
			}
			want++
			if got := due[c.ID]; got != l.Clocks[0] {
				t.Errorf("%s %s: %+v in the list, %+v in the case", c.State, c.Class, got, l.Clocks[0])
			}
		}
		if len(all) != want || want < 30 {
			t.Errorf("%d are due, want %d", len(all), want)
		}
		few, err := n.Due(ctx, surge.CaseFilter{Limit: 7})
		ok(t, err)
		for i := range few {
			if few[i].ID != all[i].ID {
				t.Errorf("place %d of the short list is another case", i)
			}
		}
	})
}
