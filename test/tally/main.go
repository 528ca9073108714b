// Command tally reads `go test -json` on standard input and prints what people
// want of it: go test's own closing line of every package, failures whole, and
// what was skipped and why. It fails when a test failed, and with
// ENTENTE_TEST_ALL=1 also when a test was skipped for anything but outside data
// that is not on the machine.
//
//	go test -json ./... | go run ./test/tally
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// outside begins the reason of a skip that is well everywhere.
const outside = "outside data"

// event is one line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
}

// skip is a test that was not run, and why.
type skip struct{ test, why string }

// tally gathers the events of a run.
type tally struct {
	out    io.Writer
	output map[string][]string // package and test -> what it printed
	skips  []skip
	failed bool
	passed int
}

func main() {
	t := &tally{out: os.Stdout, output: map[string][]string{}}
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	os.Exit(t.end(os.Getenv("ENTENTE_TEST_ALL") == "1"))
}

func (t *tally) read(r io.Reader) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			fmt.Fprintln(t.out, s.Text()) // what the compiler says
			continue
		}
		t.take(e)
	}
	return s.Err()
}

func (t *tally) take(e event) {
	name := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "build-fail":
		t.failed = true
	case "output":
		if e.Test == "" && closing(e.Output) {
			fmt.Fprint(t.out, e.Output)
			return
		}
		t.output[name] = append(t.output[name], e.Output)
	case "skip":
		if e.Test != "" {
			t.skips = append(t.skips, skip{strings.TrimPrefix(name, "entente/"), reason(t.output[name])})
		}
		delete(t.output, name)
	case "fail":
		t.failed = true
		for _, line := range t.output[name] {
			if !strings.HasPrefix(line, "=== ") {
				fmt.Fprint(t.out, line)
			}
		}
		delete(t.output, name)
	case "pass":
		if e.Test != "" {
			t.passed++
		}
		delete(t.output, name)
	}
}

// closing tells go test's own last line of a package.
func closing(line string) bool {
	for _, word := range []string{"ok  \t", "FAIL\t", "?   \t", "\tentente/"} {
		if strings.HasPrefix(line, word) {
			return !strings.HasPrefix(line, "\t") || strings.Contains(line, "coverage:")
		}
	}
	return false
}

// reason finds what the test said when it was skipped.
func reason(output []string) string {
	for i := len(output) - 1; i >= 0; i-- {
		line := strings.TrimSpace(output[i])
		if _, text, ok := strings.Cut(line, "_test.go:"); ok {
			_, text, _ = strings.Cut(text, ": ")
			return text
		}
		if _, text, ok := strings.Cut(line, ".go:"); ok {
			_, text, _ = strings.Cut(text, ": ")
			return text
		}
	}
	return "no reason given"
}

// end prints the skips and gives the exit code.
func (t *tally) end(all bool) int {
	sort.Slice(t.skips, func(i, j int) bool { return t.skips[i].test < t.skips[j].test })
	var away, other []skip
	for _, s := range t.skips {
		if strings.HasPrefix(s.why, outside) {
			away = append(away, s)
		} else {
			other = append(other, s)
		}
	}
	fmt.Fprintf(t.out, "\n%d tests passed, %d skipped", t.passed, len(t.skips))
	if len(t.skips) > 0 {
		fmt.Fprintf(t.out, ": %d because outside data is not on this machine, %d for another reason", len(away), len(other))
	}
	fmt.Fprintln(t.out)
	for _, s := range append(away, other...) {
		fmt.Fprintf(t.out, "  skipped %s: %s\n", s.test, s.why)
	}
	switch {
	case t.failed:
		fmt.Fprintln(t.out, "FAIL")
		return 1
	case t.passed == 0:
		fmt.Fprintln(t.out, "FAIL: no test was run")
		return 1
	case all && len(other) > 0:
		fmt.Fprintln(t.out, "FAIL: here nothing may be skipped but for outside data (ENTENTE_TEST_ALL=1)")
		return 1
	}
	fmt.Fprintln(t.out, "ok")
	return 0
}
