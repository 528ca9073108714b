package locate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"

	"net/netip"
)

var clock = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func put(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const ranges = "192.0.2.0,192.0.2.99,64500,\"Example Net, Inc.\"\n2001:db8::,2001:db8::ffff,64501,Six Net\n"

// built makes a folder of network data from files that we write.
func built(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	src := SourceFiles{
		CountryMMDB: put(t, filepath.Join(dir, "c.mmdb"), string(smallMMDB())), CountryPackage: "small", CountryVersion: "1", CountryDate: clock.AddDate(0, 0, -10),
		ASNFiles: []string{put(t, filepath.Join(dir, "asn.csv"), ranges)}, ASNPackage: "ranges", ASNVersion: "2", ASNDate: clock.AddDate(0, 0, -20),
	}
	out := filepath.Join(dir, "geo")
	if err := Build(context.Background(), src, out, clock); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBuildAndOpen(t *testing.T) {
	g, err := Open(Config{Dir: built(t), Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for _, c := range []struct {
		addr string
		want Place
	}{
		{"192.0.2.1", Place{"CO", 64500, "192.0.2.0/26", "Example Net, Inc."}},
		{"192.0.2.98", Place{"CO", 64500, "192.0.2.96/30", "Example Net, Inc."}},
		{"192.0.2.200", Place{"PE", 0, "", ""}},
		{"198.51.100.1", Place{}},
		{"2001:db8::1", Place{"", 64501, "2001:db8::/112", "Six Net"}},
	} {
		got, ok := g.Lookup(netip.MustParseAddr(c.addr))
		if got != c.want || ok != (c.want != Place{}) {
			t.Errorf("%s: got %+v %v, want %+v", c.addr, got, ok, c.want)
		}
	}
	if g.Covers(netip.MustParseAddr("192.0.2.200")) {
		t.Error("a country alone covers an address although there are networks")
	}
	d := g.Describe()
	if got := d.String(); got != "country: small 1 of 2026-11-14; network: ranges 2 of 2026-11-04" || len(d.Warnings) != 0 {
		t.Errorf("described as %q with %q", got, d.Warnings)
	}
	if n := testing.AllocsPerRun(100, func() { g.Lookup(netip.MustParseAddr("192.0.2.1")) }); n != 0 {
		t.Errorf("%v allocations a look-up", n)
	}
}

func TestOldData(t *testing.T) {
	dir := built(t)
	g, err := Open(Config{Dir: dir, Now: clock.AddDate(0, 3, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	w := g.Describe().Warnings
	if len(w) != 2 || !strings.Contains(w[0], "country data small of 2026-11-14 is 102 days old") || !strings.Contains(w[0], "make geo") {
		t.Errorf("old data gave %q", w)
	}
}

// Every way in which data can be missing or damaged has its own kind and a
// remedy; none is taken for data that knows nothing.
func TestBadData(t *testing.T) {
	cut := func(path string, n int) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, string(b[:len(b)-n]))
	}
	flip := func(path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 1
		put(t, path, string(b))
	}
	for _, c := range []struct {
		name  string
		spoil func(dir string) Config
		kind  fault.Kind
	}{
		{"nothing named", func(string) Config { return Config{} }, fault.Usage},
		{"no folder", func(dir string) Config { return Config{Dir: dir + "x"} }, fault.NotFound},
		{"no country file", func(dir string) Config { os.Remove(filepath.Join(dir, countryName)); return Config{Dir: dir} }, fault.NotFound},
		{"no networks", func(dir string) Config { os.Remove(filepath.Join(dir, tableName)); return Config{Dir: dir} }, fault.NotFound},
		{"cut country file", func(dir string) Config { cut(filepath.Join(dir, countryName), 9); return Config{Dir: dir} }, fault.Corrupt},
		{"altered country file", func(dir string) Config { flip(filepath.Join(dir, countryName)); return Config{Dir: dir} }, fault.Corrupt},
		{"cut networks", func(dir string) Config { cut(filepath.Join(dir, tableName), 1); return Config{Dir: dir} }, fault.Corrupt},
		{"altered networks", func(dir string) Config { flip(filepath.Join(dir, tableName)); return Config{Dir: dir} }, fault.Corrupt},
		{"broken manifest", func(dir string) Config {
			put(t, filepath.Join(dir, manifestName), "{")
			return Config{Dir: dir}
		}, fault.Corrupt},
		{"other manifest", func(dir string) Config {
			put(t, filepath.Join(dir, manifestName), `{"format":9}`)
			return Config{Dir: dir}
		}, fault.Invalid},
		{"given country file missing", func(dir string) Config { return Config{Country: dir + "/none.mmdb"} }, fault.NotFound},
		{"given country file empty", func(dir string) Config { return Config{Country: put(t, dir+"/e.mmdb", "")} }, fault.Corrupt},
		{"given country file of text", func(dir string) Config { return Config{Country: put(t, dir+"/t.mmdb", strings.Repeat("no data ", 99))} }, fault.Corrupt},
		{"given country file cut", func(dir string) Config {
			b := smallMMDB()
			return Config{Country: put(t, dir+"/cut.mmdb", string(b[:len(b)-30]))}
		}, fault.Corrupt},
		{"given ranges missing", func(dir string) Config { return Config{ASN: []string{dir + "/none.csv"}} }, fault.NotFound},
		{"given ranges broken", func(dir string) Config {
			return Config{ASN: []string{put(t, dir+"/b.csv", "192.0.2.9,192.0.2.1,1,x\n")}}
		}, fault.Invalid},
		{"geography missing", func(dir string) Config { return Config{CSV: dir + "/none.csv"} }, fault.NotFound},
		{"geography empty", func(dir string) Config { return Config{CSV: put(t, dir+"/e.csv", "prefix,country,asn,network\n")} }, fault.Invalid},
		{"geography with host bits", func(dir string) Config { return Config{CSV: put(t, dir+"/h.csv", "192.0.2.1/24,CO,1,x\n")} }, fault.Invalid},
		{"geography with no country", func(dir string) Config { return Config{CSV: put(t, dir+"/c.csv", "192.0.2.0/24,XX,1,x\n")} }, fault.Invalid},
		{"geography contradicts itself", func(dir string) Config {
			return Config{CSV: put(t, dir+"/d.csv", "192.0.2.0/24,CO,1,x\n192.0.2.0/24,PE,1,x\n")}
		}, fault.Invalid},
	} {
		g, err := Open(c.spoil(built(t)))
		if err == nil {
			g.Close()
		}
		if !fault.Is(err, c.kind) || fault.RemedyOf(err) == "" {
			t.Errorf("%s: %v (%s), want kind %s and a remedy", c.name, err, fault.KindOf(err), c.kind)
		}
	}
}

func TestGeographyFile(t *testing.T) {
	path := put(t, filepath.Join(t.TempDir(), "geography.csv"), "prefix,country,asn,network\n198.18.0.0/15,CO,64500,\"Red \u0007Ejemplo\"\n198.18.7.0/24,pe,AS64501,Inner\n2001:db8::/32,,,\n")
	g, err := Open(Config{CSV: path, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]Place{
		"198.19.0.1":  {"CO", 64500, "198.18.0.0/15", "Red  Ejemplo"},
		"198.18.7.9":  {"PE", 64501, "198.18.7.0/24", "Inner"},
		"2001:db8::1": {"", 0, "2001:db8::/32", ""},
	} {
		a := netip.MustParseAddr(addr)
		got, ok := g.Lookup(a)
		if got != want || !ok || !g.Covers(a) {
			t.Errorf("%s: got %+v", addr, got)
		}
	}
	if g.Covers(netip.MustParseAddr("198.20.0.0")) {
		t.Error("198.20.0.0 is covered")
	}
}

// The compiled form of range files is used, and made again when it is damaged
// or the files change.
func TestCompiledRanges(t *testing.T) {
	dir := t.TempDir()
	path := put(t, filepath.Join(dir, "asn.csv"), ranges)
	kept := func() string {
		m, _ := filepath.Glob(path + ".*.table")
		if len(m) != 1 {
			t.Fatalf("compiled files: %q", m)
		}
		return m[0]
	}
	look := func() uint32 {
		g, err := Open(Config{ASN: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := g.Lookup(netip.MustParseAddr("192.0.2.1"))
		return p.ASN
	}
	if look() != 64500 {
		t.Fatal("the ranges were not read")
	}
	first := kept()
	put(t, first, "damaged")
	if look() != 64500 {
		t.Error("a damaged compiled file was believed")
	}
	if b, _ := os.ReadFile(first); string(b) == "damaged" {
		t.Error("the damaged file was not made again")
	}
	put(t, path, strings.Replace(ranges, "64500", "64999", 1))
	if look() != 64999 || kept() == first {
		t.Error("changed ranges were not compiled again")
	}
}

func FuzzGeographyFile(f *testing.F) {
	f.Add("prefix,country,asn,network\n192.0.2.0/24,CO,64500,x\n")
	f.Add("\ufeff192.0.2.0/24,CO,AS1,\"a,b\"\n2001:db8::/32,,,\n")
	f.Add("192.0.2.0/33,CO,1,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		var m tableMaker
		if err := parseGeography(&m, "g.csv", []byte(text)); err != nil {
			if fault.RemedyOf(err) == "" || fault.Is(err, fault.Internal) {
				t.Fatalf("no remedy: %v", err)
			}
			return
		}
		g := &Geography{nets: m.table()}
		for _, p := range []string{"192.0.2.1", "2001:db8::1", "0.0.0.0"} {
			g.Lookup(netip.MustParseAddr(p))
		}
	})
}
