package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/commands.md anew")

// TestCommandsPage keeps docs/commands.md equal to what the program says of
// itself; -update writes it.
func TestCommandsPage(t *testing.T) {
	const path = "../../docs/commands.md"
	page := commandsPage(newSession(nil, nil, nil).root())
	if *update {
		if err := os.WriteFile(path, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), string(page)); diff != "" {
		t.Errorf("docs/commands.md is not what the program says; write it anew with `go test ./cmd/entente -run CommandsPage -update`:\n%s", diff)
	}
}

func commandsPage(root *cobra.Command) []byte {
	var b bytes.Buffer
	b.WriteString(`# Commands

Made from the program by ` + "`go test ./cmd/entente -run CommandsPage -update`" + `; a test keeps it so. The same text is shown by ` + "`entente COMMAND --help`" + `.

Data go to standard output, progress and remarks to standard error. Lists are printed as a table, or with ` + "`--csv`, `--jsonl` or `--json`" + ` for machines; ` + "`--json`" + ` is always one object. Times are UTC. Values are defanged unless ` + "`--live`" + ` is given.

| Code | Meaning |
|---|---|
`)
	for _, c := range []struct {
		code int
		text string
	}{
		{exitDone, "done"}, {exitFailed, "failed"}, {exitUsage, "wrong usage"}, {exitRejected, "done, but rows were rejected or files set aside"},
		{exitNothing, "nothing matched"}, {exitForbidden, "the sharing rule forbids it"}, {exitBusy, "busy or unavailable, try again"},
		{exitStopped, "stopped, can be resumed"},
	} {
		fmt.Fprintf(&b, "| %d | %s |\n", c.code, c.text)
	}
	fmt.Fprintf(&b, "\n## Flags of every command\n\n```\n%s\n```\n", strings.TrimRight(root.PersistentFlags().FlagUsagesWrapped(helpWidth), "\n"))
	for _, c := range commands(root) {
		fmt.Fprintf(&b, "\n## %s\n\n```\n", c.CommandPath())
		describe(c, &b)
		b.WriteString("```\n")
		if next := c.Annotations[noteNext]; next != "" {
			fmt.Fprintf(&b, "\nNext: %s.\n", next)
		}
	}
	return b.Bytes()
}

// Help must fit a terminal of 80 columns, and say how to use what it names.
func TestHelpFitsATerminal(t *testing.T) {
	root := newSession(nil, nil, nil).root()
	for _, c := range append(commands(root), root) {
		var b bytes.Buffer
		help(c, &b)
		for _, line := range strings.Split(b.String(), "\n") {
			if n := len([]rune(line)); n > helpWidth {
				t.Errorf("%s: %d columns: %s", c.CommandPath(), n, line)
			}
		}
		if strings.Contains(b.String(), " string ") {
			t.Errorf("%s: a flag does not say what it takes", c.CommandPath())
		}
	}
}

// TestShippedExamples loads every configuration that is shipped.
func TestShippedExamples(t *testing.T) {
	got, err := loadConfig(filepath.Join("..", "..", "docs", "examples", "entente.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if want := defaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("the example says %+v, the defaults are %+v", got, want)
	}
	text, err := os.ReadFile("../../docs/examples/entente.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range configKeys {
		if last := key[strings.LastIndexByte(key, '.')+1:]; !strings.Contains(string(text), last+":") {
			t.Errorf("the example does not show %s", key)
		}
	}
}
