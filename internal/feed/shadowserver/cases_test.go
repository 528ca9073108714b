package shadowserver

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"entente/internal/feed"
)

var update = flag.Bool("update", false, "write what is read into the cases")

// Each case is a file: an input under its own name and what is read of it. A
// line "report TYPE" of the comment stands for --report.
func TestCases(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			ar, err := txtar.ParseFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var o feed.Options
			for line := range strings.Lines(string(ar.Comment)) {
				if rep, ok := strings.CutPrefix(strings.TrimSpace(line), "report "); ok {
					o.Report = rep
				}
			}
			in, want := ar.Files[0], &ar.Files[1]
			rec, err := readText(t, in.Name, string(in.Data), o)
			var got strings.Builder
			var q *feed.Quarantine
			switch {
			case errors.As(err, &q):
				got.WriteString("quarantine " + q.Reason + ": " + q.Text + "\n" + q.Remedy + "\n")
			case err != nil:
				t.Fatal(err)
			default:
				got.WriteString(rec.meta.Feed + " " + rec.meta.Mode.String() + " " + rec.meta.Label + "\n")
				for _, s := range append(rec.observed, rec.rejected...) {
					got.WriteString(s + "\n")
				}
			}
			if *update {
				want.Data = []byte(got.String())
				if err := os.WriteFile(f, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if d := cmp.Diff(string(want.Data), got.String()); d != "" {
				t.Error(d)
			}
		})
	}
	if len(files) == 0 {
		t.Error("no cases")
	}
}
