package value

import (
	"net/netip"
	"strings"
	"testing"

	"entente/internal/core/fault"
)

// The table of docs/values.md: what is read, and what it becomes.
var canonicalCases = []struct {
	kind     Kind
	in, want string // want "" means refused
}{
	{IPv4, "192.0.2.7", "192.0.2.7"},
	{IPv4, "0.0.0.0", "0.0.0.0"},
	{IPv4, "192.0.2.07", ""},
	{IPv4, "192.0.2.256", ""},
	{IPv4, "192.0.2", ""},
	{IPv4, "192.0.2.7.1", ""},
	{IPv4, "192.0.2.", ""},
	{IPv4, " 192.0.2.7", ""},
	{IPv4, "0xc0.0.2.7", ""},
	{IPv6, "2001:DB8:0:0::1", "2001:db8::1"},
	{IPv6, "::", "::"},
	{IPv6, "::ffff:192.0.2.7", ""},
	{IPv6, "fe80::1%eth0", ""},
	{IPv6, "[2001:db8::1]", ""},
	{IPv6, "192.0.2.7", ""},
	{CIDR, "192.0.2.0/24", "192.0.2.0/24"},
	{CIDR, "192.0.2.7/32", "192.0.2.7/32"},
	{CIDR, "2001:DB8::/32", "2001:db8::/32"},
	{CIDR, "::ffff:192.0.2.0/120", "192.0.2.0/24"},
	{CIDR, "192.0.2.7/24", ""},
	{CIDR, "192.0.2.0/33", ""},
	{CIDR, "192.0.2.0/024", ""},
	{CIDR, "192.0.2.0", ""},
	{ASN, "AS64496", "AS64496"},
	{ASN, "as64496", "AS64496"},
	{ASN, "64496", "AS64496"},
	{ASN, "AS1.10", "AS65546"},
	{ASN, "4294967295", "AS4294967295"},
	{ASN, "4294967296", ""},
	{ASN, "1.10", ""},
	{ASN, "AS0", ""},
	{ASN, "AS064496", ""},
	{ASN, "AS", ""},
	{Domain, "WWW.Example.ORG.", "www.example.org"},
	{Domain, "bücher.example", "xn--bcher-kva.example"},
	{Domain, "faß.example", "xn--fa-hia.example"},
	{Domain, "BÜCHER。example", "xn--bcher-kva.example"},
	{Domain, "xn--bcher-kva.example", "xn--bcher-kva.example"},
	{Domain, "_dmarc.example.org", "_dmarc.example.org"},
	{Domain, "a_b.-x-.example.org", "a_b.-x-.example.org"},
	{Domain, "r3---sn-x.example.org", "r3---sn-x.example.org"},
	{Domain, "a_b.org", ""},
	{Domain, "www.a_b.org", ""},
	{Domain, "-a.org", ""},
	{Domain, "a.o-", ""},
	{Domain, "xn--a.example", ""},
	{Domain, "example", ""},
	{Domain, "example.org..", ""},
	{Domain, ".example.org", ""},
	{Domain, "a..example.org", ""},
	{Domain, "example.123", ""},
	{Domain, "example.c0m", ""},
	{Domain, "192.0.2.7", ""},
	{Domain, "exa mple.org", ""},
	{Domain, "*.example.org", ""},
	{Domain, strings.Repeat("a", 63) + ".org", strings.Repeat("a", 63) + ".org"},
	{Domain, strings.Repeat("a", 64) + ".org", ""},
	{Domain, strings.Repeat("a.", 125) + "org", strings.Repeat("a.", 125) + "org"},
	{Domain, strings.Repeat("a.", 126) + "org", ""},
	{Domain, onionName + ".onion", ""},
	{URL, "http://example.org", "http://example.org/"},
	{URL, "HTTP://WWW.Example.ORG:80/", "http://www.example.org/"},
	{URL, "https://example.org:443/a", "https://example.org/a"},
	{URL, "http://example.org:443/a", "http://example.org:443/a"},
	{URL, "http://example.org:/a", "http://example.org/a"},
	{URL, "http://example.org:0/a", ""},
	{URL, "http://example.org:08/a", ""},
	{URL, "http://example.org:65536/a", ""},
	{URL, "http://example.org?x", "http://example.org/?x"},
	{URL, "http://example.org/?", "http://example.org/?"},
	{URL, "http://example.org/#top", "http://example.org/"},
	{URL, "http://example.org/a/./b/../c", "http://example.org/a/c"},
	{URL, "http://example.org/a/%2e%2E/c", "http://example.org/c"},
	{URL, "http://example.org/../..", "http://example.org/"},
	{URL, "http://example.org/a/..", "http://example.org/"},
	{URL, "http://example.org/a/.", "http://example.org/a/"},
	{URL, "http://example.org//a//b", "http://example.org//a//b"},
	{URL, "http://example.org/...", "http://example.org/..."},
	{URL, "http://example.org/%7euser/%2f%3a", "http://example.org/~user/%2F%3A"},
	{URL, "http://example.org/a b\"<>^`{|}\\", "http://example.org/a%20b%22%3C%3E%5E%60%7B%7C%7D%5C"},
	{URL, "http://example.org/ü?q=ü", "http://example.org/%C3%BC?q=%C3%BC"},
	{URL, "http://example.org/%zz%", "http://example.org/%25zz%25"},
	{URL, "http://example.org/%%341", "http://example.org/%2541"},
	{URL, "http://example.org/?a[]=1&u=http://x/..", "http://example.org/?a%5B%5D=1&u=http://x/.."},
	{URL, "http://example.org/a;b=1,c!$&'()*+:@", "http://example.org/a;b=1,c!$&'()*+:@"},
	{URL, "ftp://user:p%40ss@example.org/x", "ftp://user:p%40ss@example.org/x"},
	{URL, "http://www.example.com@example.org/", "http://www.example.com@example.org/"},
	{URL, "http://a@b@example.org/", "http://a%40b@example.org/"},
	{URL, "http://@example.org/", "http://example.org/"},
	{URL, "http://192.0.2.7:8080/x.sh", "http://192.0.2.7:8080/x.sh"},
	{URL, "http://[2001:DB8::1]/", "http://[2001:db8::1]/"},
	{URL, "http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"},
	{URL, "http://[::ffff:192.0.2.7]/", "http://192.0.2.7/"},
	{URL, "http://[fe80::1%25eth0]/", ""},
	{URL, "http://[2001:db8::1]x/", ""},
	{URL, "http://2001:db8::1/", ""},
	{URL, "http://3221225991/", ""},
	{URL, "http://0300.0.2.7/", ""},
	{URL, "http://localhost/", ""},
	{URL, "http:///x", ""},
	{URL, "http://", ""},
	{URL, "//example.org/", ""},
	{URL, "example.org/x", ""},
	{URL, "javascript://example.org/", ""},
	{URL, "mailto:user@example.org", ""},
	{URL, "http://example.org/a\nb", ""},
	{URL, "http://example.org/\xff", ""},
	{URL, "http://exa%6dple.org/", ""},
	{URL, "http://bücher.example/", "http://xn--bcher-kva.example/"},
	{URL, "http://" + onionName + ".onion/x", "http://" + onionName + ".onion/x"},
	{URL, "tcp://192.0.2.7:4444/", "tcp://192.0.2.7:4444"},
	{URL, "tcp://192.0.2.7:4444", "tcp://192.0.2.7:4444"},
	{URL, "UDP://example.org:53/x", "udp://example.org:53/x"},
	{URL, "wss://example.org", "wss://example.org/"},
	{URL, "stratum+tcp://pool.example.org:3333", "stratum+tcp://pool.example.org:3333"},
	{Email, "User.Name+tag@Example.ORG", "User.Name+tag@example.org"},
	{Email, "o'brien@bücher.example", "o'brien@xn--bcher-kva.example"},
	{Email, "ü@example.org", "ü@example.org"},
	{Email, "a..b@example.org", ""},
	{Email, ".a@example.org", ""},
	{Email, "a.@example.org", ""},
	{Email, "@example.org", ""},
	{Email, "user@localhost", ""},
	{Email, "user@[192.0.2.7]", ""},
	{Email, "\"a b\"@example.org", ""},
	{Email, "a@b@example.org", ""},
	{Email, strings.Repeat("a", 65) + "@example.org", ""},
	{MAC, "00:00:5E:00:53:01", "00:00:5e:00:53:01"},
	{MAC, "00-00-5e-00-53-01", "00:00:5e:00:53:01"},
	{MAC, "0000.5e00.5301", "00:00:5e:00:53:01"},
	{MAC, "00005e005301", "00:00:5e:00:53:01"},
	{MAC, "00:00-5e:00:53:01", ""},
	{MAC, "00:00:5e:00:53:0g", ""},
	{MAC, "00:00:5e:00:53", ""},
	{MAC, "0:0:5e:0:53:1", ""},
	{MAC, "0000:5e00:5301", ""},
	{MD5, "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427e"},
	{MD5, "d41d8cd98f00b204e9800998ecf8427", ""},
	{MD5, "g41d8cd98f00b204e9800998ecf8427e", ""},
	{SHA1, strings.Repeat("0A", 20), strings.Repeat("0a", 20)},
	{SHA256, strings.Repeat("0A", 32), strings.Repeat("0a", 32)},
	{SHA512, strings.Repeat("0A", 64), strings.Repeat("0a", 64)},
	{SHA512, strings.Repeat("0A", 32), ""},
	{FileName, "Invoice (1).PDF.exe ", "Invoice (1).PDF.exe "},
	{FileName, "gpj.\u202eexe", "gpj.\u202eexe"},
	{FileName, "a/b", ""},
	{FileName, `a\b`, ""},
	{FileName, "..", ""},
	{FileName, "", ""},
	{FileName, "a\x00b", ""},
	{FileName, "a\xff", ""},
	{CVE, "cve-2024-12345", "CVE-2024-12345"},
	{CVE, "CVE-1999-0001", "CVE-1999-0001"},
	{CVE, "CVE-2024-012345", ""},
	{CVE, "CVE-2024-123", ""},
	{CVE, "CVE-1998-1234", ""},
	{CVE, "CVE_2024_1234", ""},
	{Onion, strings.ToUpper(onionName) + ".ONION", onionName + ".onion"},
	{Onion, "www." + onionName + ".onion", "www." + onionName + ".onion"},
	{Onion, onionName, ""},
	{Onion, "expyuzz4wqqyqhjn.onion", ""},
	{Onion, "example.onion", ""},
	{Onion, "onion", ""},
	{Bitcoin, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
	{Bitcoin, "bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", ""},
	{Ethereum, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
	{Ethereum, "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
	{Ethereum, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", ""},
	{Ethereum, "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ""},
	{None, "x", ""},
	{Kind(99), "x", ""},
}

// onionName is the example of the Tor specification (rend-spec-v3).
const onionName = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd"

func TestCanonicalForms(t *testing.T) {
	for _, c := range canonicalCases {
		v, err := Parse(c.kind, c.in)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s %q: read as %q, want an error", c.kind, c.in, v)
			} else if !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
				t.Errorf("%s %q: error %v has no remedy or is not of kind invalid", c.kind, c.in, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %q: %v", c.kind, c.in, err)
			continue
		}
		if v.Kind() != c.kind || v.String() != c.want {
			t.Errorf("%s %q: got %s %q, want %q", c.kind, c.in, v.Kind(), v, c.want)
		}
		checkValue(t, v)
	}
}

func TestParseIPTakesEitherKind(t *testing.T) {
	for in, want := range map[string]Kind{"192.0.2.7": IPv4, "2001:db8::1": IPv6, "::ffff:192.0.2.7": IPv4, "1::": IPv6} {
		v, err := ParseIP(in)
		if err != nil || v.Kind() != want {
			t.Errorf("ParseIP(%q) = %s %q, %v; want %s", in, v.Kind(), v, err, want)
		}
	}
	for _, in := range []string{"", "1", "1.", "example.org", "192.0.2.7:80", "fe80::1%1", ":::", strings.Repeat(":", 100)} {
		if v, err := ParseIP(in); err == nil {
			t.Errorf("ParseIP(%q) = %q", in, v)
		}
	}
}

func TestHostBitsErrorNamesTheNetwork(t *testing.T) {
	_, err := ParseCIDR("192.0.2.7/24")
	if err == nil || !strings.Contains(err.Error(), "192.0.2.0/24") {
		t.Errorf("got %v", err)
	}
}

func TestHashByLength(t *testing.T) {
	for n, k := range map[int]Kind{32: MD5, 40: SHA1, 64: SHA256, 128: SHA512} {
		if v, err := ParseHash(strings.Repeat("a", n)); err != nil || v.Kind() != k {
			t.Errorf("%d digits: %s, %v", n, v.Kind(), err)
		}
	}
	if _, err := ParseHash(strings.Repeat("a", 33)); err == nil {
		t.Error("33 digits were read")
	}
}

func TestZeroValues(t *testing.T) {
	for _, v := range []Value{FromPrefix(netip.Prefix{}), FromASN(0), FromAddr(netip.Addr{}), {}} {
		if !v.IsZero() || v.String() != "" || v.Key() != "" || v.Defang() != "" {
			t.Errorf("%#v is not the zero Value", v)
		}
	}
	if v := FromPrefix(netip.MustParsePrefix("192.0.2.7/24")); v.String() != "192.0.2.0/24" {
		t.Errorf("host bits stay: %s", v)
	}
	if v := FromPrefix(netip.MustParsePrefix("::ffff:192.0.2.0/90")); v.String() != "::ffc0:0:0/90" {
		t.Errorf("a short mapped prefix: %s", v)
	}
}

func TestParseSuffix(t *testing.T) {
	for in, want := range map[string]string{"SA": "sa", ".gov.sa": "gov.sa", "السعودية": "xn--mgberp4a5d4ar", "": "", "1": "", "a..b": ""} {
		if got, _ := ParseSuffix(in); got != want {
			t.Errorf("ParseSuffix(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		in, host string
		hostKind Kind
		port     uint16
	}{
		{URL, "https://www.example.org/x", "www.example.org", Domain, 443},
		{URL, "http://u:p@www.example.org:81?x@y", "www.example.org", Domain, 81},
		{URL, "http://192.0.2.7", "192.0.2.7", IPv4, 80},
		{URL, "ftp://[2001:db8::1]:2121/", "2001:db8::1", IPv6, 2121},
		{URL, "ws://" + onionName + ".onion", onionName + ".onion", Onion, 80},
		{URL, "tcp://example.org", "example.org", Domain, 0},
		{Email, "user@Example.org", "example.org", Domain, 0},
		{Email, "user@" + onionName + ".onion", onionName + ".onion", Onion, 0},
		{Domain, "example.org", "", None, 0},
	} {
		v := mustParse(t, c.kind, c.in)
		h, ok := v.Host()
		if h.String() != c.host || h.Kind() != c.hostKind || ok != (c.host != "") || v.HostPort() != c.port {
			t.Errorf("%s: host %s %q, port %d", c.in, h.Kind(), h, v.HostPort())
		}
		if ok {
			checkValue(t, h)
		}
	}
}

func TestDifferentResourcesStayDifferent(t *testing.T) {
	for _, pair := range [][2]string{
		{"http://example.org/a", "http://example.org/A"},
		{"http://example.org/a", "http://example.org/a/"},
		{"http://example.org/a", "https://example.org/a"},
		{"http://example.org/a", "http://example.org:8080/a"},
		{"http://example.org/a/b", "http://example.org/a%2Fb"},
		{"http://example.org//a", "http://example.org/a"},
		{"http://example.org/a?", "http://example.org/a"},
		{"http://example.org/?a=1&b=2", "http://example.org/?b=2&a=1"},
		{"http://example.org/?a=1+1", "http://example.org/?a=1%2B1"},
		{"http://example.org/a%3Fb", "http://example.org/a?b"},
		{"http://example.org/a%23b", "http://example.org/a#b"},
		{"http://u@example.org/", "http://example.org/"},
		{"http://www.example.org/", "http://example.org/"},
	} {
		if mustParse(t, URL, pair[0]) == mustParse(t, URL, pair[1]) {
			t.Errorf("%s and %s became one", pair[0], pair[1])
		}
	}
}

// checkValue holds the promises that every value keeps.
func checkValue(t failer, v Value) {
	t.Helper()
	s := v.String()
	if w, err := Parse(v.Kind(), s); err != nil || w != v {
		t.Fatalf("Parse(%s, %q) = %q, %v", v.Kind(), s, w, err)
	}
	if got := string(v.AppendText([]byte("x"))); got != "x"+s {
		t.Fatalf("AppendText gives %q, String %q", got, s)
	}
	if w, err := ParseKey([]byte(v.Key())); err != nil || w != v {
		t.Fatalf("ParseKey of %s %q = %q, %v", v.Kind(), s, w, err)
	}
	d := v.Defang()
	if w, err := Parse(v.Kind(), Refang(d)); err != nil || w != v {
		t.Fatalf("%s %q defanged to %q, back to %q: %q, %v", v.Kind(), s, d, Refang(d), w, err)
	}
	if _, ok := v.STIXType(); ok {
		if id, ok := v.STIXID(); !ok || len(id) < 40 {
			t.Fatalf("%s %q has a STIX type and id %q", v.Kind(), s, id)
		}
	}
	if h, ok := v.Host(); ok {
		if w, err := Parse(h.Kind(), h.String()); err != nil || w != h {
			t.Fatalf("host of %q: %q, %v", s, h, err)
		}
	}
}

// failer is what tests, fuzzers and rapid's checks have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}
