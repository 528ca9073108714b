package locate

import (
	"os"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
)

// FuzzRanges: a file of ASN ranges, and the manifest beside the data, give data
// or an error that says what to do.
func FuzzRanges(f *testing.F) {
	f.Add([]byte("192.0.2.0,192.0.2.255,64496,Network One\n2001:db8::,2001:db8::ffff,64497,\"Two, Inc\"\n"))
	f.Add([]byte("192.0.2.255,192.0.2.0,64496,x\n"))
	f.Add([]byte("0.0.0.0,255.255.255.255,4294967295,\xff\x00\n"))
	f.Add([]byte("::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,0,\n"))
	f.Add([]byte("{\"sources\":[]}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		for _, name := range []string{"asn.csv", manifestName} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var m tableMaker
		path := filepath.Join(dir, "asn.csv")
		if err := readRanges(&m, path); err != nil {
			if fault.RemedyOf(err) == "" {
				t.Errorf("%q: %v", text, err)
			}
		} else if len(m.nets) > 0 {
			if _, err := decodeTable(m.table().encode()); err != nil {
				t.Errorf("%q: its table: %v", text, err)
			}
		}
		if _, err := readManifest(dir); err != nil && fault.RemedyOf(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
	})
}
