package locate

import (
	"net/netip"
	"testing"

	"entente/internal/core/value"
	"entente/internal/feed"
)

func observe(t testing.TB, kind, text, at, claim string, asn uint32) *feed.Observation {
	t.Helper()
	k, _ := value.KindOf(kind)
	v, err := value.Parse(k, text)
	if err != nil {
		t.Fatalf("%s %s: %v", kind, text, err)
	}
	o := &feed.Observation{Value: v, Country: claim, ASN: asn}
	if at != "" {
		o.At = netip.MustParseAddr(at)
	}
	return o
}

// The cases are the sentences of docs/data-model.md, section Locate.
func TestLocate(t *testing.T) {
	g := &Geography{nets: sampleTable()}
	for _, c := range []struct {
		kind, text, at, claim string
		asn                   uint32
		addr, host, code, by  string
		wantASN               uint32
		prefix, network       string
		known                 bool
	}{
		{"ipv4", "192.0.2.1", "", "BR", 9, "192.0.2.1", "", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
		{"ipv4", "192.0.2.1", "198.51.100.1", "", 0, "192.0.2.1", "", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
		{"ipv4", "192.0.2.200", "", "", 0, "192.0.2.200", "", "PE", "geo", 64501, "192.0.2.128/25", "Inner Net", true},
		{"ipv4", "198.51.100.1", "", "BR", 7, "198.51.100.1", "", "BR", "claimed", 7, "", "", false},
		{"ipv4", "198.51.100.1", "", "ZZ", 7, "198.51.100.1", "", "", "", 7, "", "", false},
		{"ipv4", "198.51.100.1", "", "UK", 0, "198.51.100.1", "", "", "", 0, "", "", false},
		{"cidr", "192.0.2.128/26", "", "", 0, "192.0.2.128", "", "PE", "geo", 64501, "192.0.2.128/25", "Inner Net", true},
		{"ipv6", "2001:db8::5", "", "", 0, "2001:db8::5", "", "DE", "geo", 64502, "2001:db8::/32", "", true},
		{"domain", "shop.example.pe", "", "BR", 3, "", "shop.example.pe", "PE", "cctld", 3, "", "", false},
		{"domain", "shop.example.pe", "192.0.2.1", "BR", 3, "192.0.2.1", "shop.example.pe", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
		{"domain", "shop.example.pe", "198.51.100.1", "BR", 3, "198.51.100.1", "shop.example.pe", "PE", "cctld", 3, "", "", false},
		{"domain", "example.co.uk", "", "", 0, "", "example.co.uk", "GB", "cctld", 0, "", "", false},
		{"domain", "example.eu", "", "BR", 0, "", "example.eu", "BR", "claimed", 0, "", "", false},
		{"domain", "example.io", "", "", 0, "", "example.io", "", "", 0, "", "", false},
		{"url", "http://192.0.2.7:8080/x", "198.51.100.1", "", 0, "192.0.2.7", "192.0.2.7", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
		{"url", "http://[2001:db8::9]/x", "", "", 0, "2001:db8::9", "2001:db8::9", "DE", "geo", 64502, "2001:db8::/32", "", true},
		{"url", "http://login.example.pe/a", "", "", 0, "", "login.example.pe", "PE", "cctld", 0, "", "", false},
		{"url", "http://login.example.org/a", "::ffff:192.0.2.1", "", 0, "192.0.2.1", "login.example.org", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
		{"email", "a@example.pe", "", "", 0, "", "example.pe", "PE", "cctld", 0, "", "", false},
		{"asn", "AS64500", "", "BR", 5, "", "", "BR", "claimed", 64500, "", "", false},
		{"md5", "d41d8cd98f00b204e9800998ecf8427e", "192.0.2.1", "", 0, "192.0.2.1", "", "CO", "geo", 64500, "192.0.2.0/24", "Example Net", true},
	} {
		got := g.Locate(observe(t, c.kind, c.text, c.at, c.claim, c.asn))
		addr := ""
		if got.Addr.IsValid() {
			addr = got.Addr.String()
		}
		if addr != c.addr || got.Host.String() != c.host || got.Country != c.code || got.CountryBasis != c.by || got.ASN != c.wantASN ||
			got.Prefix != c.prefix || got.Network != c.network || got.OursKnown != c.known {
			t.Errorf("%s %s at %q: got %+v", c.kind, c.text, c.at, got)
		}
	}
}

func TestLocateAllocatesNothing(t *testing.T) {
	g := &Geography{nets: sampleTable()}
	for _, o := range []*feed.Observation{
		observe(t, "ipv4", "192.0.2.1", "", "BR", 1), observe(t, "ipv6", "2001:db8::1", "", "BR", 1),
		observe(t, "domain", "shop.example.pe", "", "BR", 1), observe(t, "url", "http://a.example.org:81/x", "", "BR", 1),
	} {
		if n := testing.AllocsPerRun(100, func() { g.Locate(o) }); n != 0 {
			t.Errorf("%s: %v allocations", o.Value, n)
		}
	}
}

func BenchmarkLocate(b *testing.B) {
	g := &Geography{nets: sampleTable()}
	for _, c := range [][2]string{{"ipv4", "192.0.2.1"}, {"domain", "www.shop.example.pe"}, {"url", "http://www.example.org:81/a/b"}} {
		o := observe(b, c[0], c[1], "", "BR", 1)
		b.Run(c[0], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Locate(o)
			}
		})
	}
}
