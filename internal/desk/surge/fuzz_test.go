package surge

import (
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"entente/internal/core/fault"
	"entente/internal/feed"
)

// FuzzSidecar: a feed.yaml completes the options or gives an error that says
// what to do; what the command line said stays.
func FuzzSidecar(f *testing.F) {
	f.Add("format: list\nclass: c2-server\nmode: snapshot\nas_of: 2026-11-20T00:00:00Z\nzone: Europe/Madrid\nlabel: RED\nfamily_from_name: true\n")
	f.Add("feed: x\nmapping: ../../../etc/passwd\n")
	f.Add("a: &a [*a, *a]\n")
	f.Add("zone: Local\n")
	f.Add("\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SidecarName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opt, format := feed.Options{Feed: "said", Family: "said"}, "said"
		err := (&Desk{}).sidecar(filepath.Join(dir, "feed.txt"), &opt, &format)
		if err != nil && (fault.KindOf(err) != fault.Invalid || fault.RemedyOf(err) == "") {
			t.Errorf("%q: %v", text, err)
		}
		if opt.Feed != "said" || opt.Family != "said" || format != "said" {
			t.Errorf("%q went before the command line: %+v", text, opt)
		}
	})
}

// FuzzOptions: the options that a member keeps are those that it was read with.
func FuzzOptions(f *testing.F) {
	f.Add("feed", "family", "mapping: x", "RED", int64(1), int64(2))
	f.Add("", "", "", "", int64(0), int64(-1))
	f.Fuzz(func(t *testing.T, name, family, mapping, label string, asOf, mod int64) {
		if !utf8.ValidString(name + "|" + family + "|" + mapping + "|" + label) {
			return // neither the command line nor YAML lets it in
		}
		in := feed.Options{Feed: name, Family: family, Label: label, AsOf: micros(asOf)}
		if mapping != "" {
			in.Mapping = []byte(mapping)
		}
		text := optionText(in, micros(mod))
		out, at, err := parseOptions(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again := optionText(out, at); again != text {
			t.Errorf("%s, again %s", text, again)
		}
	})
}
