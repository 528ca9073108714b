package surge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/sample"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// TestStatsOnBothEngines: the figures of many cases, held ones among them, are the
// same on both engines, and the cases behind each are as many as it says.
func TestStatsOnBothEngines(t *testing.T) {
	ctx, rules := context.Background(), newRules(t)
	const cases = 20_000 // more than a window
	var first string
	for _, engine := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			n, err := openNodeOn(ctx, storetest.Config(t, engine), filepath.Join(t.TempDir(), "data"), disk.OS(), rules)
			ok(t, err)
			defer n.close()
			synthLives(t, n, cases)
			ok(t, n.DB.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE cases SET state = 3 WHERE no BETWEEN 101 AND 200")
				return err
			}))
			for _, narrow := range []stats.Narrow{{}, {Country: "CA"}} {
				req := surge.StatsRequest{Surge: "big", Narrow: narrow}
				r, err := n.Stats(ctx, req)
				ok(t, err)
				if narrow.Country == "" && r.All.Cases != cases-100 {
					t.Errorf("%d cases, held ones count", r.All.Cases)
				}
				for _, f := range r.All.Figures() {
					if narrow.Country == "" && f.Key != stats.Down {
						continue
					}
					list, next, err := n.ExplainStats(ctx, req, stats.Page{Figure: f.Key, Limit: 700})
					ok(t, err)
					if len(list) != int(min(700, f.Numerator)) || next == 0 && f.Numerator > 700 {
						t.Errorf("%s: %d cases, then %d", f.Key, len(list), next)
					}
				}
				text, err := json.Marshal([]any{r.All.Figures(), r.All.Times(), r.Baseline.Times, len(r.Networks), len(r.Families)})
				ok(t, err)
				if narrow.Country == "" {
					if first == "" {
						first = string(text)
					} else if first != string(text) {
						t.Errorf("%s\nand before\n%s", text, first)
					}
				}
			}
		})
	}
}

func TestStatsRefuses(t *testing.T) {
	ctx := context.Background()
	n, err := openNode(ctx, t.TempDir(), disk.OS(), newRules(t))
	ok(t, err)
	defer n.close()
	synthLives(t, n, 1)
	for _, k := range []struct {
		req  surge.StatsRequest
		kind fault.Kind
	}{
		{surge.StatsRequest{Surge: "none"}, fault.NotFound},
		{surge.StatsRequest{Surge: "big", Baseline: "none"}, fault.NotFound},
		{surge.StatsRequest{Surge: "big", Baseline: "big"}, fault.Usage},
		{surge.StatsRequest{Surge: "big", AsOf: clock.Add(time.Second)}, fault.Usage},
	} {
		if _, err := n.Stats(ctx, k.req); fault.KindOf(err) != k.kind {
			t.Errorf("%+v: %v", k.req, err)
		}
	}
}

// TestReturnsOnBothEngines: what is measured over the log is the truth of a history,
// also when later days were read first, and held cases are left out.
func TestReturnsOnBothEngines(t *testing.T) {
	ctx, rules := context.Background(), newRules(t)
	h := sample.HistoryConfig{Cases: 200, Days: 100, Seed: 9}
	truth := h.Truth()
	first := clock.Truncate(24*time.Hour).AddDate(0, 0, -h.Days)
	var late, early strings.Builder
	for s := range h.History() {
		to := &early
		if s.Day >= 60 {
			to = &late
		}
		fmt.Fprintf(to, `{"t":%d,"c":"phishing","v":"ipv4:198.18.1.%d","p":80}`+"\n", first.AddDate(0, 0, s.Day).Add(time.Hour).UnixMicro(), s.Case)
	}
	dir := t.TempDir()
	files := []string{filepath.Join(dir, "1.txt"), filepath.Join(dir, "2.txt")}
	ok(t, os.WriteFile(files[0], []byte("#plain history event\n"+late.String()), 0o600))
	ok(t, os.WriteFile(files[1], []byte("#plain history event\n"+early.String()), 0o600))
	for _, engine := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			n, err := openNodeOn(ctx, storetest.Config(t, engine), filepath.Join(t.TempDir(), "data"), disk.OS(), rules)
			ok(t, err)
			defer n.close()
			for _, f := range files {
				_, err := n.Ingest(ctx, surge.Request{Paths: []string{f}})
				ok(t, err)
			}
			r, err := n.Returns(ctx, rsit.None)
			ok(t, err)
			for i, p := range r.Points {
				if want := truth.Points[i]; p.Days != want.K || p.Back != want.Back || p.Absences != want.Absences {
					t.Errorf("%+v, the truth is %+v", p, want)
				}
			}
			ok(t, n.DB.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE cases SET state = 3")
				return err
			}))
			r, err = n.Returns(ctx, rsit.Phishing)
			ok(t, err)
			if p := r.Points[0]; p.Absences != 0 {
				t.Errorf("held cases count: %+v", p)
			}
		})
	}
}
