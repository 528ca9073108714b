package locate

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// realData gives a folder built of the real packages, which ENTENTE_GEO_PACKAGES
// names; scripts/geo.sh unpacks them into var/geo-packages.
func realData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("ENTENTE_GEO_PACKAGES")
	if dir == "" {
		dir = "../../../../var/geo-packages"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no network data packages in %s: make geo fetches them", dir)
	}
	out := filepath.Join(t.TempDir(), "geo")
	if err := BuildFromNPM(context.Background(), dir, out, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	return out
}

// addresses gives n random global addresses, one in ten IPv6.
func addresses(n int) []netip.Addr {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]netip.Addr, n)
	for i := range out {
		if i%10 == 0 {
			b := netip.MustParseAddr("2a00::1").As16()
			b[0], b[1], b[2], b[3] = []byte{0x20, 0x24, 0x26, 0x2a}[rng.IntN(4)], byte(rng.IntN(20)), byte(rng.Uint32()), byte(rng.Uint32())
			out[i] = netip.AddrFrom16(b)
			continue
		}
		v := rng.Uint32()
		out[i] = netip.AddrFrom4([4]byte{byte(1 + v>>24%222), byte(v >> 16), byte(v >> 8), byte(v)})
	}
	return out
}

func TestRealData(t *testing.T) {
	dir := realData(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	g, err := Open(Config{Dir: dir, Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("opened in %v, %d MB of heap, %d + %d networks", took, (after.HeapAlloc-before.HeapAlloc)>>20, len(g.nets.start4), len(g.nets.hi6))
	if len(g.Describe().Warnings) != 2 {
		t.Errorf("data of 160 days gave the warnings %q", g.Describe().Warnings)
	}
	for addr, want := range map[string]Place{
		"8.8.8.8": {"US", 15169, "8.8.8.0/24", ""},
		"1.1.1.1": {"AU", 13335, "1.1.1.0/24", ""},
	} {
		got, ok := g.Lookup(netip.MustParseAddr(addr))
		t.Logf("%s: %+v", addr, got)
		if !ok || got.ASN != want.ASN || got.Prefix != want.Prefix || got.Network == "" || got.Country == "" {
			t.Errorf("%s: got %+v", addr, got)
		}
	}
	for _, a := range []string{"10.0.0.1", "127.0.0.1", "198.18.0.1", "192.0.2.1", "2001:db8::1", "fe80::1"} {
		if g.Covers(netip.MustParseAddr(a)) {
			p, _ := g.Lookup(netip.MustParseAddr(a))
			t.Errorf("%s is covered: %+v", a, p)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	g, err := Open(Config{Dir: realData(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	list := addresses(1 << 16)
	b.ReportAllocs()
	i, found := 0, 0
	for b.Loop() {
		if _, ok := g.Lookup(list[i&(1<<16-1)]); ok {
			found++
		}
		i++
	}
	b.ReportMetric(100*float64(found)/float64(b.N), "%found")
}

func BenchmarkNetworks(b *testing.B) {
	g, err := Open(Config{Dir: realData(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	list := addresses(1 << 16)
	i := 0
	for b.Loop() {
		g.nets.lookup(list[i&(1<<16-1)])
		i++
	}
}
