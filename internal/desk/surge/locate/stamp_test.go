package locate

import (
	"path/filepath"
	"testing"
)

// Data of the same contents have one stamp whatever they are called; every other
// file has another, whichever way it is named.
func TestStamp(t *testing.T) {
	dir, geo := t.TempDir(), built(t)
	file := func(name, text string) string { return put(t, filepath.Join(dir, name), text) }
	const csv = "192.0.2.0/24,CO,64500,Example Net\n"
	stamp := func(cfg Config) string {
		t.Helper()
		cfg.Now = clock
		g, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		if g.Stamp() == "" {
			t.Errorf("%+v has no stamp", cfg)
		}
		return g.Stamp()
	}
	mmdb := file("c.mmdb", string(smallMMDB()))
	other := file("other.csv", ranges+"198.51.100.0,198.51.100.255,64502,Third Net\n")
	same := func(a, b Config, want bool) {
		t.Helper()
		if got := stamp(a) == stamp(b); got != want {
			t.Errorf("%+v and %+v: the same stamp %v, want %v", a, b, got, want)
		}
	}
	same(Config{CSV: file("a.csv", csv)}, Config{CSV: file("b.csv", csv)}, true)
	same(Config{CSV: file("a.csv", csv)}, Config{CSV: file("c.csv", csv+csv[:3]+".0.3.0/24,PE,64501,Six Net\n")}, false)
	same(Config{Dir: geo}, Config{Dir: built(t)}, true)
	same(Config{Dir: geo}, Config{Dir: geo, Country: mmdb}, true) // the same country data, from elsewhere
	same(Config{Dir: geo}, Config{Dir: geo, ASN: []string{other}}, false)
	same(Config{Country: mmdb}, Config{Dir: geo}, false)
	same(Config{ASN: []string{other}}, Config{ASN: []string{file("ranges.csv", ranges)}}, false)
	same(Config{ASN: []string{other}}, Config{ASN: []string{other}}, true) // by its compiled form
}
