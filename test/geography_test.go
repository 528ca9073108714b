package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestGeography: network data that are missing, damaged or old are named, with
// what to do; nothing is read without any, and old ones are used.
func TestGeography(t *testing.T) {
	dir := writeFiles(t, map[string]string{"events.jsonl": events(3)})
	folder := func(files map[string]string) []string {
		geo := writeFiles(t, files)
		config := filepath.Join(t.TempDir(), "entente.yaml")
		good(t, os.WriteFile(config, []byte("geography:\n  dir: "+geo+"\n"), 0o600))
		return []string{"--config", config}
	}
	file := func(text string) []string {
		return []string{"--geo", filepath.Join(writeFiles(t, map[string]string{"geo.csv": text}), "geo.csv")}
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"no folder":        {folder(nil), 4, []string{"network data", "make geo"}},
		"manifest no JSON": {folder(map[string]string{"geography.json": "{"}), 1, []string{"geography.json", "make geo"}},
		"other version":    {folder(map[string]string{"geography.json": `{}`}), 1, []string{"another version", "make geo"}},
		"no file":          {[]string{"--geo", "nowhere.csv"}, 4, []string{"nowhere.csv"}},
		"no table":         {file("\x00\x01\x02"), 1, []string{"geo.csv", "docs/geography.md"}},
		"empty":            {file(""), 1, []string{"geo.csv", "prefix"}},
		"no network":       {file("prefix,country,asn,network\n198.18.0.0/99,CO,1,x\n"), 1, []string{"geo.csv", "198.18.0.0/99"}},
		"no country":       {file("prefix,country,asn,network\n198.18.0.0/16,Colombia,1,x\n"), 1, []string{"geo.csv", "Colombia"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			entente(t, append(p.flags("ingest", dir), c.args...)...).says(t, c.code, c.says...)
			if got := p.look(t); len(got.log) > 0 {
				t.Errorf("rows were taken: %v", got.log)
			}
		})
	}
	t.Run("old", func(t *testing.T) {
		p := newPlace(t)
		at, err := time.Parse(time.RFC3339, now)
		good(t, err)
		for days, warns := range map[int]bool{120: true, 80: false} {
			good(t, os.Chtimes(p.geo, time.Time{}, at.AddDate(0, 0, -days)))
			out := filepath.Join(t.TempDir(), "out")
			args := append([]string{"--data", p.data, "--now", now}, "surge", "run", dir, "--name", "old", "--out", out, "--geo", p.geo)
			r := must(t, []int{0}, args...)
			if strings.Contains(r.stderr, "120 days old") != warns {
				t.Errorf("%d days old: %s", days, r.stderr)
			}
			page, err := os.ReadFile(filepath.Join(out, "index.html"))
			good(t, err)
			if !strings.Contains(string(page), "days") {
				t.Error("the report does not say how old the network data are")
			}
		}
		if n := len(p.look(t).log); n != 3 {
			t.Errorf("%d rows", n)
		}
	})
}
