package value

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name string
		kind Kind
		s    string
	}{
		{"ipv4", IPv4, "192.0.2.171"},
		{"ipv6", IPv6, "2001:db8:1:2::1"},
		{"domain", Domain, "www.some-host.example.org"},
		{"domain-capitals", Domain, "WWW.some-host.Example.org"},
		{"domain-idn", Domain, "bücher.example.org"},
		{"url", URL, "http://www.some-host.example.org/path/to/file.php?id=1234"},
		{"url-ip", URL, "http://192.0.2.171:8080/bins/mirai.arm7"},
		{"url-changed", URL, "http://www.Some-host.example.org/path/to/../file.php?id=1234"},
		{"sha256", SHA256, strings.Repeat("0123456789abcdef", 4)},
		{"ethereum", Ethereum, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(c.kind, c.s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("ip", func(b *testing.B) {
		for b.Loop() {
			ParseIP("192.0.2.171")
		}
	})
}

func BenchmarkRegistrable(b *testing.B) {
	for _, host := range []string{"www.evil.example.co.uk", "a.b.foo.github.io", "example.org"} {
		b.Run(host, func(b *testing.B) {
			for b.Loop() {
				Registrable(host)
			}
		})
	}
}

func BenchmarkSTIXID(b *testing.B) {
	v := mustParse(b, URL, "http://www.some-host.example.org/path/to/file.php?id=1234")
	for b.Loop() {
		v.STIXID()
	}
}

func BenchmarkDefang(b *testing.B) {
	v := mustParse(b, URL, "http://www.some-host.example.org/path/to/file.php?id=1234")
	for b.Loop() {
		v.Defang()
	}
}

// BenchmarkExtract runs over generated English: words of the lengths that
// prose has, sentences with stops, a number now and then, and one value in
// 2,000 bytes (sparse) or in 100 bytes (dense).
func BenchmarkExtract(b *testing.B) {
	for _, c := range []struct {
		name  string
		every int
	}{{"sparse", 2000}, {"dense", 100}} {
		text := prose(1<<20, c.every)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			found := 0
			for b.Loop() {
				found = len(Extract(text).Found)
			}
			b.ReportMetric(float64(found)/float64(len(text))*1e6, "values/MB")
		})
	}
	text := prose(1<<20, 2000)
	b.Run("mask", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			MaskCards(text)
		}
	})
}

var proseWords = strings.Fields(`the of and to in a is that for it was on are as with his they be at one have this from or had by
	hot but some what there we can out other were all your when up use word how said an each she which do their time if will way
	about many then them would write like so these her long make thing see him two has look more day could go come did my sound
	no most number who over know water than call first people may down side been now find any new work part take get place made
	live where after back little only round man year came show every good me give our under name very through just form much
	great think say help low line before turn cause same mean differ move right boy old too does tell sentence set three want air
	investigation infrastructure organisation command-and-control compromised attacker(s) notification`)

var proseValues = []string{"192.0.2.7", "www.example.org", "hxxps[://]login[.]example[.]net/a.php", "2001:db8::7",
	"d41d8cd98f00b204e9800998ecf8427e", "user@example.org", "CVE-2024-12345", "AS64496", "invoice.exe", "http://198.51.100.9/x.sh"}

// prose makes n bytes of text with a value in each stretch of the given length.
func prose(n, every int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	next := every
	for b.Len() < n {
		b.WriteString(proseWords[r.IntN(len(proseWords))])
		switch x := r.IntN(100); {
		case x < 6:
			b.WriteString(". The ")
		case x < 11:
			b.WriteString(", ")
		case x < 12:
			b.WriteString(" 2024 ")
		case x < 14:
			b.WriteString("\n")
		default:
			b.WriteByte(' ')
		}
		if b.Len() > next {
			b.WriteByte(' ')
			b.WriteString(proseValues[r.IntN(len(proseValues))])
			b.WriteByte(' ')
			next = b.Len() + every
		}
	}
	return b.Bytes()
}

func mustParse(t testing.TB, k Kind, s string) Value {
	t.Helper()
	v, err := Parse(k, s)
	if err != nil {
		t.Fatalf("Parse(%s, %q): %v", k, s, err)
	}
	return v
}
