package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// telnetRows gives n rows of a Shadowserver report, each of another address.
func telnetRows(from, n int) []string {
	rows := make([]string, n)
	for i := range rows {
		k := from + i
		rows[i] = fmt.Sprintf(`"2026-11-20 %02d:%02d:00","medium","198.18.%d.%d","tcp",23,"telnet","CO","login:"`, k%24, k%60, k>>8&255, k&255)
	}
	return rows
}

func writeTelnet(t *testing.T, path string, rows []string) {
	t.Helper()
	text := `"timestamp","severity","ip","protocol","port","tag","geo","banner"` + "\n" + strings.Join(rows, "\n") + "\n"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRowsLoggedBeforeAreDuplicates: rows that come again in another file, in
// another order and among new ones are found one by one, whether they were logged
// by this run or by an earlier one. The file as a whole is not recognised here.
func TestRowsLoggedBeforeAreDuplicates(t *testing.T) {
	const old, fresh = 20_000, 10 // more than one batch
	dir := t.TempDir()
	geo := filepath.Join(dir, "geo.csv")
	if err := os.WriteFile(geo, []byte("prefix,country,asn,network\n198.18.0.0/16,CO,64500,Example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := telnetRows(0, old)
	writeTelnet(t, filepath.Join(dir, "one", "2026-11-20-scan_telnet-a.csv"), rows)
	again := append(slices.Clone(rows), telnetRows(old, fresh)...)
	slices.Reverse(again)
	writeTelnet(t, filepath.Join(dir, "two", "2026-11-20-scan_telnet-b.csv"), again)

	ingest := func(data string, paths ...string) account {
		t.Helper()
		args := append([]string{"--data", data, "--now", now, "--quiet", "--json", "ingest", "--geo", geo}, paths...)
		return parseAccount(t, must(t, []int{0}, args...).stdout)
	}
	check := func(what string, a account, routed, duplicate int) {
		t.Helper()
		if a["routed"] != float64(routed) || a["duplicate"] != float64(duplicate) || a["cases_opened"] != float64(routed) {
			t.Errorf("%s: routed %v, duplicate %v, cases opened %v; want %d, %d, %d", what, a["routed"], a["duplicate"], a["cases_opened"],
				routed, duplicate, routed)
		}
	}
	one := filepath.Join(dir, "data1")
	check("one run", ingest(one, filepath.Join(dir, "one"), filepath.Join(dir, "two")), old+fresh, old)
	two := filepath.Join(dir, "data2")
	check("first run", ingest(two, filepath.Join(dir, "one")), old, 0)
	check("second run", ingest(two, filepath.Join(dir, "two")), fresh, old)
}
