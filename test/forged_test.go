package test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// evil are texts that would do harm in a page, a terminal, a spreadsheet or a
// reader's eye.
var evil = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</td></tr></table><h1>forged</h1>`, `javascript:alert(1)`,
	"\x1b[2J\x1b[31mforged", "\x1b]0;title\x07", "\u202egnp.exe", "\u2066a\u2069", "a\rforged", "a\nforged,line", "\u009b31m",
	`=cmd|'/c calc'!A0`, `+1+1`, `-1+1`, `@SUM(A1)`, "\t=1+1", "\r=1+1",
}

// forge is a feed whose every free text is one of evil.
func forge(t *testing.T) string {
	t.Helper()
	var events, lists strings.Builder
	for i, text := range evil {
		e := map[string]any{"time.source": "2026-11-20T08:00:00+00:00", "source.ip": fmt.Sprintf("198.18.3.%d", i+1), "source.port": 80 + i,
			"classification.type": []string{"c2-server", "infected-system"}[i%2], "malware.name": text, "feed.name": text, "source.reverse_dns": text,
			"extra." + text: text, "event_description.text": text, "protocol.transport": text, "status": text, "extra.severity": text,
			"classification.taxonomy": text, "source.geolocation.cc": text}
		line, err := json.Marshal(e)
		good(t, err)
		events.Write(append(line, '\n'))
		fmt.Fprintf(&lists, "http://198.18.4.%d/%s\n", i+1, strings.NewReplacer("\n", "", "\r", "").Replace(text))
	}
	return writeFiles(t, map[string]string{
		"events.jsonl":   events.String(),
		"<script>.jsonl": events.String() + "=1+1\x1b[31m\n",
		"urls/u.txt":     lists.String(), "urls/feed.yaml": "format: list\nclass: phishing\nmode: snapshot\nas_of: 2026-11-20T00:00:00Z\n",
		"not-a-feed/=x.txt": "=1+1 <script>alert(1)</script> \x1b[31m\n",
	})
}

// TestNothingIsForged: text of a feed changes no terminal, runs in no page and
// in no spreadsheet, wherever it is shown.
func TestNothingIsForged(t *testing.T) {
	dir, out := forge(t), filepath.Join(t.TempDir(), "out")
	p := newPlace(t)
	good(t, os.WriteFile(p.geo, []byte("prefix,country,asn,network\n198.18.0.0/16,CO,64496,=Red<script>\x1b[31m\u202e\n"), 0o600))
	orgs := filepath.Join(t.TempDir(), "orgs.yaml")
	good(t, os.WriteFile(orgs, []byte("organisations:\n  - id: cert-x\n    name: \"=<script>alert(1)</script>\u202e\"\n    kind: cert\n    country: CO\n    prefixes: [198.18.3.0/28]\n"), 0o600))
	must(t, []int{0}, p.flags("org", "import", orgs)...)
	run := entente(t, p.flags("surge", "run", dir, "--name", "=<b>x", "--out", out, "--geo", p.geo)...)
	run.says(t, 3, "rejected")
	shown := map[string]string{"surge run": run.stdout + run.stderr}
	for _, args := range []string{"case list --limit 1000", "case list --live --limit 1000", "log query --limit 0", "log query --live --limit 0", "ingest rejects",
		"org list", "surge list", "log files", "geo show --geo " + p.geo + " 198.18.0.1"} {
		r := entente(t, p.flags(strings.Fields(args)...)...)
		if r.code != 0 {
			t.Errorf("%s: exit %d: %s", args, r.code, r.stderr)
		}
		shown[args] = r.stdout + r.stderr
	}
	for what, text := range shown {
		if i := strings.IndexFunc(text, unsafe); i >= 0 {
			t.Errorf("%s: %q", what, text[max(0, i-80):min(len(text), i+40)])
		}
	}
	tables := map[string]string{}
	for _, args := range []string{"--csv case list --live --limit 1000", "--csv log query --live --limit 0", "--csv ingest rejects"} {
		tables[args] = entente(t, p.flags(strings.Fields(args)...)...).stdout
	}
	pages := 0
	good(t, fs.WalkDir(os.DirFS(out), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(out, path))
		switch filepath.Ext(path) {
		case ".html":
			pages++
			page(t, path, string(text))
		case ".csv":
			tables[path] = string(text)
		case ".json", ".jsonl":
			for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
				if filepath.Ext(path) == ".jsonl" && !json.Valid([]byte(line)) {
					t.Errorf("%s: line %d is no JSON", path, i+1)
				}
			}
			if filepath.Ext(path) == ".json" && !json.Valid(text) {
				t.Errorf("%s is no JSON", path)
			}
		}
		return err
	}))
	if n := len(strings.Split(tables["--csv log query --live --limit 0"], "\n")); n < 30 {
		t.Errorf("only %d lines of the log", n)
	}
	if pages < 4 || len(tables) < 7 {
		t.Errorf("%d pages, %d tables", pages, len(tables))
	}
	for what, text := range tables {
		cells(t, what, text)
	}
}

// page fails when a text of evil stands in a page as anything but text.
func page(t *testing.T, path, text string) {
	t.Helper()
	low := strings.ToLower(text)
	for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "<h1>forged", `href="javascript`, "href='javascript", "\x1b", "\u202e", "\u2066", "\u009b"} {
		if i := strings.Index(low, bad); i >= 0 {
			t.Errorf("%s: %q", path, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// cells fails when a spreadsheet would run a cell, or a cell breaks its row.
func cells(t *testing.T, what, text string) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	rows, err := r.ReadAll() // every row must have as many cells as the first
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("%s: a spreadsheet would run %q", what, c)
			}
			if strings.ContainsAny(c, "\x1b\u009b\u202e\x07") {
				t.Errorf("%s: %q", what, c)
			}
		}
	}
}
