package test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/desk/sample"

	"github.com/google/go-cmp/cmp"
)

// peer says whether Node and the packages of test/package.json are here; a test
// that needs them is skipped without, and fails where everything must run.
func peer(t *testing.T) {
	t.Helper()
	why := ""
	if _, err := exec.LookPath("node"); err != nil {
		why = "node is not installed"
	} else if _, err := os.Stat("node_modules/@duckdb/node-api"); err != nil {
		why = "test/node_modules is absent: cd test && npm ci"
	}
	switch {
	case why == "":
	case os.Getenv("ENTENTE_TEST_ALL") == "1":
		t.Fatal(why)
	default:
		t.Skip(why)
	}
}

// outside is what duckdb.mjs prints.
type outside struct {
	Days         []sample.DayCount `json:"days"`
	Outcomes     map[string]int64  `json:"outcomes"`
	WrongFolders int64             `json:"wrong_folders"`
	Columns      []string          `json:"columns"`
}

// TestOutsideReader: DuckDB, which knows nothing of Entente, reads the files that
// `entente log files` names and counts what the truth file says.
func TestOutsideReader(t *testing.T) {
	peer(t)
	dir := makeSample(t, 60_000, false)
	truth := readTruth(t, dir)
	data := filepath.Join(t.TempDir(), "data")
	prepare(t, dir, data)
	account := parseAccount(t, must(t, done, ingestArgs(dir, data)...).stdout)
	got := askDuckDB(t, data)

	if diff := cmp.Diff(logged(truth.ByDay), got.Days); diff != "" {
		t.Errorf("by day, class and outcome (- truth, + DuckDB):\n%s", diff)
	}
	if len(got.Days) < 50 {
		t.Errorf("only %d cells: the sample shows too little", len(got.Days))
	}
	// Of snapshots the log has what is newly listed, and what is no longer.
	still, gone := listings(t, data)
	counted := int64(0)
	if n := got.Outcomes["unlisted"]; n != gone {
		t.Errorf("%d rows are unlisted, %d entries are no longer listed", n, gone)
	}
	for _, outcome := range []string{"routed", "pooled", "context", "held", "suppressed"} {
		n := int64(account[outcome].(float64)) - got.Outcomes[outcome]
		if n < 0 {
			t.Errorf("%s: the log has %d more than the account", outcome, -n)
		}
		counted += n
	}
	// An entry may stand in several rows of one list.
	if counted < still || counted > still+still/10 {
		t.Errorf("%d rows are counted and not logged, %d entries were still listed", counted, still)
	}
	if got.WrongFolders != 0 {
		t.Errorf("%d observations lie in the folder of another day", got.WrongFolders)
	}
	for _, column := range []string{"observed TIMESTAMP WITH TIME ZONE", "value VARCHAR", "outcome VARCHAR", "asn BIGINT", "day DATE"} {
		if !slices.Contains(got.Columns, column) {
			t.Errorf("no column %q among %s", column, strings.Join(got.Columns, ", "))
		}
	}

	// A second run of the same input adds nothing that an outside reader counts.
	must(t, done, ingestArgs(dir, data)...)
	if diff := cmp.Diff(got, askDuckDB(t, data)); diff != "" {
		t.Errorf("after the same input again:\n%s", diff)
	}
}

// logged leaves out the duplicates, which the log does not hold, and orders the
// cells as DuckDB does.
func logged(all []sample.DayCount) []sample.DayCount {
	out := slices.DeleteFunc(slices.Clone(all), func(d sample.DayCount) bool { return d.Outcome == "duplicate" })
	slices.SortFunc(out, func(a, b sample.DayCount) int {
		return strings.Compare(a.Day+"\x00"+a.Class+"\x00"+a.Outcome, b.Day+"\x00"+b.Class+"\x00"+b.Outcome)
	})
	return out
}

// listings adds up how many entries snapshots went on listing, and how many they
// list no longer.
func listings(t *testing.T, data string) (still, gone int64) {
	t.Helper()
	var list struct {
		Snapshots []struct {
			Still int64 `json:"still"`
			Gone  int64 `json:"no_longer"`
		} `json:"snapshots"`
	}
	if err := json.Unmarshal([]byte(must(t, []int{0}, "--data", data, "feed", "snapshots", "--json").stdout), &list); err != nil {
		t.Fatal(err)
	}
	for _, s := range list.Snapshots {
		still, gone = still+s.Still, gone+s.Gone
	}
	return still, gone
}

func askDuckDB(t *testing.T, data string) outside {
	t.Helper()
	files := must(t, []int{0}, "--data", data, "log", "files").stdout
	cmd := exec.Command("node", "duckdb.mjs")
	cmd.Stdin = strings.NewReader(files)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("node duckdb.mjs: %v\n%s", err, errs.String())
	}
	var got outside
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return got
}

func readTruth(t *testing.T, dir string) sample.Truth {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth sample.Truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	return truth
}
