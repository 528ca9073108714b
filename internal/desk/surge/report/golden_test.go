package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden files anew")

// style and its checksum are left out of the golden pages: the sheet has its
// own file and changes for its own reasons.
var styled = regexp.MustCompile(`(?s)<style>.*?</style>|'sha256-[^']*'`)

// TestGolden compares the folder of one owner and the index with what a person
// has read. After a change run go test -update and read the difference.
func TestGolden(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	write(t, sample(), sampleOptions(dir))
	ar := &txtar.Archive{Comment: []byte("The report of the sample surge: one owner's folder and the index.\n")}
	for _, name := range []string{
		"owner/example-net/cases.csv", "owner/example-net/observations.csv", "owner/example-net/intelmq.jsonl", "owner/example-net/xarf.jsonl",
		"owner/example-net/bundle.json", "owner/example-net/report.html", "owner/national-cl/bundle.json", "index.html",
	} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(name) == ".html" {
			b = styled.ReplaceAll(b, []byte("..."))
			b = bytes.ReplaceAll(b, []byte("><"), []byte(">\n<"))
			b = append(b, '\n')
		}
		ar.Files = append(ar.Files, txtar.File{Name: name, Data: b})
	}
	got := txtar.Format(ar)
	golden := filepath.Join("testdata", "sample.txtar")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s (go test -update writes it anew):\n%s", golden, diff)
	}
}
