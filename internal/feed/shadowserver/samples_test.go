package shadowserver

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
)

// explained are the rows of the samples that have nothing that acts: one holds
// an address of five numbers, made so by whoever anonymised it.
var explained = map[string]string{"event4_honeypot_ddos_amp.csv": "line=6 reason=bad-value field=src_ip"}

// Every row of the real samples has a time and something that acts, so every
// one must be accepted but those explained, although their headers are those of
// 2023.
func TestRealSamples(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(feedtest.Shared(t, "data/shadowserver/samples"), "*.csv"))
	rows, accepted, rejected, drifted := 0, 0, 0, 0
	for _, f := range files {
		in, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		rec, err := readText(t, name, string(in), feed.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, r := range rec.Rejects {
			if !strings.Contains(r, explained[name]) || explained[name] == "" {
				t.Errorf("%s: rejected %s", name, r)
			}
			t.Logf("%s: rejected %s", name, r)
			rejected++
		}
		if got := (Format{}).Detect(name, in); got != 100 {
			t.Errorf("%s: detected with %d", name, got)
		}
		rows += bytes.Count(in, []byte("\n")) - 1
		accepted += len(rec.Observed)
		if len(rec.Meta.Drift) > 0 {
			drifted++
		}
		if testing.Verbose() && len(rec.Observed) > 0 {
			t.Logf("%s drift=%d\n   %.330s", rec.Meta.Feed, len(rec.Meta.Drift), rec.Observed[0])
		}
	}
	if len(files) != 93 || rows != 649 || accepted+rejected != rows || rejected != len(explained) {
		t.Errorf("%d files, %d rows, %d accepted", len(files), rows, accepted)
	}
	t.Logf("%d files, %d rows, %d accepted, %d files with other columns than today's", len(files), rows, accepted, drifted)
}

// alikeTo are types that are read alike and share their header.
var alikeTo = map[string]string{"event4_microsoft_sinkhole_http": "event4_sinkhole_http", "event4_microsoft_sinkhole": "event4_sinkhole"}

// Without a telling name the header and the first row find the type, or the
// file is set aside; never is it taken for another type.
func TestRealSamplesByHeader(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(feedtest.Shared(t, "data/shadowserver/samples"), "*.csv"))
	found := 0
	for _, f := range files {
		in, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(filepath.Base(f), ".csv")
		rec, err := readText(t, "-", string(in), feed.Options{})
		switch {
		case err == nil && rec.Meta.Feed == "shadowserver/"+want || rec.Meta.Feed == "shadowserver/"+alikeTo[want]:
			found++
		case err == nil:
			t.Errorf("%s taken for %s", want, rec.Meta.Feed)
		default:
			t.Logf("%s: %v", want, err)
		}
	}
	t.Logf("%d of %d found by header alone", found, len(files))
}
