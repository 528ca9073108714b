package value

import (
	"os"
	"path/filepath"
	"testing"
)

// seedCases adds the table of canonical forms as seeds.
func seedCases(f *testing.F, kinds ...Kind) {
	for _, c := range canonicalCases {
		for _, k := range kinds {
			if c.kind == k {
				f.Add(c.in)
			}
		}
	}
}

func fuzzKind(f *testing.F, k Kind) {
	seedCases(f, k)
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := Parse(k, s); err == nil {
			if v.Kind() != k {
				t.Fatalf("kind %s", v.Kind())
			}
			checkValue(t, v)
		}
	})
}

func FuzzParseURL(f *testing.F)      { fuzzKind(f, URL) }
func FuzzParseDomain(f *testing.F)   { fuzzKind(f, Domain) }
func FuzzParseEmail(f *testing.F)    { fuzzKind(f, Email) }
func FuzzParseFileName(f *testing.F) { fuzzKind(f, FileName) }
func FuzzParseCIDR(f *testing.F)     { fuzzKind(f, CIDR) }

// FuzzParse gives any text to every kind.
func FuzzParse(f *testing.F) {
	for _, c := range canonicalCases {
		f.Add(uint8(c.kind), c.in)
	}
	f.Fuzz(func(t *testing.T, k uint8, s string) {
		if v, err := Parse(Kind(k), s); err == nil {
			checkValue(t, v)
		}
		if v, err := ParseIP(s); err == nil {
			checkValue(t, v)
		}
		if v, err := ParseHash(s); err == nil {
			checkValue(t, v)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, c := range canonicalCases {
		if v, err := Parse(c.kind, c.in); err == nil {
			f.Add([]byte(v.Key()))
		}
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		if v, err := ParseKey(key); err == nil {
			if v.Key() != string(key) {
				t.Fatalf("key %x became %x", key, v.Key())
			}
			checkValue(t, v)
		}
	})
}

func FuzzExtract(f *testing.F) {
	files, _ := filepath.Glob("testdata/extract/*.txtar")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, c := range canonicalCases {
		f.Add([]byte("see " + c.in + ", or " + c.want))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkExtraction(t, text) })
}
