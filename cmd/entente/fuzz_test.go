package main

import (
	"os"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
)

// FuzzConfig: entente.yaml is read, or refused with what to do.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("data: d\nstore: postgres://x@y/z\ngeography:\n  file: geo.csv\nbogons: \"off\"\n"))
	f.Add([]byte("bogon: off\n"))
	f.Add([]byte("data: [a, b]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("\x00\xff: 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "entente.yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadConfig(path); err != nil && (fault.KindOf(err) != fault.Invalid || fault.RemedyOf(err) == "") {
			t.Errorf("%q: %v, remedy %q", text, err, fault.RemedyOf(err))
		}
	})
}

// FuzzValue: a value as a person types it is read in canonical form, which is
// read as the same again, or refused with what to do.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"192.0.2[.]7", "hxxps[://]evil[.]example[.]org/a", "AS64496", "a.exe", "2001:db8::/32", "user[at]example.org", "\x1b[31m", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := anyValue(text)
		if err != nil {
			if fault.RemedyOf(err) == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := anyValue(v.String()); err != nil || again.String() != v.String() {
			t.Errorf("%q is %q, which is %q: %v", text, v, again, err)
		}
	})
}
