package locate

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// small draws an address from a small space, so that networks nest and meet.
func small(t *rapid.T, six bool) netip.Addr {
	if six {
		b := netip.MustParseAddr("2001:db8::").As16()
		b[4], b[7], b[8], b[15] = rapid.Byte().Draw(t, "b4"), rapid.Byte().Draw(t, "b7"), rapid.Byte().Draw(t, "b8"), rapid.Byte().Draw(t, "b15")
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte{rapid.SampledFrom([]byte{0, 1, 198, 255}).Draw(t, "b0"), rapid.SampledFrom([]byte{0, 18, 51, 255}).Draw(t, "b1"), rapid.Byte().Draw(t, "b2"), rapid.Byte().Draw(t, "b3")})
}

// The table gives the longest network around an address, as a scan of all does,
// also after it went through its file.
func TestTableProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m tableMaker
		first := map[netip.Prefix]record{}
		for range rapid.IntRange(0, 30).Draw(t, "networks") {
			a := small(t, rapid.Bool().Draw(t, "six"))
			p := netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(t, "bits")).Masked()
			r := record{rapid.SampledFrom([]string{"", "CO", "DE"}).Draw(t, "country"), rapid.Uint32Range(0, 5).Draw(t, "asn"), rapid.SampledFrom([]string{"", "Example Net", "é"}).Draw(t, "name")}
			m.add(p, r)
			if _, twice := first[p]; !twice {
				first[p] = r
			}
		}
		tab, err := decodeTable(m.table().encode())
		if err != nil {
			t.Fatal(err)
		}
		g := &Geography{nets: tab}
		for range 20 {
			a := small(t, rapid.Bool().Draw(t, "six"))
			var want Place
			bits := -1
			for p, r := range first {
				if p.Contains(a) && p.Bits() > bits {
					bits, want = p.Bits(), Place{r.country, r.asn, p.String(), r.name}
				}
			}
			got, ok := g.Lookup(a)
			if ok != (bits >= 0) || got != want || g.Covers(a) != ok {
				t.Fatalf("%s: got %+v %v, want %+v", a, got, ok, want)
			}
		}
	})
}

func sampleTable() *table {
	var m tableMaker
	m.add(netip.MustParsePrefix("192.0.2.0/24"), record{"CO", 64500, "Example Net"})
	m.add(netip.MustParsePrefix("192.0.2.128/25"), record{"PE", 64501, "Inner Net"})
	m.add(netip.MustParsePrefix("2001:db8::/32"), record{"DE", 64502, ""})
	return m.table()
}

// No bytes make a table that a look-up could run outside of.
func FuzzDecodeTable(f *testing.F) {
	good := sampleTable().encode()
	f.Add(good, uint16(0), byte(0))
	f.Add([]byte(tableMagic), uint16(9), byte(1))
	f.Add(good, uint16(200), byte(0xff))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, bit byte) {
		b = append([]byte(nil), b...)
		if len(b) > 0 {
			b[int(at)%len(b)] ^= bit
		}
		tab, err := decodeTable(b)
		if err != nil {
			return
		}
		for _, a := range []string{"0.0.0.0", "192.0.2.200", "255.255.255.255", "::", "2001:db8::1", "ffff::"} {
			if rec, _, ok := tab.lookup(netip.MustParseAddr(a)); ok {
				_ = tab.network(rec)
			}
		}
	})
}

// Each single damage of the file is noticed.
func TestDamagedTable(t *testing.T) {
	good := sampleTable().encode()
	for i := range good {
		b := append([]byte(nil), good...)
		b[i] ^= 0x40
		if _, err := decodeTable(b); err == nil {
			t.Errorf("damage at byte %d of %d was not noticed", i, len(good))
		}
		if _, err := decodeTable(good[:i]); err == nil {
			t.Errorf("a file cut at byte %d was taken", i)
		}
	}
	if _, err := decodeTable(append(good, 0)); err == nil {
		t.Error("a file that is too long was taken")
	}
}
