package surge_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"

	"pgregory.net/rapid"
)

// row draws a row of a small world, in which all rules meet often.
func row(r *rapid.T, snapshot bool) said {
	pick := func(what string, words ...string) string { return rapid.SampledFrom(words).Draw(r, what) }
	s := said{
		Time:  clock.AddDate(0, 0, -rapid.IntRange(1, 3).Draw(r, "days ago")).UnixMicro() + int64(rapid.IntRange(0, 3).Draw(r, "moment")),
		Class: pick("class", "c2-server", "spam", "scanner", "infected-system", "phishing", "malware-distribution", "vulnerable-system", "blocklist"),
		Value: pick("value", "ipv4:198.18.0.3", "ipv4:198.18.0.77", "ipv4:198.18.0.78", "ipv4:198.18.0.241", "ipv4:198.18.0.250", "ipv4:198.18.1.9",
			"ipv4:198.18.2.9", "ipv4:198.18.2.200", "ipv4:203.0.113.9", "ipv4:5.5.5.5", "ipv4:5.5.5.6", "domain:a.shop.example.org", "domain:allowed.example.org",
			"domain:x.allowed.example.org", "domain:evil.pe", "domain:a.evil.pe", "domain:one.github.io", "url:http://two.github.io/a", "url:http://two.github.io/b",
			"url:http://x.evil.pe/a", "url:http://198.18.0.241/b", "url:http://5.5.5.5/b", "domain:nowhere.example.net"),
		Port:     uint16(rapid.SampledFrom([]int{0, 80, 443}).Draw(r, "port")),
		Family:   pick("family", "", "bot"),
		Country:  pick("claim", "", "", "MX", "KE", "XX"),
		Severity: pick("severity", "", "low", "critical"),
		Label:    pick("label", "", "", "RED"),
		Offline:  rapid.IntRange(0, 9).Draw(r, "offline") == 0,
	}
	if rapid.IntRange(0, 9).Draw(r, "context") == 0 {
		s.Note = beside
	}
	if snapshot && rapid.Bool().Draw(r, "no row time") {
		s.Time = 0
	}
	if rapid.IntRange(0, 4).Draw(r, "at") == 0 && s.Value[0] == 'd' {
		s.At = pick("at address", "198.18.1.77", "198.18.0.241")
	}
	return s
}

func files(r *rapid.T) []*file {
	var out []*file
	var rows []said // of all files so far: some come again
	for range rapid.IntRange(1, 6).Draw(r, "files") {
		f := &file{feed: rapid.SampledFrom([]string{"one", "two", "three"}).Draw(r, "feed")}
		if rapid.IntRange(0, 2).Draw(r, "snapshot") == 0 {
			f.snapshot = clock.AddDate(0, 0, -rapid.IntRange(1, 5).Draw(r, "as of")).UnixMicro()
		}
		for range rapid.IntRange(1, 25).Draw(r, "rows") {
			if len(rows) > 0 && rapid.IntRange(0, 2).Draw(r, "comes again") == 0 {
				f.rows = append(f.rows, rapid.SampledFrom(rows).Draw(r, "earlier"))
			} else {
				f.rows = append(f.rows, row(r, f.snapshot != 0))
			}
			if last := f.rows[len(f.rows)-1]; last.Time != 0 {
				rows = append(rows, last)
			}
		}
		switch rapid.IntRange(0, 5).Draw(r, "rejects") {
		case 0:
			f.rejects = 2100 // a batch of its own
		case 1, 2:
			f.rejects = 3
		}
		out = append(out, f)
		if rapid.IntRange(0, 4).Draw(r, "again") == 0 {
			out = append(out, f)
		}
	}
	return out
}

// TestIngestEqualsTheModel: whatever rows come in whatever files, in however
// many ingests, account, cases and log are those of the naive model.
func TestIngestEqualsTheModel(t *testing.T) {
	t.Parallel()
	rules := newRules(t)
	ctx := context.Background()
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp("", "entente-model")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(dir)
		n, err := openNode(ctx, filepath.Join(dir, "data"), disk.OS(), rules)
		if err != nil {
			r.Fatal(err)
		}
		defer n.close()
		m := newModel()
		m.holds = []*modelHold{{id: 1, rule: theHold}}
		all := files(r)
		for start := 0; start < len(all); {
			end := rapid.IntRange(start+1, len(all)).Draw(r, "ingest up to")
			var paths []string
			m.begin()
			for i := start; i < end; i++ {
				path := filepath.Join(dir, fmt.Sprintf("%03d.txt", i))
				if err := os.WriteFile(path, all[i].text(), 0o600); err != nil {
					r.Fatal(err)
				}
				paths = append(paths, path)
				m.take(all[i])
			}
			start = end
			res, err := n.Ingest(ctx, surge.Request{Paths: paths})
			if err != nil {
				r.Fatal(err)
			}
			got, want := res.Account, m.end()
			got.Batches, got.CasesSeenAgain = 0, 0 // the model knows no batches
			if a, b := accountText(got), accountText(want); a != b {
				r.Fatalf("account of files %d to %d:\n got %s\nwant %s", start, end, a, b)
			}
		}
		n.compare(ctx, r, m)
	})
}

// compare fails unless cases and log are the model's.
func (n *node) compare(ctx context.Context, r rapid.TB, m *model) {
	list, _, err := n.Cases(ctx, surge.CaseFilter{Limit: 1 << 40})
	if err != nil {
		r.Fatal(err)
	}
	var cases, log []string
	for _, c := range list {
		cases = append(cases, showCase(c))
	}
	for row, err := range n.Log.Scan(ctx, eventlog.Query{}) {
		if err != nil {
			r.Fatal(err)
		}
		if row.Outcome == surge.Unlisted {
			row.Owner = ""
		}
		log = append(log, fmt.Sprint(row.Feed, " ", row.Snapshot, " ", row.Observed, " ", row.Class, " ", row.Kind, ":", row.Value, " ", row.Port, " ", row.Family,
			" ", row.Outcome, " ", row.Reason, " ", row.Owner))
	}
	differ(r, "cases", cases, m.shownCases())
	differ(r, "log", log, m.log)
}

func differ(r rapid.TB, what string, got, want []string) {
	slices.Sort(got)
	slices.Sort(want)
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			r.Fatalf("%s: %d instead of %d; the first to differ:\n got %s\nwant %s", what, len(got), len(want), at(got, i), at(want, i))
		}
	}
}
