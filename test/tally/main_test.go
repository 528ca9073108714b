package main

import (
	"bytes"
	"strings"
	"testing"
)

// What `go test -json` prints, shortened.
const run = `{"Action":"run","Package":"entente/a","Test":"TestA"}
{"Action":"output","Package":"entente/a","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"entente/a","Test":"TestA","Output":"    a_test.go:7: outside data: no data/indicators\n"}
{"Action":"output","Package":"entente/a","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"entente/a","Test":"TestA"}
{"Action":"pass","Package":"entente/a","Test":"TestB"}
{"Action":"output","Package":"entente/a","Output":"ok  \tentente/a\t0.1s\n"}
{"Action":"pass","Package":"entente/a"}
`

const other = `{"Action":"output","Package":"entente/b","Test":"TestC","Output":"    b_test.go:7: node is not installed\n"}
{"Action":"skip","Package":"entente/b","Test":"TestC"}
`

const fails = `{"Action":"output","Package":"entente/c","Test":"TestD","Output":"    c_test.go:7: 1 is not 2\n"}
{"Action":"fail","Package":"entente/c","Test":"TestD"}
{"Action":"output","Package":"entente/c","Output":"FAIL\tentente/c\t0.1s\n"}
{"Action":"fail","Package":"entente/c"}
`

func TestTally(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		all  bool
		code int
		says string
	}{
		"outside data is well":       {run, true, 0, "1 because outside data is not on this machine, 0 for another reason"},
		"another skip is well":       {run + other, false, 0, "skipped b TestC: node is not installed"},
		"but not where all must run": {run + other, true, 1, "nothing may be skipped"},
		"a failure":                  {run + fails, false, 1, "    c_test.go:7: 1 is not 2\nFAIL\tentente/c\t0.1s\n"},
		"closing lines":              {run, false, 0, "ok  \tentente/a\t0.1s\n"},
		"nothing was run":            {"", false, 1, "no test was run"},
		"does not compile":           {`{"Action":"build-output","ImportPath":"entente/d","Output":"x.go:1: undefined: y\n"}` + "\n" + `{"Action":"build-fail"}` + "\n" + run, false, 1, "undefined: y"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			g := &tally{out: &out, output: map[string][]string{}}
			if err := g.read(strings.NewReader(c.in)); err != nil {
				t.Fatal(err)
			}
			if code := g.end(c.all); code != c.code || !strings.Contains(out.String(), c.says) {
				t.Errorf("exit %d, want %d and %q in:\n%s", code, c.code, c.says, out.String())
			}
		})
	}
}
