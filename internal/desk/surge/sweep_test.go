package surge_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// daily is a feed that lists c2 servers once a day.
type daily struct {
	t   *testing.T
	n   *node
	dir string
	now *time.Time
	all int
}

// list imports the snapshot of a day, without some entries.
func (f *daily) list(day int, without ...int) surge.Account {
	f.t.Helper()
	asOf := time.Date(2026, 1, day, 6, 0, 0, 0, time.UTC)
	*f.now = asOf.Add(time.Hour)
	var b strings.Builder
	fmt.Fprintf(&b, "#plain c2list snapshot %d\n", asOf.UnixMicro())
next:
	for i := range f.all {
		for _, w := range without {
			if w == i {
				continue next
			}
		}
		writeSaid(f.t, &b, said{Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", i+1), Port: 443, Note: fmt.Sprint("day ", day)})
	}
	path := put(f.t, f.dir, fmt.Sprintf("c2list-%03d.txt", day), []byte(b.String()))
	res, err := f.n.Ingest(context.Background(), surge.Request{Paths: []string{path}})
	ok(f.t, err)
	if res.Duplicate != 0 {
		f.t.Errorf("day %d: %d duplicates", day, res.Duplicate)
	}
	return res.Account
}

// sweep gives what a sweep at noon of a day finds, and the state of the case of
// each entry.
func (f *daily) sweep(day int) (surge.Swept, map[string]string) {
	f.t.Helper()
	*f.now = time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC)
	out, err := f.n.Sweep(context.Background(), false)
	ok(f.t, err)
	states := map[string]string{}
	list, _, err := f.n.Cases(context.Background(), surge.CaseFilter{Limit: 1000})
	ok(f.t, err)
	for _, c := range list {
		states[strings.TrimPrefix(c.Value, "198.18.1.")] = c.State
	}
	return out, states
}

func (f *daily) want(day int, entry, state string) {
	f.t.Helper()
	_, states := f.sweep(day)
	for e, s := range states {
		switch {
		case e == entry && s != state:
			f.t.Errorf("day %d: entry %s is %s instead of %s", day, e, s, state)
		case e != entry && s != "routed":
			f.t.Errorf("day %d: entry %s, which is listed, is %s", day, e, s)
		}
	}
}

func newDaily(t *testing.T, db store.Config) *daily {
	r, now := newRules(t), new(time.Time)
	*now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return *now }
	dir := t.TempDir()
	n, err := openNodeOn(context.Background(), db, filepath.Join(dir, "data"), disk.OS(), r)
	ok(t, err)
	t.Cleanup(func() { ok(t, n.close()) })
	return &daily{t, n, dir, now, 10}
}

func eachStore(t *testing.T, f func(t *testing.T, db store.Config)) {
	for _, d := range []store.Dialect{store.SQLite, store.Postgres} {
		t.Run(d.String(), func(t *testing.T) { f(t, storetest.Config(t, d)) })
	}
}

// A list that goes on closes no case; an entry that is left out is verified down
// after 14 covered days of silence and not a day before, and returns when it
// appears again, with the sighting named.
func TestSilence(t *testing.T) {
	eachStore(t, func(t *testing.T, db store.Config) {
		f := newDaily(t, db)
		for day := 1; day <= 7; day++ {
			f.list(day)
		}
		for day := 8; day <= 22; day++ {
			f.list(day, 4)
			state := "routed"
			if day >= 21 {
				state = "verified-down"
			}
			f.want(day, "5", state)
		}
		f.list(23)
		f.want(23, "5", "returned")
		list, _, err := f.n.Cases(context.Background(), surge.CaseFilter{State: "returned"})
		ok(t, err)
		if len(list) != 1 || list[0].Last != time.Date(2026, 1, 23, 6, 0, 0, 0, time.UTC).UnixMicro() || list[0].Count != 8 {
			t.Errorf("%+v", list)
		}
	})
}

// A day on which the feed did not run, ran short, broke off, or had no band yet
// proves nothing: the covered days stand still.
func TestSilenceStandsStill(t *testing.T) {
	eachStore(t, func(t *testing.T, db store.Config) {
		f := newDaily(t, db)
		for day := 1; day <= 6; day++ {
			f.list(day)
		}
		f.list(7, 4) // the seventh: no band yet
		for day := 8; day <= 24; day++ {
			switch day {
			case 10: // missing
			case 12:
				f.list(day, 0, 1, 2, 3, 4, 5, 6) // low
			default:
				f.list(day, 4)
			}
			if day == 12 {
				continue // the others were left out, too
			}
			state := "routed"
			if day >= 23 { // 8, 9, 11, 13 to 23
				state = "verified-down"
			}
			f.want(day, "5", state)
		}
		list, err := f.n.Coverage(context.Background(), "c2list", surge.DayOf(*f.now))
		ok(t, err)
		var states []string
		for _, c := range list {
			states = append(states, c.State)
		}
		want := strings.Repeat("UNKNOWN ", 7) + "covered covered missing covered low" + strings.Repeat(" covered", 12)
		if got := strings.Join(states, " "); got != want {
			t.Errorf("%s\ninstead of %s", got, want)
		}
	})
}

// With no band there is no proof, however long the silence.
func TestSilenceUnknown(t *testing.T) {
	eachStore(t, func(t *testing.T, db store.Config) {
		f := newDaily(t, db)
		f.list(1)
		f.list(2, 4)
		out, states := f.sweep(300)
		if out.Silent != 10 || out.Unknown != 10 || len(out.Verified) != 0 || states["5"] != "routed" {
			t.Errorf("%+v %v", out, states)
		}
	})
}
