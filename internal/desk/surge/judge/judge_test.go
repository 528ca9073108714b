package judge

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/infra/warnlist"
)

var clock = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

type covers []netip.Prefix

func (c covers) Covers(a netip.Addr) bool {
	for _, p := range c {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// seen makes an observation and what it was located by.
func seen(t testing.TB, class rsit.Class, text string) (*feed.Observation, value.Value, netip.Addr) {
	t.Helper()
	v, err := parseEntry(text)
	if err != nil {
		t.Fatal(err)
	}
	host, _ := v.Host()
	if v.Kind() == value.Domain {
		host = v
	}
	addr := v.Addr()
	if host.Addr().IsValid() {
		addr = host.Addr()
	}
	if v.Kind() == value.CIDR {
		addr = v.Prefix().Addr()
	}
	return &feed.Observation{Class: class, Value: v}, host, addr
}

// importLists makes warning lists of texts by folder name.
func importLists(t testing.TB, lists map[string]any) *warnlist.Lists {
	t.Helper()
	src, dir := t.TempDir(), t.TempDir()
	for slug, l := range lists {
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(src, slug), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(src, slug, "list.json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := warnlist.Import(context.Background(), src, dir, clock); err != nil {
		t.Fatal(err)
	}
	l, err := warnlist.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

type list struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	V    int      `json:"version"`
	Attr []string `json:"matching_attributes"`
	List []string `json:"list"`
}

func testLists(t testing.TB) *warnlist.Lists {
	names, ips := []string{"domain", "url"}, []string{"ip-src"}
	return importLists(t, map[string]any{
		"alexa":           list{"a", "hostname", 1, names, []string{"example.com"}},
		"cisco_top1000":   list{"c", "string", 2, names, []string{"www.example.com", "pages.example.com"}},
		"tranco10k":       list{"t", "hostname", 3, names, []string{"example.com", "example.net"}},
		"public-dns-v4":   list{"p", "cidr", 4, ips, []string{"203.0.113.8"}},
		"amazon-aws":      list{"w", "cidr", 5, ips, []string{"203.0.113.0/24"}},
		"sinkholes":       list{"s", "cidr", 6, ips, []string{"203.0.113.66"}},
		"shodan-scanning": list{"n", "cidr", 7, ips, []string{"203.0.113.77"}},
		"empty-hashes":    list{"h", "string", 8, []string{"md5"}, []string{"d41d8cd98f00b204e9800998ecf8427e"}},
		"local-list":      list{"l", "cidr", 9, ips, []string{"203.0.113.8"}},
	})
}

func TestVerdict(t *testing.T) {
	allow, err := ParseAllow("allow.txt", []byte("# ours\n198.51.100.0/25 # lab\nours.example.org\nhttp://example.org/ok\n192.88.99.1\n"))
	if err != nil || allow.Len() != 4 {
		t.Fatal(allow, err)
	}
	j, err := New(Config{
		Bogons: true, Geography: covers{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("198.18.0.0/16")},
		Lists: testLists(t), Allow: allow,
		Holds: []Hold{
			{ID: 1, Prefix: netip.MustParsePrefix("198.51.100.128/25"), Class: rsit.Phishing, Reason: "r", Author: "a", End: clock.Add(-time.Second)},
			{ID: 2, Prefix: netip.MustParsePrefix("198.51.100.128/25"), Class: rsit.C2Server, Reason: "r", Author: "a", End: clock.Add(time.Second)},
			{ID: 3, Domain: "held.example.org", Reason: "r", Author: "a"},
			{ID: 4, Country: "CO", Class: rsit.DDoS, Reason: "r", Author: "a"},
			{ID: 5, Prefix: netip.MustParsePrefix("198.51.100.0/24"), Class: rsit.Spam, Reason: "r", Author: "a", Start: clock},
			{ID: 6, Domain: "later.example.org", Reason: "r", Author: "a", Start: clock.Add(time.Second)},
			{ID: 7, Domain: "lifted.example.org", Reason: "r", Author: "a", Lifted: clock},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		class rsit.Class
		text  string
		code  string
		want  string
		notes string // without "warninglist:"
	}{
		{rsit.C2Server, "10.0.0.1", "", "suppressed bogon", ""},
		{rsit.InfectedSystem, "192.0.2.1", "CO", "suppressed bogon", ""},
		{rsit.InfectedSystem, "2001:db8::1", "", "suppressed bogon", ""},
		{rsit.C2Server, "198.18.0.1", "", "pass ", ""},
		{rsit.C2Server, "198.19.0.1", "", "suppressed bogon", ""},
		{rsit.C2Server, "http://192.168.1.1/x", "", "suppressed bogon", ""},
		{rsit.C2Server, "203.0.113.8", "", "suppressed warninglist:public-dns-v4", "amazon-aws local-list public-dns-v4"},
		{rsit.C2Server, "203.0.113.9", "", "pass ", "amazon-aws"},
		{rsit.DDoSAmplifier, "203.0.113.8", "", "pass ", "amazon-aws local-list public-dns-v4"},
		{rsit.BruteForce, "203.0.113.8", "", "pass ", "amazon-aws local-list public-dns-v4"},
		{rsit.C2Server, "http://203.0.113.8/x", "", "pass ", "amazon-aws local-list public-dns-v4"},
		{rsit.C2Server, "203.0.113.66", "", "suppressed warninglist:sinkholes", "amazon-aws sinkholes"},
		{rsit.InfectedSystem, "203.0.113.66", "", "pass ", "amazon-aws sinkholes"},
		{rsit.Scanner, "203.0.113.77", "", "suppressed warninglist:shodan-scanning", "amazon-aws shodan-scanning"},
		{rsit.BruteForce, "203.0.113.77", "", "pass ", "amazon-aws shodan-scanning"},
		{rsit.C2Server, "www.example.com", "", "suppressed warninglist:cisco_top1000", "alexa cisco_top1000 tranco10k"},
		{rsit.C2Server, "example.com", "", "suppressed warninglist:alexa", "alexa tranco10k"},
		{rsit.C2Server, "evil.example.com", "", "pass ", "alexa tranco10k"},
		{rsit.C2Server, "example.net", "", "pass ", "tranco10k"},
		{rsit.Phishing, "https://pages.example.com/login", "", "pass ", "alexa cisco_top1000 tranco10k"},
		{rsit.SystemCompromise, "www.example.com", "", "pass ", "alexa cisco_top1000 tranco10k"},
		{rsit.MalwareDistribution, "d41d8cd98f00b204e9800998ecf8427e", "", "suppressed warninglist:empty-hashes", "empty-hashes"},
		{rsit.InfectedSystem, "198.51.100.7", "", "suppressed allowlist", ""},
		{rsit.Phishing, "http://www.ours.example.org/x", "", "suppressed allowlist", ""},
		{rsit.Phishing, "notours.example.org", "", "pass ", ""},
		{rsit.Phishing, "http://example.org/ok", "", "suppressed allowlist", ""},
		{rsit.Phishing, "http://example.org/okay", "", "pass ", ""},
		{rsit.C2Server, "198.51.100.200", "", "held hold:2", ""},
		{rsit.Phishing, "198.51.100.200", "", "pass ", ""},
		{rsit.Spam, "198.51.100.200", "", "held hold:5", ""},
		{rsit.Phishing, "a@mail.held.example.org", "", "held hold:3", ""},
		{rsit.DDoS, "198.51.100.200", "CO", "held hold:4", ""},
		{rsit.DDoS, "198.51.100.200", "PE", "pass ", ""},
		{rsit.C2Server, "later.example.org", "", "pass ", ""},
		{rsit.C2Server, "lifted.example.org", "", "pass ", ""},
	} {
		o, host, addr := seen(t, c.class, c.text)
		out, reason, notes := j.Verdict(o, host, addr, c.code, clock)
		sort.Strings(notes)
		if got := out.String() + " " + reason; got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.class, c.text, got, c.want)
		}
		if got := strings.ReplaceAll(strings.Join(notes, " "), ReasonList, ""); got != c.notes {
			t.Errorf("%s %s: annotated %q, want %q", c.class, c.text, got, c.notes)
		}
	}
}

// A resolver's address is no excuse on a port that resolvers do not have.
func TestPorts(t *testing.T) {
	j, err := New(Config{Lists: testLists(t)})
	if err != nil {
		t.Fatal(err)
	}
	o, host, addr := seen(t, rsit.C2Server, "203.0.113.8")
	for port, want := range map[uint16]Outcome{0: Suppressed, 53: Suppressed, 853: Suppressed, 443: Pass, 995: Pass} {
		o.Port = port
		if out, _, _ := j.Verdict(o, host, addr, "", clock); out != want {
			t.Errorf("port %d: %s, want %s", port, out, want)
		}
	}
}

func TestBogonsOff(t *testing.T) {
	j, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	o, host, addr := seen(t, rsit.C2Server, "10.0.0.1")
	if out, _, _ := j.Verdict(o, host, addr, "", clock); out != Pass {
		t.Errorf("with the bogon list off 10.0.0.1 is %s", out)
	}
}

func TestBogon(t *testing.T) {
	for addr, want := range map[string]string{
		"10.1.2.3": "private use", "::ffff:10.1.2.3": "private use", "192.0.0.1": "protocol assignments", "192.0.0.9": "", "100.64.0.1": "shared address space",
		"198.19.255.255": "benchmarking", "198.20.0.0": "", "224.0.0.1": "multicast", "255.255.255.255": "limited broadcast", "8.8.8.8": "",
		"2001:db8::1": "documentation", "2001:20::1": "", "2001:2::1": "benchmarking", "fe80::1": "link local", "::1": "loopback", "2606:4700::1": "", "2001:200::1": "",
	} {
		if got := Bogon(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %q, want %q", addr, got, want)
		}
	}
	for _, s := range Specials() {
		if s.Prefix != s.Prefix.Masked() || s.Source == "" {
			t.Errorf("%+v", s)
		}
	}
}

func TestParseAllow(t *testing.T) {
	for _, text := range []string{"not an entry", "192.0.2.1/24", "example..org", "192.0.2.0/33", "http://"} {
		_, err := ParseAllow("allow.txt", []byte("# first\n"+text+"\n"))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "line 2 of allow.txt") || fault.RemedyOf(err) == "" {
			t.Errorf("%q gave %v", text, err)
		}
	}
}

func FuzzParseAllow(f *testing.F) {
	f.Add("192.0.2.0/24 # x\n*.example.org\nAS64500\n")
	f.Add("http://example.org/a#b\nd41d8cd98f00b204e9800998ecf8427e\n\ufeff2001:db8::1")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAllow("f", []byte(text))
		if err != nil {
			return
		}
		v := value.FromAddr(netip.MustParseAddr("192.0.2.1"))
		a.fits(v, value.Value{}, v.Addr())
	})
}

func TestNoAllocations(t *testing.T) {
	j, err := New(Config{Bogons: true, Lists: testLists(t), Allow: &Allow{}, Holds: []Hold{{ID: 1, Domain: "example.org", Reason: "r", Author: "a"}, {ID: 2, Prefix: netip.MustParsePrefix("198.51.100.0/24"), Country: "CO", Reason: "r", Author: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"8.8.8.8", "www.example.info", "http://www.example.info/a"} {
		o, host, addr := seen(t, rsit.C2Server, text)
		if n := testing.AllocsPerRun(100, func() { j.Verdict(o, host, addr, "US", clock) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkVerdict(b *testing.B) {
	plain, err := New(Config{Bogons: true, Allow: &Allow{}})
	if err != nil {
		b.Fatal(err)
	}
	holds := []Hold{{ID: 1, Country: "CO", Class: rsit.DDoS, Reason: "r", Author: "a"}}
	for i := range 1000 {
		holds = append(holds, Hold{ID: HoldID(i + 2), Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{11, byte(i >> 8), byte(i), 0}), 24), Reason: "r", Author: "a"})
	}
	full, err := New(Config{Bogons: true, Allow: &Allow{}, Holds: holds})
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		j    *Judge
		text string
	}{{"plain/ip", plain, "8.8.8.8"}, {"plain/domain", plain, "www.example.org"}, {"holds/ip", full, "8.8.8.8"}, {"holds/url", full, "http://www.example.org/a"}} {
		o, host, addr := seen(b, rsit.C2Server, c.text)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.j.Verdict(o, host, addr, "US", clock)
			}
		})
	}
}
