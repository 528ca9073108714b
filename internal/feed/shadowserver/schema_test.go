package shadowserver

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/feedtest"
)

type schemaReport struct {
	Taxonomy string   `json:"classification.taxonomy"`
	Type     string   `json:"classification.type"`
	Fields   []string `json:"fields"`
}

func schema(t *testing.T) map[string]schemaReport {
	b, err := os.ReadFile(filepath.Join(feedtest.Shared(t, "data/shadowserver/schema"), "reports.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]schemaReport
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// The table of ours is complete: each type of the producer has a class, a
// known set of columns, and the producer's own word beside ours.
func TestEveryTypeOfTheProducer(t *testing.T) {
	cat := tables()
	all := schema(t)
	for name, s := range all {
		rep := cat.byName[name]
		if rep == nil {
			t.Errorf("%s is not in reports.csv", name)
			continue
		}
		if s.Type != "" && rep.said != s.Taxonomy+"/"+s.Type {
			t.Errorf("%s: said %q, the producer says %s/%s", name, rep.said, s.Taxonomy, s.Type)
		}
		if a, b := slices.Sorted(slices.Values(rep.columns)), slices.Sorted(slices.Values(s.Fields)); !slices.Equal(a, b) {
			t.Errorf("%s: columns differ\n ours %v\nproducer's %v", name, a, b)
		}
		h := newHeader(s.Fields)
		if m := h.missing(rep); m != "" {
			t.Errorf("%s: its own header lacks %s", name, m)
		}
		if d := h.drift(rep); d != nil {
			t.Errorf("%s: drift %v", name, d)
		}
	}
	if len(all) != 170 {
		t.Errorf("%d types", len(all))
	}
}

// Each type whose class differs from the producer's stands in docs/classes.md
// with both words, and no other does.
func TestDifferencesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/classes.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	_, table, _ := strings.Cut(string(doc), "## Shadowserver")
	table, _, _ = strings.Cut(table, "\n## ")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		said, ours := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
		for name := range strings.FieldsSeq(strings.NewReplacer("`", " ", ",", " ").Replace(cells[1])) {
			rep := tables().byName[name]
			if rep == nil {
				t.Errorf("docs/classes.md: no report type %s", name)
				continue
			}
			if rep.class.String() != ours || rep.said != said && !(rep.said == "" && said == "none") {
				t.Errorf("docs/classes.md: %s is %s, the producer says %q", name, rep.class, rep.said)
			}
			listed[rep.name] = true
		}
	}
	for _, rep := range tables().reports {
		if c, ok := rsit.FromTag(rep.said); (!ok || c != rep.class) != listed[rep.name] && !listed[sister(rep.name)] {
			t.Errorf("%s: %s, the producer says %q; listed in docs/classes.md: %v", rep.name, rep.class, rep.said, listed[rep.name])
		}
	}
}

// A file with today's header but no telling name is found, or set aside with
// the types named; it is never read as a type of another class.
func TestTodaysHeaders(t *testing.T) {
	found := 0
	cat := tables()
	for name, s := range schema(t) {
		rep := cat.byName[name]
		row := make([]string, len(s.Fields))
		for i, f := range s.Fields {
			switch f {
			case "tag":
				row[i] = rep.service()
			case "ip", "src_ip", "dst_ip", "http_referer_ip":
				row[i] = "192.0.2.1"
				if sister(name) != name {
					row[i] = "2001:db8::1"
				}
			}
		}
		got, q := cat.choose(feed.Input{Name: "-"}, newHeader(s.Fields), row)
		switch {
		case q != nil && !strings.Contains(q.Text, sister(name)):
			t.Errorf("%s: %v", name, q)
		case q != nil:
			t.Logf("%s: %v", name, q)
		case got.name == name:
			found++
		case got.class != rep.class || got.actor != rep.actor:
			t.Errorf("%s taken for %s", name, got.name)
		}
	}
	t.Logf("%d of 170 found by header and tag", found)
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"2015-01-01-dns_openresolver-sample-asn.csv":     "scan_dns",
		"2020-04-03-scan_ics-sample-asn-delayed.csv":     "scan_ics",
		"2024-07-04-dns_openresolver-123-sample-asn.csv": "scan_dns",
		"scan_dns.csv":                               "scan_dns",
		"/in/2026-11-24-scan6_telnet-x.csv":          "scan6_telnet",
		"reports.zip!day/2026-11-24-device_id-x.csv": "device_id",
		"2026-11-24-botnet_drone-x.csv":              "event4_sinkhole",
		"2026-11-24-event_sinkhole_http.csv":         "event4_sinkhole_http",
		`C:\in\2026-11-24-SCAN_RDP-x.csv`:            "scan_rdp",
		"2026-11-24-compromised_website6-x.csv.gz":   "compromised_website6",
		"":         "",
		"-":        "",
		"!":        "",
		"list.txt": "",
	} {
		rep, _ := tables().fromFileName(name)
		got := ""
		if rep != nil {
			got = rep.name
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if _, word := tables().fromFileName("2026-11-24-scan_brandnew-x.csv"); word != "scan_brandnew" {
		t.Errorf("unknown type read as %q", word)
	}
}
