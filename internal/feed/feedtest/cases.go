package feedtest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what comes out into testdata/*.txtar")

// Now is the ingest clock of all cases.
var Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Cases runs f over dir/*.txtar. The comment of a file holds options, one
// a line ("class c2-server", "as-of 2026-11-24T08:00:00Z", "name x.csv"); text
// before a blank line is for people. "in" is the file that is read; "want" what
// comes out. -update writes want anew.
func Cases(t *testing.T, f feed.Format, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in := feed.Input{Name: "in", Options: feed.Options{Now: Now}}
			var body, want []byte
			for _, part := range ar.Files {
				switch part.Name {
				case "want":
					want = part.Data
				case "mapping":
					in.Options.Mapping = part.Data
				default:
					in.Name, body = part.Name, part.Data
				}
			}
			options(t, &in, string(ar.Comment))
			got := Run(t, f, in, body)
			if !*update {
				if got != string(want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
				return
			}
			for i := range ar.Files {
				if ar.Files[i].Name == "want" {
					ar.Files[i].Data = []byte(got)
				}
			}
			if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Run reads body and gives what came out as text.
func Run(t testing.TB, f feed.Format, in feed.Input, body []byte) string {
	t.Helper()
	in.Body = bytes.NewReader(body)
	r := &Recorder{T: t, Keep: true}
	var b strings.Builder
	fmt.Fprintf(&b, "detect=%d\n", f.Detect(in.Name, body[:min(len(body), 64<<10)]))
	err := f.Read(context.Background(), in, r)
	var q *feed.Quarantine
	switch {
	case errors.As(err, &q):
		if r.begun {
			t.Errorf("quarantined after Begin: %v", q)
		}
		fmt.Fprintf(&b, "quarantine: %s (%s)\n", q, q.Remedy)
		return b.String()
	case err != nil:
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "feed=%s mode=%s label=%s", r.Meta.Feed, r.Meta.Mode, r.Meta.Label)
	if !r.Meta.Snapshot.IsZero() {
		fmt.Fprintf(&b, " snapshot=%s", r.Meta.Snapshot.Format(time.RFC3339))
	}
	for _, d := range r.Meta.Drift {
		fmt.Fprintf(&b, " drift=%q", d)
	}
	fmt.Fprintf(&b, "\n%s", strings.Join(append(r.Observed, r.Rejects...), "\n"))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func options(t *testing.T, in *feed.Input, comment string) {
	for line := range strings.Lines(comment) {
		key, val, _ := strings.Cut(strings.TrimSpace(line), " ")
		o, err := &in.Options, error(nil)
		switch key {
		case "class":
			o.Class, _ = rsit.Parse(val)
		case "mode":
			o.Mode, _ = feed.ParseMode(val)
		case "as-of":
			o.AsOf, err = time.Parse(time.RFC3339, val)
		case "mod-time":
			in.ModTime, err = time.Parse(time.RFC3339, val)
		case "zone":
			o.Zone, err = time.LoadLocation(val)
		case "family":
			o.Family = val
		case "family-from-name":
			o.FamilyFromName, err = strconv.ParseBool(val)
		case "feed":
			o.Feed = val
		case "label":
			o.Label = val
		case "name":
			in.Name = val
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Shared gives a path below the shared folder of real data, or skips the test.
func Shared(t testing.TB, path string) string {
	t.Helper()
	dir := os.Getenv("ENTENTE_SHARED")
	if dir == "" {
		for at := "."; ; at = filepath.Join(at, "..") {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				dir = filepath.Join(at, "..", "shared")
				break
			}
			if abs, err := filepath.Abs(at); err != nil || abs == "/" {
				t.Fatal("the repository's root is not found")
			}
		}
	}
	full := filepath.Join(dir, path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("outside data: no %s (ENTENTE_SHARED names its folder)", path)
	}
	return full
}
