package value

import (
	"net/netip"
	"strings"
	"testing"
)

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
