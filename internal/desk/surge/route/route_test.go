package route

import (
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/country"
	"entente/internal/core/fault"
	"entente/internal/core/value"
)

func domain(t testing.TB, s string) value.Value {
	t.Helper()
	v, err := value.ParseDomain(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var world = []Constituency{
	{Org: "uni", Country: "CO", Domains: []string{"uni.example.org"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/25")}},
	{Org: "isp", Country: "PE", Domains: []string{"example.org"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}, ASNs: []uint32{64500}},
	{Org: "cert-co", Country: "CO", Countries: []string{"CO"}},
	{Org: "police-co", Country: "CO", Countries: []string{"CO", "EC"}},
	{Org: "body", ASNs: []uint32{64501}},
}

func TestRoute(t *testing.T) {
	r, err := New(world)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		host, addr string
		asn        uint32
		code, by   string
		want       string // owner basis country
	}{
		{"www.uni.example.org", "192.0.2.200", 64500, "BR", "geo", "uni domain BR"},
		{"uni.example.org", "", 0, "", "", "uni domain CO"},
		{"xuni.example.org", "", 0, "", "", "isp domain PE"},
		{"notexample.org", "192.0.2.1", 0, "", "", "uni prefix CO"},
		{"", "192.0.2.200", 64501, "AR", "geo", "isp prefix AR"},
		{"", "::ffff:192.0.2.1", 0, "AR", "geo", "uni prefix AR"},
		{"", "2001:db8::9", 0, "", "", "isp prefix PE"},
		{"", "198.51.100.1", 64500, "CO", "claimed", "isp asn CO"},
		{"", "198.51.100.1", 64501, "", "", "body asn "},
		{"", "198.51.100.1", 64502, "CO", "geo", "cert-co country CO"},
		{"", "198.51.100.1", 0, "EC", "claimed", "police-co claimed EC"},
		{"shop.example.pe", "", 0, "PE", "cctld", "national-pe cctld PE"},
		{"", "198.51.100.1", 0, "DE", "geo", "national-de country DE"},
		{"", "198.51.100.1", 0, "XK", "geo", "pool none "},
		{"", "", 0, "", "", "pool none "},
	} {
		var host value.Value
		if c.host != "" {
			host = domain(t, c.host)
		}
		var addr netip.Addr
		if c.addr != "" {
			addr = netip.MustParseAddr(c.addr)
		}
		owner, basis, code := r.Route(host, addr, c.asn, c.code, c.by)
		if got := owner + " " + basis + " " + code; got != c.want {
			t.Errorf("%s %s AS%d %s/%s: got %q, want %q", c.host, c.addr, c.asn, c.code, c.by, got, c.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	for _, c := range [][2]Constituency{
		{{Domains: []string{"example.org"}}, {Domains: []string{".example.org"}}},
		{{Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}, {Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.9/24")}}},
		{{ASNs: []uint32{64500}}, {ASNs: []uint32{64500}}},
	} {
		c[0].Org, c[1].Org = "first-org", "second-org"
		_, err := New(c[:])
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "first-org") || !strings.Contains(err.Error(), "second-org") || fault.RemedyOf(err) == "" {
			t.Errorf("an overlap gave %v", err)
		}
	}
}

// naive is the rule as docs/data-model.md words it, with a scan for each step.
func naive(list []Constituency, host value.Value, addr netip.Addr, asn uint32, code, by string) (string, string, string) {
	best, basis, length := -1, "", -1
	for i, c := range list {
		for _, d := range c.Domains {
			if h := host.String(); host.Kind() == value.Domain && (h == d || strings.HasSuffix(h, "."+d)) && len(d) > length {
				best, basis, length = i, "domain", len(d)
			}
		}
	}
	for i, c := range list {
		for _, p := range c.Prefixes {
			if basis != "domain" && addr.IsValid() && p.Contains(addr) && p.Bits() > length {
				best, basis, length = i, "prefix", p.Bits()
			}
		}
	}
	for i, c := range list {
		for _, n := range c.ASNs {
			if best < 0 && n == asn && asn != 0 {
				best, basis = i, "asn"
			}
		}
	}
	if best >= 0 {
		if code == "" {
			code = list[best].Country
		}
		return list[best].Org, basis, code
	}
	if !country.Valid(code) {
		return "pool", "none", ""
	}
	org := "national-" + strings.ToLower(code)
	first := ""
	for _, c := range list {
		for _, l := range c.Countries {
			if l == code && (first == "" || c.Org < first) {
				first = c.Org
			}
		}
	}
	if first != "" {
		org = first
	}
	if by == "geo" {
		by = "country"
	}
	return org, by, code
}

// The router gives what a plain reading of the rule gives, in any world without
// overlaps.
func TestRouteProperty(t *testing.T) {
	names := []string{"example.org", "a.example.org", "b.a.example.org", "example.net", "c.example.net", "org"}
	nets := []string{"192.0.2.0/24", "192.0.2.0/28", "192.0.2.128/25", "198.51.100.0/24", "2001:db8::/32", "2001:db8:1::/48"}
	codes := []string{"CO", "PE", "DE", "EC"}
	rapid.Check(t, func(t *rapid.T) {
		list := make([]Constituency, rapid.IntRange(0, 4).Draw(t, "orgs"))
		for i := range list {
			list[i].Org = string(rune('d'-i)) + "-org"
			list[i].Country = rapid.SampledFrom(append(codes, "")).Draw(t, "home")
			list[i].Countries = rapid.SliceOfN(rapid.SampledFrom(codes), 0, 2).Draw(t, "countries")
		}
		for _, n := range names { // each to one organisation or none
			if i := rapid.IntRange(-1, len(list)-1).Draw(t, "domain"); i >= 0 {
				list[i].Domains = append(list[i].Domains, n)
			}
		}
		for _, n := range nets {
			if i := rapid.IntRange(-1, len(list)-1).Draw(t, "prefix"); i >= 0 {
				list[i].Prefixes = append(list[i].Prefixes, netip.MustParsePrefix(n))
			}
		}
		for n := uint32(1); n < 4; n++ {
			if i := rapid.IntRange(-1, len(list)-1).Draw(t, "asn"); i >= 0 {
				list[i].ASNs = append(list[i].ASNs, n)
			}
		}
		r, err := New(list)
		if err != nil {
			t.Fatal(err)
		}
		var host value.Value
		if h := rapid.SampledFrom([]string{"", "example.org", "x.a.example.org", "y.b.a.example.org", "badexample.org", "c.example.net", "z.com"}).Draw(t, "host"); h != "" {
			host, _ = value.ParseDomain(h)
		}
		var addr netip.Addr
		if a := rapid.SampledFrom([]string{"", "192.0.2.1", "192.0.2.200", "198.51.100.3", "203.0.113.1", "2001:db8:1::1", "2001:db8:2::1"}).Draw(t, "addr"); a != "" {
			addr = netip.MustParseAddr(a)
		}
		asn := rapid.Uint32Range(0, 4).Draw(t, "asn")
		code := rapid.SampledFrom(append(codes, "", "XX")).Draw(t, "code")
		by := ""
		if code != "" {
			by = rapid.SampledFrom([]string{"geo", "claimed", "cctld"}).Draw(t, "by")
		}
		o1, b1, c1 := r.Route(host, addr, asn, code, by)
		o2, b2, c2 := naive(list, host, addr, asn, code, by)
		if o1 != o2 || b1 != b2 || c1 != c2 {
			t.Fatalf("router says %s %s %s, the rule says %s %s %s", o1, b1, c1, o2, b2, c2)
		}
	})
}

func BenchmarkRoute(b *testing.B) {
	list := append([]Constituency(nil), world...)
	for i := range 2000 {
		list = append(list, Constituency{Org: "o" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)), Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24)}, ASNs: []uint32{100000 + uint32(i)}})
	}
	r, err := New(list)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, host, addr string
	}{{"address", "", "198.51.100.7"}, {"prefix", "", "10.3.7.9"}, {"domain", "a.b.www.uni.example.org", ""}, {"miss", "a.b.www.uni.example.com", "203.0.113.9"}} {
		var host value.Value
		if c.host != "" {
			host = domain(b, c.host)
		}
		addr, _ := netip.ParseAddr(c.addr)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Route(host, addr, 64999, "DE", "geo")
			}
		})
	}
}
