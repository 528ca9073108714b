package shadowserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/feed"
)

// Every row of the real samples has a time and something that acts, so every
// one must be accepted, although their headers are those of 2023.
func TestRealSamples(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "samples"), "*.csv"))
	rows, accepted, drifted := 0, 0, 0
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
		for _, r := range rec.rejected {
			t.Errorf("%s: rejected %s", name, r)
		}
		if got := (Format{}).Detect(name, in); got != 100 {
			t.Errorf("%s: detected with %d", name, got)
		}
		rows += countRows(in)
		accepted += len(rec.observed)
		if len(rec.meta.Drift) > 0 {
			drifted++
		}
		if testing.Verbose() && len(rec.observed) > 0 {
			t.Logf("%s drift=%d\n   %.330s", rec.meta.Feed, len(rec.meta.Drift), rec.observed[0])
		}
	}
	if len(files) != 93 || rows != 649 || accepted != rows {
		t.Errorf("%d files, %d rows, %d accepted", len(files), rows, accepted)
	}
	t.Logf("%d files, %d rows, %d accepted, %d files with other columns than today's", len(files), rows, accepted, drifted)
}

// Without a telling name the header and the first row find the type, or the
// file is set aside; never is it taken for another type.
func TestRealSamplesByHeader(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(shared(t, "samples"), "*.csv"))
	found := 0
	for _, f := range files {
		in, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(filepath.Base(f), ".csv")
		rec, err := readText(t, "-", string(in), feed.Options{})
		switch {
		case err == nil && rec.meta.Feed == "shadowserver/"+want:
			found++
		case err == nil:
			t.Errorf("%s taken for %s", want, rec.meta.Feed)
		default:
			t.Logf("%s: %v", want, err)
		}
		if len(rec.rejected) > 0 {
			t.Errorf("%s: rejected %s", want, rec.rejected)
		}
	}
	t.Logf("%d of %d found by header alone", found, len(files))
}
