package surge_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/feed"
)

// lines is a file of rows.
func lines(t testing.TB, dir, name, head string, rows ...said) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(head + "\n")
	for _, r := range rows {
		writeSaid(t, &b, r)
	}
	return put(t, dir, name, b.Bytes())
}

// fake is a phishing name, whose country is what the feed claims.
func fake(i int, claim string) said {
	return said{Time: day(1).UnixMicro() + int64(i), Class: "phishing", Value: fmt.Sprintf("domain:w%d.example.net", i), Country: claim}
}

// by gives the case of an asset.
func (n *node) by(t testing.TB, asset string) *surge.Case {
	t.Helper()
	list, _, err := n.Cases(context.Background(), surge.CaseFilter{Value: asset, Limit: 10})
	ok(t, err)
	if len(list) != 1 {
		t.Fatalf("%d cases of %s", len(list), asset)
	}
	return list[0]
}

// TestReplayAmongOtherFeeds: only the feed's share changes; the feed that placed a
// case places it anew, and no other.
func TestReplayAmongOtherFeeds(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		ctx, dir := context.Background(), t.TempDir()
		n := open(newRules(t))
		defer n.close()
		c2 := func(i int, claim string) said {
			return said{Time: day(1).UnixMicro() + int64(i), Class: "c2-server", Value: fmt.Sprintf("domain:c2-%d.example.net", i), Country: claim}
		}
		one := lines(t, dir, "one.txt", "#plain one event", c2(1, "KE"), c2(2, "KE"), c2(3, "KE"), c2(4, "KE"))
		two := lines(t, dir, "two.txt", "#plain two event", c2(1, "PE"), c2(2, "PE"), c2(5, "PE"))
		_, err := n.Ingest(ctx, surge.Request{Paths: []string{one}, Options: feed.Options{Mapping: []byte("claim")}}) // all in MX
		ok(t, err)
		_, err = n.Ingest(ctx, surge.Request{Paths: []string{two}})
		ok(t, err)
		three, four := n.by(t, "c2-3.example.net"), n.by(t, "c2-4.example.net")
		_, err = n.Do(ctx, []string{three.ID}, surge.Deed{Step: life.Transfer, To: "national-ph"})
		ok(t, err)
		_, err = n.Do(ctx, []string{four.ID}, surge.Deed{Step: life.Close, As: "fixed"})
		ok(t, err)

		done, err := n.Replay(ctx, surge.ReplayRequest{Feed: "two", Mapping: []byte("claim")})
		ok(t, err)
		if done.Moved != 1 || n.by(t, "c2-5.example.net").Country != "MX" || done.Again != 3 || done.Left+done.Opened != 0 {
			t.Errorf("two: %+v", done)
		}
		done, err = n.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right)})
		ok(t, err)
		if done.Moved != 3 || done.Again != 4 || done.Left+done.Opened != 0 {
			t.Errorf("one: %+v", done)
		}
		for asset, want := range map[string]string{"c2-1": "KE national-ke routed 2", "c2-2": "KE national-ke routed 2", "c2-3": "MX national-ph transferred 1",
			"c2-4": "KE national-ke closed 1", "c2-5": "MX national-mx routed 1"} {
			c := n.by(t, asset+".example.net")
			if got := fmt.Sprint(c.Country, " ", c.Owner, " ", c.State, " ", c.Count); got != want {
				t.Errorf("%s: %s instead of %s", asset, got, want)
			}
		}
		n.foldsOfActs(t)

		// A reading that finds nothing leaves the cases of this feed alone without a sighting.
		done, err = n.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte("mute")})
		ok(t, err)
		if c := n.by(t, "c2-3.example.net"); done.Left != 2 || c.Count != 0 || c.State != "closed" {
			t.Errorf("left: %+v, %+v", done, c)
		}
		// They show again in the next file, and are what they were.
		_, err = n.Ingest(ctx, surge.Request{Paths: []string{lines(t, dir, "more.txt", "#plain one event", c2(3, "KE"), c2(4, "KE"))}})
		ok(t, err)
		if c, f := n.by(t, "c2-3.example.net"), n.by(t, "c2-4.example.net"); c.State != "transferred" || c.Count != 1 || c.Owner != "national-ph" || f.State != "closed" {
			t.Errorf("%+v, %+v", c, f)
		}
		n.foldsOfActs(t)
	})
}

// TestReplayOfEveryKindOfInput: archives, files that broke off, rows that a retry
// took, and what was recognised for another surge are read again as they were.
func TestReplayOfEveryKindOfInput(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		ctx, dir := context.Background(), t.TempDir()
		r := newRules(t)
		n := open(r)
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for i := range 3 {
			text := bytes.Replace(scans(t, "one", 30+i), []byte("#plain one"), fmt.Appendf(nil, "#plain %s", pick(i, "one", "two", "one")), 1)
			ok(t, w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d.txt", i), Mode: 0o600, Size: int64(len(text))}))
			_, err := w.Write(text)
			ok(t, err)
		}
		ok(t, w.Close())
		archive := put(t, dir, "a.tar", b.Bytes())
		half := put(t, dir, "half.tar", b.Bytes()[:b.Len()/2])
		some := put(t, dir, "some.txt", faulty(t, "#plain one event\n", 40))
		for _, req := range []surge.Request{{Paths: []string{half, some}, Surge: "s"}, {Paths: []string{archive}}, {Paths: []string{archive}, Surge: "late"}} {
			_, err := n.Ingest(ctx, req)
			ok(t, err)
		}
		ok(t, n.close())
		r.format.mended = true
		n = open(r)
		defer n.close()
		_, err := n.Retry(ctx, surge.Request{})
		ok(t, err)
		before, cases := n.world(t), n.figures(t, "late")
		p, err := n.PreviewReplay(ctx, surge.ReplayRequest{Feed: "one"})
		ok(t, err)
		if p.Opened+p.Moved+p.Left+p.Split+p.Merged != 0 || p.Again != int64(len(n.shownCases(t))) {
			t.Errorf("%+v", p)
		}
		rejects := len(n.rejects(t))
		done, err := n.Replay(ctx, surge.ReplayRequest{Feed: "one"})
		ok(t, err)
		n.world(t).same(t, "after a replay that changes nothing", before)
		if got := len(n.rejects(t)); got != rejects {
			t.Errorf("%d rejected rows instead of %d", got, rejects)
		}
		if got := n.figures(t, "late"); got != cases || cases == 0 {
			t.Errorf("%d cases in the surge instead of %d", got, cases)
		}
		if done.ReplayCounts != p.ReplayCounts {
			t.Errorf("%+v instead of %+v", done, p)
		}
		res, err := n.Ingest(ctx, surge.Request{Paths: []string{archive}})
		ok(t, err)
		if res.Duplicate != res.Observations || res.Batches != 1 {
			t.Errorf("it is not recognised: %+v", res.Account)
		}
	})
}

// figures counts the cases of a surge that feeds show.
func (n *node) figures(t testing.TB, name string) (cases int64) {
	t.Helper()
	w, err := n.WriteReports(context.Background(), surge.ReportRequest{Surge: name, Dir: t.TempDir(), Version: "test"})
	ok(t, err)
	return w.Cases
}

// TestReplayOfWhatIsNoLongerKept: what was deleted is named and refuses the replay;
// rows that retention took out of the log count in their cases as before.
func TestReplayOfWhatIsNoLongerKept(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		ctx, dir := context.Background(), t.TempDir()
		n := open(newRules(t))
		defer n.close()
		_, err := n.Ingest(ctx, surge.Request{Paths: []string{threeDays(t, dir, "feed-a", 1)}})
		ok(t, err)
		n.Retention = keep[:2]
		_, err = n.Retain(ctx, false)
		ok(t, err)
		before := n.world(t)
		done, err := n.Replay(ctx, surge.ReplayRequest{Feed: "feed-a"})
		ok(t, err)
		if done.Opened+done.Left+done.Moved != 0 {
			t.Errorf("%+v", done)
		}
		n.world(t).same(t, "after a replay of what is kept in part", before)

		n.Retention = surge.Retention{{Feed: "feed-a", RawDays: 3}}
		n.Now = func() time.Time { return clock.AddDate(0, 0, 4) }
		extra := lines(t, dir, "extra.txt", "#plain feed-a event", fake(1, "KE"))
		_, err = n.Ingest(ctx, surge.Request{Paths: []string{extra}})
		ok(t, err)
		_, err = n.Retain(ctx, false)
		ok(t, err)
		p, err := n.PreviewReplay(ctx, surge.ReplayRequest{Feed: "feed-a"})
		ok(t, err)
		if len(p.Missing) != 1 || p.Missing[0].Rows != 60 || p.Left == 0 {
			t.Errorf("%+v", p)
		}
		before = n.world(t)
		if _, err = n.Replay(ctx, surge.ReplayRequest{Feed: "feed-a"}); !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
			t.Errorf("%v", err)
		}
		n.world(t).same(t, "after a refusal", before)
		done, err = n.Replay(ctx, surge.ReplayRequest{Feed: "feed-a", Partial: true})
		ok(t, err)
		if done.ReplayCounts != p.ReplayCounts || len(n.shownCases(t)) != 1 {
			t.Errorf("%+v instead of %+v", done, p)
		}
		n.foldsOfActs(t)
	})
}
