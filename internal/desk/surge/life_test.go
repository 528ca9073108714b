package surge_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// onBoth runs a test on a new node of each engine.
func onBoth(t *testing.T, test func(t *testing.T, n *node)) {
	t.Parallel()
	r := newRules(t)
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			n, err := openNodeOn(context.Background(), storetest.Config(t, d), t.TempDir(), disk.OS(), r)
			ok(t, err)
			t.Cleanup(func() { _ = n.close() })
			test(t, n)
		})
	}
}

// read ingests rows as one file of the surge s.
func (n *node) read(t *testing.T, rows ...said) surge.Account {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.txt")
	var b bytes.Buffer
	b.WriteString("#plain feed event\n")
	for _, r := range rows {
		text, err := json.Marshal(r)
		ok(t, err)
		b.Write(append(text, '\n'))
	}
	ok(t, os.WriteFile(path, b.Bytes(), 0o600))
	res, err := n.Ingest(context.Background(), surge.Request{Paths: []string{path}, Surge: "s"})
	ok(t, err)
	return res.Account
}

// phish is one sighting of the phishing case of a host.
func phish(host int, at time.Time) said {
	return said{Time: at.UnixMicro(), Class: "phishing", Value: fmt.Sprintf("ipv4:198.18.%d.%d", host>>8, host&255)}
}

// all gives all cases.
func (n *node) all(t *testing.T, f surge.CaseFilter) []*surge.Case {
	t.Helper()
	f.Limit = 1 << 40
	list, _, err := n.Cases(context.Background(), f)
	ok(t, err)
	return list
}

func (n *node) deed(t *testing.T, d surge.Deed, ids ...string) []surge.Done {
	t.Helper()
	done, err := n.Do(context.Background(), ids, d)
	ok(t, err)
	return done
}

func idOf(t testing.TB, id string) surge.CaseID {
	raw, err := hex.DecodeString(id)
	ok(t, err)
	return surge.CaseID(raw)
}

// TestStateIsTheFoldOfTheActs: over 100,000 random steps, by persons one act each
// and by sweeps in lists, the state of every case is the fold of its acts, and what
// is not legal changes nothing.
func TestStateIsTheFoldOfTheActs(t *testing.T) {
	onBoth(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		var rows []said
		for i := range 700 {
			rows = append(rows, phish(i, clock.Add(-time.Hour)))
		}
		for i := range 100 {
			rows = append(rows, said{Time: clock.UnixMicro(), Class: "phishing", Value: fmt.Sprintf("domain:nobody%d.example.com", i)})
		}
		n.read(t, rows...)
		w := &walker{T: t, n: n, rng: rand.New(rand.NewPCG(7, 11)), now: clock}
		n.Now = func() time.Time { return w.now }
		ok(t, n.DB.Read(ctx, func(q store.Querier) error {
			list, err := q.QueryContext(ctx, "SELECT no FROM cases ORDER BY no")
			if err != nil {
				return err
			}
			defer list.Close()
			for list.Next() {
				var no int64
				if err := list.Scan(&no); err != nil {
					return err
				}
				w.nos = append(w.nos, no)
			}
			return list.Err()
		}))
		w.cases = w.load(ctx)
		// The last one, of the pool, stays new: few steps lead there.
		last := w.nos[len(w.nos)-1]
		w.nos = w.nos[:len(w.nos)-1]
		all := life.Steps()
		for i := 0; w.steps < 100_000; i++ {
			w.many(ctx, all[w.rng.IntN(len(all))], 400)
			if i%20 == 0 {
				w.person(ctx)
			}
		}
		w.everywhere(ctx)
		w.nos = append(w.nos, last)
		kept := w.load(ctx)
		for _, no := range w.nos {
			if *kept[no] != *w.cases[no] {
				t.Fatalf("case %d is %+v, want %+v", no, *kept[no], *w.cases[no])
			}
		}
		w.fold(ctx, kept)
		w.refuse(ctx, kept)
	})
}
