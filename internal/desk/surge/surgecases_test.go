package surge_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
)

// reported reads the tables of a surge's report: of each case, what cases.csv
// counts and how many lines observations.csv has.
func (n *node) reported(t testing.TB, name string, res surge.Result) (counts, lines map[string]int) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "reports")
	_, err := n.WriteReports(context.Background(), surge.ReportRequest{Surge: name, Dir: dir, Account: res.Account, Run: res.Run})
	ok(t, err)
	counts, lines = map[string]int{}, map[string]int{}
	table := func(path string, each func(f func(string) string)) {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return
		}
		ok(t, err)
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		ok(t, err)
		for _, row := range rows[1:] {
			each(func(column string) string {
				for i, c := range rows[0] {
					if c == column {
						return row[i]
					}
				}
				t.Fatalf("%s has no column %s", path, column)
				return ""
			})
		}
	}
	owners, err := filepath.Glob(filepath.Join(dir, "owner", "*"))
	ok(t, err)
	for _, o := range owners {
		table(filepath.Join(o, "cases.csv"), func(f func(string) string) {
			n, err := strconv.Atoi(f("observations"))
			ok(t, err)
			counts[f("case_id")] = n
		})
		table(filepath.Join(o, "observations.csv"), func(f func(string) string) { lines[f("case_id")]++ })
	}
	return counts, lines
}

// servers is a file of rows about servers first to last, one case each; time
// tells its rows from those of another file.
func servers(t testing.TB, time, first, last int) string {
	t.Helper()
	var b strings.Builder
	for j := first; j < last; j++ {
		writeSaid(t, &b, said{Time: day(1).UnixMicro() + int64(time), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", j)})
	}
	return b.String()
}

// TestAReportHasAllObservationsOfItsCases: the case of a surge is in the report
// with all its observations, whoever logged them, and so often as it counts.
func TestAReportHasAllObservationsOfItsCases(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		n := open(newRules(t))
		defer n.close()
		take := func(name string, rows ...string) surge.Result {
			t.Helper()
			text := "#plain list event\n" + strings.Join(rows, "")
			res, err := n.Ingest(context.Background(), surge.Request{Paths: []string{put(t, t.TempDir(), "list.txt", []byte(text))}, Surge: name, Reports: name != ""})
			ok(t, err)
			return res
		}
		check := func(name string, res surge.Result, want map[int]int) {
			t.Helper()
			counts, lines := n.reported(t, name, res)
			got := map[int]int{}
			for id, count := range counts {
				got[count]++
				if lines[id] != count {
					t.Errorf("surge %s: case %s counts %d observations, %d are written", name, id, count, lines[id])
				}
			}
			for id := range lines {
				if counts[id] == 0 {
					t.Errorf("surge %s: observations of case %s, which is not in cases.csv", name, id)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("surge %s: cases by observations %v, want %v", name, got, want)
			}
		}
		take("", servers(t, 1, 1, 60))
		whole := servers(t, 2, 50, 100)
		check("other", take("other", whole), map[int]int{2: 10, 1: 40}) // ten cases were there
		// Rows of both, in another file: 1 to 9 and 90 to 99 only as duplicates.
		check("dup", take("dup", servers(t, 1, 1, 10), servers(t, 2, 90, 100), servers(t, 3, 100, 105)), map[int]int{1: 9 + 10 + 5})
		// A file that another surge has read, and rows of one's own of a case in it.
		check("same", take("same", whole), map[int]int{2: 10, 1: 40})
		take("", servers(t, 4, 100, 103)) // a later run knows more of a surge's own cases
		check("dup", take("dup", servers(t, 5, 104, 106)), map[int]int{1: 9 + 10 + 2, 2: 4})
	})
}

// TestManyCasesJoinBySomeRows: cases that join by duplicates alone are found
// among all that another run logged, over several batches, and no other is.
func TestManyCasesJoinBySomeRows(t *testing.T) {
	ctx := context.Background()
	n, err := openNode(ctx, t.TempDir(), disk.OS(), newRules(t))
	ok(t, err)
	defer n.close()
	const all, times = 12_000, 3
	row := func(b *bytes.Buffer, i, at int) {
		writeSaid(t, b, said{Time: day(1).UnixMicro() + int64(at), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.%d.%d.%d", 18+i/40_000, i/200%200, i%200)})
	}
	var old, again bytes.Buffer
	old.WriteString("#plain list event\n")
	again.WriteString("#plain list event\n")
	for at := range times {
		for i := range all {
			row(&old, i, at)
		}
	}
	wanted := 0
	for i := 0; i < all; i += 7 {
		row(&again, i, 1)
		wanted++
	}
	_, err = n.Ingest(ctx, surge.Request{Paths: []string{put(t, t.TempDir(), "old.txt", old.Bytes())}})
	ok(t, err)
	res, err := n.Ingest(ctx, surge.Request{Paths: []string{put(t, t.TempDir(), "again.txt", again.Bytes())}, Surge: "again", Reports: true})
	ok(t, err)
	if res.CasesOpened != 0 || res.Routed+res.Pooled != 0 {
		t.Fatalf("nothing is new: %s", accountText(res.Account))
	}
	counts, lines := n.reported(t, "again", res)
	for id, count := range counts {
		if count != times || lines[id] != times {
			t.Fatalf("case %s: %d observations, %d written, want %d", id, count, lines[id], times)
		}
	}
	if len(counts) == 0 || len(counts) > wanted || len(lines) != len(counts) {
		t.Errorf("%d cases, %d with observations, of %d rows", len(counts), len(lines), wanted)
	}
}
