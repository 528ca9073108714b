package judge

import (
	"bufio"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/infra/warnlist"
)

// shared gives a path of the real data, where there is any.
func shared(t testing.TB, path string) string {
	t.Helper()
	dir := os.Getenv("ENTENTE_SHARED")
	if dir == "" {
		dir = "../../../../../shared"
	}
	path = filepath.Join(dir, "data", path)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("outside data: no %s (ENTENTE_SHARED names its folder)", path)
	}
	return path
}

func realJudge(t testing.TB) *Judge {
	t.Helper()
	dir := t.TempDir()
	if _, err := warnlist.Import(context.Background(), shared(t, "warninglists/misp-warninglists.tar.zst"), dir, clock); err != nil {
		t.Fatal(err)
	}
	l, err := warnlist.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := New(Config{Lists: l})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// The table names lists that exist, and what it says of well-known values holds
// on the real lists.
func TestRealLists(t *testing.T) {
	j := realJudge(t)
	have := map[string]bool{}
	for _, info := range j.lists.All() {
		have[info.List] = true
	}
	table, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table.Rows {
		for _, name := range r.Lists {
			if !strings.Contains(name, "*") && !have[name] {
				t.Errorf("the table names %s, which is not among the %d real lists", name, len(have))
			}
		}
	}
	for _, c := range []struct {
		class rsit.Class
		text  string
		want  string
		notes []string
	}{
		{rsit.C2Server, "www.google.com", "suppressed warninglist:captive-portals", []string{"cisco_top1000", "google"}},
		{rsit.C2Server, "8.8.8.8", "suppressed warninglist:public-dns-v4", []string{"public-dns-v4"}},
		{rsit.C2Server, "52.95.110.1", "pass ", []string{"amazon-aws"}},
		{rsit.InfectedSystem, "8.8.8.8", "pass ", []string{"public-dns-v4"}},
		{rsit.Phishing, "https://docs.google.com/forms/x", "pass ", []string{"moz-top500"}},
	} {
		o, host, addr := seen(t, c.class, c.text)
		out, reason, notes := j.Verdict(o, host, addr, "", clock)
		t.Logf("%s %s: %s %s %q", c.class, c.text, out, reason, notes)
		if got := out.String() + " " + reason; got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
		for _, n := range c.notes {
			if !slices.Contains(notes, ReasonList+n) {
				t.Errorf("%s is not annotated with %s", c.text, n)
			}
		}
	}
}

// readIPSum gives the addresses of the real blocklist.
func readIPSum(t testing.TB) []netip.Addr {
	f, err := os.Open(shared(t, "indicators/ipsum.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []netip.Addr
	for s := bufio.NewScanner(f); s.Scan(); {
		if a, err := netip.ParseAddr(strings.SplitN(s.Text(), "\t", 2)[0]); err == nil {
			out = append(out, a)
		}
	}
	return out
}

// Suppression is rare even on a blocklist of which two of five stand on a list.
func TestRealShare(t *testing.T) {
	j, list := realJudge(t), readIPSum(t)
	suppressed, noted := 0, 0
	for _, a := range list {
		o := &feed.Observation{Class: rsit.C2Server, Value: value.FromAddr(a)}
		out, _, notes := j.Verdict(o, value.Value{}, a, "", clock)
		if out == Suppressed {
			suppressed++
		}
		if len(notes) > 0 {
			noted++
		}
	}
	t.Logf("%d addresses as c2-server: %d on a list (%.1f %%), %d suppressed (%.2f %%)", len(list), noted, 100*float64(noted)/float64(len(list)), suppressed, 100*float64(suppressed)/float64(len(list)))
	if 100*suppressed > len(list) {
		t.Errorf("%d of %d suppressed: more than one in a hundred", suppressed, len(list))
	}
}

func BenchmarkRealVerdict(b *testing.B) {
	j, list := realJudge(b), readIPSum(b)
	o := &feed.Observation{Class: rsit.C2Server}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		a := list[i%len(list)]
		o.Value = value.FromAddr(a)
		j.Verdict(o, value.Value{}, a, "", clock)
		i++
	}
}
