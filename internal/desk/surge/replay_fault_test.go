package surge_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/feed"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// replayFiles are the files of three ingests: of one feed events, two snapshots and
// rejected rows, and rows of another feed in between, of other cases.
func replayFiles(t testing.TB, dir string) [][]string {
	t.Helper()
	file := func(name, head string, n, from int) string {
		var b bytes.Buffer
		b.WriteString(head + "\n")
		for j := range n {
			writeSaid(t, &b, said{Time: day(j%3).UnixMicro() + int64(j), Class: pick(j, "c2-server", "phishing", "spam"),
				Value: pick(j, fmt.Sprintf("ipv4:198.18.1.%d", from+j), fmt.Sprintf("domain:w%d.example.net", from+j%5), fmt.Sprintf("ipv4:198.18.0.%d", from+j)),
				Port:  uint16(80 + j%2), Family: pick(j, "", "bot"), Severity: pick(j/2, "low", "high"), Country: "KE"})
		}
		b.WriteString("!never\n")
		return put(t, dir, name, b.Bytes())
	}
	return [][]string{
		{file("a.txt", "#plain one event", 40, 1), file("b.txt", "#plain two event", 40, 120)},
		{file("c.txt", fmt.Sprint("#plain one snapshot ", day(1).UnixMicro()), 20, 10), file("d.txt", fmt.Sprint("#plain one snapshot ", day(2).UnixMicro()), 20, 15)},
		{file("e.txt", "#plain one event", 60, 30), file("f.txt", "#plain two event", 10, 160)},
	}
}

// replayStory is a folder in which a feed was read wrongly. The act is its replay.
func replayStory(t testing.TB) *story {
	t.Helper()
	ctx := context.Background()
	s := &story{rules: newRules(t), ready: filepath.Join(t.TempDir(), "ready")}
	n, err := openNode(ctx, s.ready, disk.OS(), s.rules)
	ok(t, err)
	for _, paths := range replayFiles(t, t.TempDir()) {
		_, err = n.Ingest(ctx, surge.Request{Paths: paths, Surge: "s", Options: feed.Options{Mapping: []byte("noport nofamily claim deaf")}})
		ok(t, err)
	}
	ok(t, n.close())
	s.act = func(ctx context.Context, n *node) error {
		_, err := n.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right)})
		return err
	}
	n, err = openNode(ctx, s.begin(t), disk.OS(), s.rules)
	ok(t, err)
	defer n.close()
	ok(t, s.act(ctx, n))
	s.world = n.world(t)
	n.foldsOfActs(t)
	return s
}

// TestReplayOnBothStores: two feeds that were read wrongly, replayed one after the
// other, are as if they had been read rightly from the start.
func TestReplayOnBothStores(t *testing.T) {
	ctx := context.Background()
	files := replayFiles(t, t.TempDir())
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(d.String(), func(t *testing.T) {
			var nodes [2]*node
			for i, mapping := range []string{"noport late claim deaf", right} {
				cfg, r := storetest.Config(t, d), newRules(t)
				r.dsn = cfg.DSN
				n, err := openNode(ctx, cfg.Dir, disk.OS(), r)
				ok(t, err)
				defer n.close()
				for _, paths := range files {
					_, err := n.Ingest(ctx, surge.Request{Paths: paths, Surge: "s", Options: feed.Options{Mapping: []byte(mapping)}})
					ok(t, err)
				}
				nodes[i] = n
			}
			n := nodes[0]
			for _, name := range []string{"one", "two"} {
				p, err := n.PreviewReplay(ctx, surge.ReplayRequest{Feed: name, Mapping: []byte(right)})
				ok(t, err)
				done, err := n.Replay(ctx, surge.ReplayRequest{Feed: name, Mapping: []byte(right)})
				ok(t, err)
				if p.ReplayCounts != done.ReplayCounts || p.Opened == 0 || p.Left == 0 || p.Moved == 0 && name == "one" {
					t.Errorf("%s: it did %+v, the preview said %+v", name, done.ReplayCounts, p.ReplayCounts)
				}
			}
			n.asIfFromTheStart(t, nodes[1])
			if a, b := n.figures(t, "s"), nodes[1].figures(t, "s"); a != b || a == 0 {
				t.Errorf("the surge has %d cases instead of %d", a, b)
			}
		})
	}
}

// TestReplayAtEveryCutOfTheLog: power fails after any transaction of a replay, and the
// same call finishes it.
func TestReplayAtEveryCutOfTheLog(t *testing.T) {
	s := replayStory(t)
	p := s.film(t)
	cuts, commits := cutsOf(p.wal)
	t.Logf("%d transactions, %d cuts", commits, len(cuts))
	if commits < 20 {
		t.Error("too few to say anything")
	}
	for i := 0; i < len(cuts) && !t.Failed(); i++ {
		if s.cut(t, p, cuts[i]); t.Failed() {
			t.Errorf("cut at byte %d of %d", cuts[i], len(p.wal))
		}
	}
}

// TestReplayWhoseFilesFail: a file operation fails, or all from it on, then what was
// not synced is lost; the same call on a sound disk finishes the replay.
func TestReplayWhoseFilesFail(t *testing.T) {
	t.Parallel()
	ctx, s := context.Background(), replayStory(t)
	whole := disktest.New()
	n, err := openNode(ctx, s.begin(t), whole, s.rules)
	ok(t, err)
	ok(t, s.act(ctx, n))
	ok(t, n.close())
	ops := whole.Ops()
	for at := 1; at <= len(ops) && !t.Failed(); at += step() {
		if s.fail(ctx, t, failing{at, disktest.Faults()[at%2], at/2%2 == 1}); t.Failed() {
			t.Errorf("after operation %d of %d: %v", at, len(ops), ops[at-1])
		}
	}
}

// TestReplayThatIsGivenUp: a replay that was stopped keeps everything else from its
// feed; another one with other options takes its place.
func TestReplayThatIsGivenUp(t *testing.T) {
	s, given := replayStory(t), 0
	for stop := 1; stop < 12; stop++ {
		ctx, cancel := context.WithCancel(context.Background())
		n, err := openNode(ctx, s.begin(t), disk.OS(), s.rules)
		ok(t, err)
		now, calls := n.Now, 0
		n.Now = func() time.Time {
			if calls++; calls == stop*3 {
				cancel()
			}
			return now()
		}
		_, err = n.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte("late claim")})
		cancel()
		if err == nil {
			t.Logf("stop %d came too late", stop)
			ok(t, n.close())
			continue
		}
		ctx = context.Background()
		if _, err := n.Sweep(ctx, true); err == nil { // it had not begun
			ok(t, n.close())
			continue
		}
		given++
		if err := s.act(ctx, n); err == nil {
			t.Error("it goes on by another mapping")
		}
		_, err = n.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right), Anew: true})
		ok(t, err)
		n.world(t).same(t, "after a replay that was given up", s.world)
		n.foldsOfActs(t)
		ok(t, n.close())
	}
	if given < 3 {
		t.Errorf("only %d were given up", given)
	}
}
