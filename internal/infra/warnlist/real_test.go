package warnlist

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"entente/internal/core/value"
)

// realLists imports the archive of real lists, where there is one.
func realLists(t testing.TB) (string, Report) {
	t.Helper()
	shared := os.Getenv("ENTENTE_SHARED")
	if shared == "" {
		shared = "../../../../shared"
	}
	archive := filepath.Join(shared, "data/warninglists/misp-warninglists.tar.zst")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("outside data: no %s (ENTENTE_SHARED names its folder)", archive)
	}
	dir := filepath.Join(t.TempDir(), "warninglists")
	rep, err := Import(context.Background(), archive, dir, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return dir, rep
}

func TestRealLists(t *testing.T) {
	dir, rep := realLists(t)
	for _, p := range rep.Refused {
		t.Errorf("refused %s: %s", p.List, p.Reason)
	}
	for _, p := range rep.Problems {
		t.Logf("%s: %q: %s", p.List, p.Entry, p.Reason)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d lists, %d names, %d networks, %d sets: opened in %v, %d MB of heap (%d MB allocated)", l.Len(), l.names.n, l.nets.Size(), len(l.sets.all), took,
		(after.HeapAlloc-before.HeapAlloc)>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
	for _, c := range []struct{ kind, text, list string }{
		{"domain", "www.google.com", "cisco_top1000"}, {"ipv4", "8.8.8.8", "public-dns-v4"}, {"domain", "a.b.duckdns.org", "dynamic-dns"},
		{"md5", "d41d8cd98f00b204e9800998ecf8427e", "empty-hashes"}, {"email", "abuse@example.org", "common-contact-emails"},
		{"ipv4", "52.168.52.134", "microsoft-attack-simulator"}, {"url", "https://www.bankmenia.com/x", "microsoft-attack-simulator"},
	} {
		k, _ := value.KindOf(c.kind)
		v, err := value.Parse(k, c.text)
		if err != nil {
			t.Fatal(err)
		}
		hits := l.Match(v, host(v), netip.Addr{}, nil)
		found := false
		for _, h := range hits {
			found = found || h.List == c.list
		}
		t.Logf("%s: %+v", c.text, hits)
		if !found {
			t.Errorf("%s is not on %s", c.text, c.list)
		}
	}
	runtime.KeepAlive(l)
}

func host(v value.Value) value.Value {
	if v.Kind() == value.Domain {
		return v
	}
	h, _ := v.Host()
	return h
}

func BenchmarkMatch(b *testing.B) {
	dir, _ := realLists(b)
	l, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var ips, names, urls []value.Value
	for range 1 << 14 {
		v := rng.Uint32()
		ips = append(ips, value.FromAddr(netip.AddrFrom4([4]byte{byte(1 + v>>24%222), byte(v >> 16), byte(v >> 8), byte(v)})))
		word := make([]byte, 12)
		for i := range word {
			word[i] = 'a' + byte(rng.IntN(26))
		}
		d, err := value.ParseDomain("www." + string(word) + ".com")
		if err != nil {
			b.Fatal(err)
		}
		u, err := value.ParseURL("http://" + string(word) + ".co.uk/a/b/c/login.php?x=1")
		if err != nil {
			b.Fatal(err)
		}
		names, urls = append(names, d), append(urls, u)
	}
	for _, c := range []struct {
		name string
		list []value.Value
	}{{"ip", ips}, {"domain", names}, {"url", urls}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]Hit, 0, 64)
			hits, i := 0, 0
			for b.Loop() {
				v := c.list[i&(1<<14-1)]
				hits += len(l.Match(v, host(v), v.Addr(), buf[:0]))
				i++
			}
			b.ReportMetric(float64(hits)/float64(b.N), "hits/op")
		})
	}
}
