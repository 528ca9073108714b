package locate

import (
	"net/netip"
	"testing"
)

// A damaged country file is refused or answers; it never ends the program.
func FuzzCountryDB(f *testing.F) {
	good := smallMMDB()
	for _, at := range []uint16{0, 30, 150, 170, 200, 260} {
		f.Add(good, at, byte(0x41))
	}
	f.Add(good[:200], uint16(3), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, bit byte) {
		b = append([]byte(nil), b...)
		if len(b) > 0 {
			b[int(at)%len(b)] ^= bit
		}
		c, err := parseCountryDB("c.mmdb", b, true)
		if err != nil {
			return
		}
		defer c.close()
		for _, a := range []string{"192.0.2.1", "192.0.2.200", "255.255.255.255", "2001:db8::1"} {
			c.country(netip.MustParseAddr(a))
		}
	})
}
