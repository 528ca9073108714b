package surge_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
)

// withGeography changes the network data of the rules; data of the same contents
// may have another name.
func (r rules) withGeography(t testing.TB, text string) rules {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.csv")
	ok(t, os.WriteFile(path, []byte(text), 0o600))
	var err error
	r.geo, err = locate.Open(locate.Config{CSV: path, Now: clock})
	ok(t, err)
	t.Cleanup(func() { _ = r.geo.Close() })
	return r
}

func (r rules) withBogons(t testing.TB, on bool) rules {
	t.Helper()
	var err error
	r.judge, err = judge.New(judge.Config{Bogons: on, Geography: r.geo})
	ok(t, err)
	return r
}

// TestARunGoesOnOnItsOwnGround: a run that broke off is not resumed by other
// network data or another word on bogons; the fault says what differs. Data of
// the same contents are the same. --anew gives it up for good.
func TestARunGoesOnOnItsOwnGround(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		dir := t.TempDir()
		const rows = 20_000 // more than a batch
		var b bytes.Buffer
		b.WriteString("#plain list event\n")
		for i := range rows {
			writeSaid(t, &b, said{Time: day(1).UnixMicro() + int64(i), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.%d.%d", i/200%2, i%200), Note: fmt.Sprintf("%x", i*7919)})
		}
		put(t, dir, "a.txt", b.Bytes())
		put(t, dir, "b.txt", []byte("#plain other event\n"))
		base := newRules(t)
		on := base.withBogons(t, true)
		try := func(r rules, req surge.Request) (surge.Result, error) {
			t.Helper()
			n := open(r)
			defer n.close()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if req.Progress == nil {
				req.Progress = func(surge.Progress) {}
			} else {
				req.Progress = func(p surge.Progress) {
					if p.Rows > 0 {
						cancel() // the first file is read
					}
				}
			}
			req.Paths = []string{dir}
			return n.Ingest(ctx, req)
		}
		stop := surge.Request{Progress: func(surge.Progress) {}}
		if _, err := try(on, stop); !fault.Is(err, fault.Stopped) {
			t.Fatal(err)
		}
		for what, c := range map[string]struct {
			rules
			says string
		}{
			"bogons":         {base.withBogons(t, false), "it suppresses bogons, this call does not"},
			"network data":   {on.withGeography(t, geography+"198.18.3.0/24,PE,4200000003,Red Tres\n"), "other.csv"},
			"old data, less": {on.withGeography(t, strings.Split(geography, "198.18.2")[0]), "it locates by"},
		} {
			_, err := try(c.rules, surge.Request{})
			if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), c.says) || !strings.Contains(fault.RemedyOf(err), "--anew") {
				t.Errorf("%s: %v, remedy %q", what, err, fault.RemedyOf(err))
			}
		}
		res, err := try(on.withGeography(t, geography), surge.Request{}) // the same under another name
		ok(t, err)
		if res.Rows != rows || res.Routed+res.Pooled != rows || res.Duplicate != 0 {
			t.Errorf("went on: %s", accountText(res.Account))
		}

		put(t, dir, "a.txt", append(b.Bytes(), b.Bytes()[len("#plain list event\n"):]...)) // other bytes, so not recognised
		if _, err := try(on, stop); !fault.Is(err, fault.Stopped) {
			t.Fatal(err)
		}
		off := base.withBogons(t, false)
		res, err = try(off, surge.Request{Anew: true})
		ok(t, err)
		if res.Rows != 2*rows || res.Duplicate != 2*rows {
			t.Errorf("anew: %s", accountText(res.Account))
		}
		if res, err = try(off, surge.Request{}); err != nil || res.Duplicate != 2*rows {
			t.Errorf("the run that was given up is still in the way: %v, %s", err, accountText(res.Account))
		}
		if res, err = try(on, surge.Request{}); err != nil || res.Rows != 2*rows {
			t.Errorf("a finished request by its first settings: %v, %s", err, accountText(res.Account))
		}
	})
}
