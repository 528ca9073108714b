package value

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryValueKeepsItsPromises(t *testing.T) {
	for k := IPv4; k <= Monero; k++ {
		t.Run(k.String(), func(t *testing.T) {
			read, all := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				text := drawText(t, k)
				all++
				v, err := Parse(k, text)
				if err != nil {
					return
				}
				read++
				if v.Kind() != k {
					t.Fatalf("%q: kind %s", text, v.Kind())
				}
				checkValue(t, v)
			})
			if read*3 < all {
				t.Errorf("only %d of %d texts were read: the test says little", read, all)
			}
		})
	}
}

func TestCompareIsTheOrderOfKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawValue(t), drawValue(t)
		if rapid.Bool().Draw(t, "same kind") {
			text := drawText(t, a.Kind())
			if v, err := Parse(a.Kind(), text); err == nil {
				b = v
			}
		}
		want := bytes.Compare([]byte(a.Key()), []byte(b.Key()))
		if got := Compare(a, b); got != want || (got == 0) != (a == b) {
			t.Fatalf("Compare(%s, %s) = %d, keys give %d", a, b, got, want)
		}
	})
}

// The quick look at a URL and the whole work must agree, above all on texts
// that are one byte away from canonical.
func TestCanonicalURLsAreFixedPoints(t *testing.T) {
	quick, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		once, err := canonicalURL(drawText(t, URL))
		if err != nil {
			return
		}
		if twice, err := canonicalURL(once); err != nil || twice != once {
			t.Fatalf("%q -> %q, %v", once, twice, err)
		}
		for range 50 {
			near := []byte(once)
			at := rapid.IntRange(0, len(near)-1).Draw(t, "at")
			near[at] = rapid.SampledFrom([]byte("/./.%aA2Z0~:?#@-_[\xff")).Draw(t, "byte")
			all++
			if s := string(near); isCanonicalURL(s) {
				quick++
				if whole, err := canonicalURL(s); err != nil || whole != s {
					t.Fatalf("%q passes as canonical; the whole work gives %q, %v", s, whole, err)
				}
			}
		}
	})
	if quick*200 < all {
		t.Errorf("only %d of %d texts passed the quick look", quick, all)
	}
}

func TestCanonicalTextCostsNoAllocation(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		s    string
	}{{IPv4, "192.0.2.7"}, {IPv6, "2001:db8::1"}, {Domain, "www.example.org"}, {URL, "https://www.example.org:8443/a/b.php?x=%20"},
		{Email, "user@example.org"}, {MAC, "00:00:5e:00:53:01"}, {MD5, "d41d8cd98f00b204e9800998ecf8427e"}} {
		if n := testing.AllocsPerRun(100, func() { Parse(c.kind, c.s) }); n > 0 {
			t.Errorf("%s %s: %.0f allocations", c.kind, c.s, n)
		}
	}
	for _, c := range []struct {
		kind Kind
		s    string
	}{{IPv4, "192.0.2.777"}, {Domain, "www"}, {URL, "http://localhost/"}, {ASN, "x"}} {
		if n := testing.AllocsPerRun(100, func() { Parse(c.kind, c.s) }); n > 0 {
			t.Errorf("refusing %s %s: %.0f allocations", c.kind, c.s, n)
		}
	}
}
