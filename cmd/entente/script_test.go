package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"entente/internal/infra/store"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"entente": func() {
			os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// TestScripts runs the program as people do: each file is a session.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("NOW", "2026-11-24T08:00:00Z")
			wd, err := os.Getwd()
			e.Setenv("DOCS", filepath.Join(wd, "..", "..", "docs"))
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"lock":    lock,
			"lines":   lines,
			"object":  object,
			"capture": capture,
			"sql":     sqlFile,
		},
	})
}

// exits N COMMAND... runs the command and fails unless its exit code is N.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// lock DIR holds a data folder, as another process does, until the script ends.
func lock(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lock DIR")
	}
	l, err := store.Lock(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { l.Release() })
}

// sql DIR FILE runs the statements of a file, parted by ";", in the database of a
// data folder.
func sqlFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql DIR FILE")
	}
	ctx := context.Background()
	db, err := store.Open(ctx, store.Config{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	defer db.Close()
	ts.Check(db.Write(ctx, func(tx *store.Tx) error {
		for _, text := range strings.Split(ts.ReadFile(args[1]), ";") {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}))
}

// lines N says how many lines the standard output of the command before has.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: lines N")
	}
	if n := strings.Count(ts.ReadFile("stdout"), "\n"); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d lines, want %s", n, args[0])
	}
}

// object fails unless the standard output of the command before is exactly one
// JSON object.
func object(ts *testscript.TestScript, neg bool, args []string) {
	out := ts.ReadFile("stdout")
	d := json.NewDecoder(strings.NewReader(out))
	var form map[string]any
	if err := d.Decode(&form); err != nil {
		ts.Fatalf("no JSON object: %v\n%s", err, out)
	}
	if d.More() || strings.Count(out, "\n") != 1 {
		ts.Fatalf("more than one object:\n%s", out)
	}
}

// capture VAR REGEXP sets a variable to the first group found in the standard
// output of the command before.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture VAR REGEXP")
	}
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) < 2 {
		ts.Fatalf("nothing matches %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// commands gives every command that can be run, with its path.
func commands(root *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range root.Commands() {
		if !c.HasSubCommands() || c.Args != nil {
			all = append(all, c)
		}
		all = append(all, commands(c)...)
	}
	return all
}

func TestEveryCommandHasAScript(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(text), "\n-- ")
		for _, line := range strings.Split(script, "\n") {
			if _, call, ok := strings.Cut(line, "entente "); ok {
				said.WriteString(" " + call + " \n")
			}
		}
	}
	for _, c := range commands(newSession(nil, nil, nil).root()) {
		path := strings.TrimPrefix(c.CommandPath(), "entente ")
		if !strings.Contains(said.String(), " "+path+" ") {
			t.Errorf("no script runs `entente %s`", path)
		}
	}
}
