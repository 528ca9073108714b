package test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// state is everything that an ingest leaves behind, as the program shows it.
type state struct {
	account    account
	cases, log []string // one line each, sorted
}

// long tells whether the long form of a test was asked for.
func long() bool { return os.Getenv("ENTENTE_TEST_ALL") != "" || os.Getenv("ENTENTE_LONG") != "" }

// look reads cases and log of a data folder.
func look(t *testing.T, data string, store ...string) state {
	t.Helper()
	flags := append([]string{"--data", data, "--now", now, "--live", "--jsonl", "--quiet"}, store...)
	ask := func(args ...string) []string {
		r := must(t, []int{0, 4}, append(slices.Clone(flags), args...)...)
		lines := strings.Split(strings.TrimSuffix(r.stdout, "\n"), "\n")
		if r.code == 4 {
			lines = nil
		}
		slices.Sort(lines)
		return lines
	}
	return state{cases: ask("case", "list", "--limit", "100000000"), log: ask("log", "query", "--limit", "0")}
}

// sameAccount fails unless both accounts have the same figures. Only the time
// that it took may differ.
func sameAccount(t *testing.T, got, want account) {
	t.Helper()
	for key := range want {
		if key != "seconds" && !reflect.DeepEqual(got[key], want[key]) {
			t.Errorf("%s: %v, undisturbed %v", key, got[key], want[key])
		}
	}
	if len(got) != len(want) {
		t.Errorf("the account has %d keys, undisturbed %d", len(got), len(want))
	}
}

// sameState fails unless cases and log are the same, line for line.
func sameState(t *testing.T, got, want state) {
	t.Helper()
	sameLines(t, "cases", got.cases, want.cases)
	sameLines(t, "log", got.log, want.log)
}

// sameLines compares two sorted lists and shows the first lines of one alone.
func sameLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	var only []string
	a, b := want, got
	for (len(a) > 0 || len(b) > 0) && len(only) < 6 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0] < b[0]:
			only, a = append(only, "lost:    "+a[0]), a[1:]
		case len(a) == 0 || b[0] < a[0]:
			only, b = append(only, "surplus: "+b[0]), b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	t.Errorf("%s: %d lines, undisturbed %d:\n%s", what, len(got), len(want), strings.Join(only, "\n"))
}

// copyFolder copies a data folder that nobody uses.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// writeFiles makes files of name and content in a new folder, and gives it.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// figure gives a number of the account.
func (a account) figure(key string) int {
	n, ok := a[key].(float64)
	if !ok {
		return -1
	}
	return int(n)
}

// figures gives the named numbers as one text.
func (a account) figures(keys ...string) string {
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "%s %d, ", k, a.figure(k))
	}
	return strings.TrimSuffix(b.String(), ", ")
}
