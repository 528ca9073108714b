package warnlist

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/value"
)

func parse(t testing.TB, kind, text string) value.Value {
	t.Helper()
	k, ok := value.KindOf(kind)
	if !ok {
		t.Fatalf("no kind %q", kind)
	}
	v, err := value.Parse(k, text)
	if err != nil {
		t.Fatalf("%s %s: %v", kind, text, err)
	}
	return v
}

func loaded(files map[string]*file) *Lists {
	var names []string
	for n := range files {
		names = append(names, n)
	}
	sort.Strings(names)
	var ld loader
	for _, n := range names {
		ld.add(n, files[n])
	}
	return ld.finish()
}

var names = []string{"hostname", "domain", "url"}
var addresses = []string{"ip-src", "ip-dst", "domain|ip"}

func testLists() *Lists {
	return loaded(map[string]*file{
		"top":       {Type: "string", Version: 3, Attributes: names, List: []string{"www.example.org", "Example.NET.", ".example.info"}},
		"dynamic":   {Type: "hostname", Version: 2, Attributes: []string{"domain"}, List: []string{".dyn.example.org", "example.net"}},
		"sandbox":   {Type: "substring", Version: 1, Attributes: []string{"domain", "url", "ip-dst"}, List: []string{"Sandbox", "tr!", "192.0.2.77", "198.51."}},
		"cloud":     {Type: "cidr", Version: 7, Attributes: addresses, List: []string{"192.0.2.0/24", "2001:db8::/32", "::ffff:203.0.113.0/120", "bad/33"}},
		"resolvers": {Type: "cidr", Version: 8, Attributes: addresses, List: []string{"192.0.2.53", "192.0.2.0/24", "2001:db8::53"}},
		"contacts":  {Type: "regex", Version: 1, Attributes: []string{"email-src"}, List: []string{`/^(abuse|noc)\@/i`, `/(?<=x)y/`, `/a/x`}},
		"hashes":    {Type: "string", Version: 1, Attributes: []string{"filename|md5", "sha1"}, List: []string{"D41D8CD98F00B204E9800998ECF8427E"}},
		"phones":    {Type: "regex", Version: 1, Attributes: []string{"phone-number"}, List: []string{"/1/"}},
		"pages":     {Type: "string", Version: 1, Attributes: []string{"url"}, List: []string{"HTTP://Example.org:80/a"}},
	})
}

func TestMatch(t *testing.T) {
	l := testLists()
	for _, c := range []struct{ kind, text, addr, want string }{
		{"domain", "www.example.org", "", "top:3:1:true"},
		{"domain", "example.org", "", ""},
		{"domain", "a.www.example.org", "", ""},
		{"domain", "example.net", "", "dynamic:2:1:true top:3:1:true"},
		{"domain", "a.b.example.net", "", "dynamic:2:1:false"},
		{"domain", "dyn.example.org", "", "dynamic:2:1:true"},
		{"domain", "x.dyn.example.org", "192.0.2.9", "cloud:7:3:true dynamic:2:1:false resolvers:8:3:true"},
		{"domain", "mydyn.example.org", "", ""},
		{"domain", "a.example.info", "", "top:3:1:false"},
		{"domain", "my-sandbox.example", "", "sandbox:1:1:false"},
		{"url", "http://www.example.org/x", "", "top:3:2:true"},
		{"url", "http://x.example.net/?SANDBOX", "", "dynamic:2:2:false sandbox:1:1:false"},
		{"url", "http://example.org/a", "", "pages:1:1:true"},
		{"url", "http://192.0.2.53/a", "192.0.2.53", "cloud:7:3:true resolvers:8:3:true"},
		{"ipv4", "192.0.2.53", "192.0.2.53", "cloud:7:1:true resolvers:8:1:true"},
		{"ipv4", "192.0.2.77", "", "cloud:7:1:true resolvers:8:1:true sandbox:1:1:true"},
		{"ipv4", "198.51.100.1", "", "sandbox:1:1:false"},
		{"ipv4", "203.0.113.9", "", "cloud:7:1:true"},
		{"ipv6", "2001:db8::53", "", "cloud:7:1:true resolvers:8:1:true"},
		{"cidr", "192.0.2.0/25", "192.0.2.0", "cloud:7:1:true resolvers:8:1:true"},
		{"cidr", "192.0.2.0/23", "192.0.2.0", ""},
		{"email", "Abuse@example.org", "", "contacts:1:1:false"},
		{"md5", "d41d8cd98f00b204e9800998ecf8427e", "", "hashes:1:1:true"},
		{"asn", "AS64500", "", ""},
	} {
		v := parse(t, c.kind, c.text)
		var addr netip.Addr
		if c.addr != "" {
			addr = netip.MustParseAddr(c.addr)
		}
		var got []string
		for _, h := range l.Match(v, host(v), addr, nil) {
			got = append(got, fmt.Sprintf("%s:%d:%d:%v", h.List, h.Version, h.On, h.Exact))
		}
		sort.Strings(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s at %q:\n got %s\nwant %s", c.kind, c.text, c.addr, strings.Join(got, " "), c.want)
		}
	}
}

// What cannot be used is said by name.
func TestProblems(t *testing.T) {
	var got []string
	for _, p := range testLists().Problems() {
		got = append(got, p.List+" "+p.Entry)
	}
	sort.Strings(got)
	want := "cloud bad/33, contacts /(?<=x)y/, contacts /a/x, phones "
	if strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, ", "), want)
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	l := testLists()
	buf := make([]Hit, 0, 16)
	clouds := loaded(map[string]*file{"cloud": {Type: "cidr", Attributes: addresses, List: []string{"192.0.2.0/24"}}})
	a := parse(t, "ipv4", "192.0.2.1")
	if n := testing.AllocsPerRun(100, func() { buf = clouds.Match(a, value.Value{}, a.Addr(), buf[:0]) }); n != 0 {
		t.Errorf("%s: %v allocations", a, n)
	}
	for _, v := range []value.Value{parse(t, "domain", "a.b.example.net"), parse(t, "url", "http://www.example.org/x")} {
		h := host(v)
		if n := testing.AllocsPerRun(100, func() { buf = l.Match(v, h, v.Addr(), buf[:0]) }); n != 0 {
			t.Errorf("%s: %v allocations", v, n)
		}
	}
}

// Match finds what a scan over all entries finds.
func TestMatchProperty(t *testing.T) {
	labels := []string{"a", "b", "cc", "example", "org", "net"}
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(labels), 1, 4).Draw(t, "labels"), ".") + ".org"
	})
	block := rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := netip.AddrFrom4([4]byte{192, 0, rapid.SampledFrom([]byte{2, 3}).Draw(t, "b2"), rapid.Byte().Draw(t, "b3")})
		return netip.PrefixFrom(a, rapid.IntRange(20, 32).Draw(t, "bits")).Masked()
	})
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]*file{}
		for i := range rapid.IntRange(1, 5).Draw(t, "lists") {
			f := &file{Type: rapid.SampledFrom([]string{"string", "hostname", "substring", "cidr"}).Draw(t, "type"), Attributes: []string{"domain", "ip-src"}}
			for range rapid.IntRange(1, 6).Draw(t, "entries") {
				switch f.Type {
				case "cidr":
					f.List = append(f.List, block.Draw(t, "block").String())
				case "substring":
					f.List = append(f.List, rapid.SampledFrom([]string{"b", "cc.ex", "e.org", "net.o", "example"}).Draw(t, "sub"))
				default:
					f.List = append(f.List, name.Draw(t, "name"))
				}
			}
			files[fmt.Sprintf("list%d", i)] = f
		}
		l := loaded(files)
		d := name.Draw(t, "value")
		v, err := value.ParseDomain(d)
		if err != nil {
			t.Fatal(err)
		}
		addr := block.Draw(t, "address").Addr()
		got := map[string]bool{}
		for _, h := range l.Match(v, v, addr, nil) {
			got[fmt.Sprint(h.List, h.On)] = true
		}
		want := map[string]bool{}
		for slug, f := range files {
			for _, e := range f.List {
				hit, on := false, OnValue
				switch f.Type {
				case "string":
					hit = e == d
				case "hostname":
					hit = e == d || strings.HasSuffix(d, "."+e)
				case "substring":
					hit = strings.Contains(d, e)
				case "cidr":
					hit, on = netip.MustParsePrefix(e).Contains(addr), OnAddress
				}
				if hit {
					want[fmt.Sprint(slug, on)] = true
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s at %s: got %v, want %v", d, addr, got, want)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add(`{"name":"n","type":"string","version":1,"matching_attributes":["domain"],"list":["example.org"]}`, "www.example.org")
	f.Add(`{"name":"n","type":"cidr","version":1,"matching_attributes":["ip-src"],"list":["192.0.2.0/24","::/0"]}`, "192.0.2.1")
	f.Add(`{"name":"n","type":"regex","version":1,"matching_attributes":["domain"],"list":["/^(a|b)+$/i","~x~"]}`, "example.org")
	f.Add(`{"name":"n","type":"substring","version":1,"matching_attributes":["domain","ip-dst"],"list":["exa","x","1.2"]}`, "example.org")
	f.Fuzz(func(t *testing.T, text, probe string) {
		one, err := parseFile([]byte(text))
		if err != nil {
			return
		}
		l := loaded(map[string]*file{"list": one})
		for _, k := range []value.Kind{value.Domain, value.IPv4, value.URL, value.Email, value.CIDR} {
			if v, err := value.Parse(k, probe); err == nil {
				for _, h := range l.Match(v, host(v), v.Addr(), nil) {
					if h.ID != 0 || h.List != "list" {
						t.Errorf("hit %+v", h)
					}
				}
			}
		}
	})
}
