package source_test

import (
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/source"

	"golang.org/x/tools/txtar"
)

// TestChooseAmongSamples: the chooser takes every sample of every format for
// what it is, and no format takes another's.
func TestChooseAmongSamples(t *testing.T) {
	var files []string
	for _, depth := range []string{"../*/testdata/*.txtar", "../*/testdata/*/*.txtar"} {
		some, err := filepath.Glob(depth)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	all, chosen := formats(), map[string]int{}
	for _, file := range files {
		parts := strings.Split(filepath.ToSlash(file), "/")
		own := parts[1]
		if own == "abusech" {
			own = parts[3]
		}
		if own == "custom" {
			continue // it is chosen by its mapping
		}
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, body, want := "", []byte(nil), ""
		for _, part := range ar.Files {
			if part.Name == "want" {
				want = string(part.Data)
			} else {
				name, body = part.Name, part.Data
			}
		}
		for line := range strings.Lines(string(ar.Comment)) {
			if given, ok := strings.CutPrefix(line, "name "); ok {
				name = strings.TrimSpace(given)
			}
		}
		got := "none"
		if f, err := source.Choose(all, feed.Options{}, "", name, body[:min(len(body), source.HeadSize)]); err == nil {
			got = f.Info().Name
		}
		switch known := !strings.HasPrefix(want, "detect=0\n"); {
		case known && got != own:
			t.Errorf("%s is taken for %s", file, got)
		case !known && got == own:
			t.Errorf("%s is taken for its own", file)
		}
		chosen[got]++
	}
	for _, f := range all {
		if n := f.Info().Name; chosen[n] == 0 && n != "custom" {
			t.Errorf("no sample of %s was chosen", n)
		}
	}
	if len(files) < 60 {
		t.Errorf("only %d samples", len(files))
	}
}

// TestDescriptions: what describes a feed is passed over, and nothing else.
func TestDescriptions(t *testing.T) {
	manifest := `{"5a3c2fcd-8328-42bb-a95e-000000000001":{"info":"x","timestamp":"1"}}`
	for _, c := range []struct {
		name, head string
		want       bool
	}{
		{"feed/manifest.json", manifest, true}, {"a.zip!manifest.json", manifest, true}, {"feed/x.json", manifest, false}, {"manifest.json", "[]x", false},
	} {
		if got := source.Description(formats(), c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
