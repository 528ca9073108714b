package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"entente/internal/core/fault"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// session is one call of the program: its streams, its flags, what it opened.
type session struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is one

	flags struct {
		config, data, store, now string
		json, jsonl, csv, live   bool
		quiet                    bool
	}
	config  config
	log     *slog.Logger
	now     func() time.Time
	closes  []func()
	started time.Time
}

func newSession(stdin io.Reader, stdout, stderr io.Writer) *session {
	s := &session{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now, started: time.Now()}
	if f, ok := stderr.(*os.File); ok {
		s.terminal = term.IsTerminal(int(f.Fd()))
	}
	return s
}

func (s *session) onClose(fn func()) { s.closes = append(s.closes, fn) }

// close lets go of what was opened, last first.
func (s *session) close() {
	for i := len(s.closes) - 1; i >= 0; i-- {
		s.closes[i]()
	}
	s.closes = nil
}

// root is the command tree. A command is one file; its line is here.
func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "entente",
		Short: "Act together against cybercrime: collect, understand, hand over, act, measure",
		Long: `Entente reads feeds of cyberthreats, finds which country and network each row
belongs to, opens one case per problem, and writes to every owner exactly its share.

The main job:
  entente surge run FOLDER --name NAME --out REPORTS

` + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return s.prepare(cmd)
		},
	}
	p := root.PersistentFlags()
	p.StringVar(&s.flags.config, "config", "", "configuration `file` (default entente.yaml where it exists)")
	p.StringVar(&s.flags.data, "data", "", "data `folder` (default data)")
	p.StringVar(&s.flags.store, "store", "", "database: empty for SQLite in the data folder, or a postgres:// `address`")
	p.StringVar(&s.flags.now, "now", "", "clock to use instead of the real one, as 2026-11-24T08:00:00Z")
	p.BoolVar(&s.flags.json, "json", false, "print one JSON object on standard output")
	p.BoolVar(&s.flags.jsonl, "jsonl", false, "print one JSON object per line")
	p.BoolVar(&s.flags.csv, "csv", false, "print CSV")
	p.BoolVar(&s.flags.live, "live", false, "print values live instead of defanged")
	p.BoolVar(&s.flags.quiet, "quiet", false, "no progress on standard error")
	root.MarkFlagsMutuallyExclusive("json", "jsonl", "csv")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fault.Wrap(fault.Usage, err, "wrong flags", "see `"+cmd.CommandPath()+" --help`")}
	})
	root.AddCommand(s.surgeCommand(), s.ingestCommand(), s.logCommand(), s.caseCommand(), s.feedCommand(), s.orgCommand(),
		s.holdCommand(), s.geoCommand(), s.sampleCommand(), s.valueCommand(), s.versionCommand())
	return root
}

// prepare reads the configuration and the clock before any command runs.
func (s *session) prepare(*cobra.Command) error {
	var err error
	if s.config, err = loadConfig(s.flags.config); err != nil {
		return err
	}
	if s.flags.data != "" {
		s.config.Data = s.flags.data
	}
	if s.flags.store != "" {
		s.config.Store = s.flags.store
	}
	if s.flags.now != "" {
		t, err := time.Parse(time.RFC3339, s.flags.now)
		if err != nil {
			return fault.New(fault.Usage, "--now is no time", "write it as 2026-11-24T08:00:00Z")
		}
		s.now = func() time.Time { return t.UTC() }
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.config.LogLevel)); err != nil {
		return fault.Newf(fault.Invalid, "use debug, info, warn or error", "log_level %q is none", s.config.LogLevel)
	}
	s.log = slog.New(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: level}))
	return nil
}

// printJSON prints v as one JSON object.
func (s *session) printJSON(v any) error {
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// say prints a line for people, on standard error so that data stay clean.
func (s *session) say(format string, args ...any) {
	if !s.flags.quiet {
		fmt.Fprintf(s.stderr, format+"\n", args...)
	}
}

// exactly makes a usage error of a wrong number of arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return &usageError{fault.Newf(fault.Usage, "see `"+cmd.CommandPath()+" --help`", "%s takes %s", cmd.CommandPath(), what)}
		}
		return nil
	}
}

func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return &usageError{fault.Newf(fault.Usage, "see `"+cmd.CommandPath()+" --help`", "%s needs %s", cmd.CommandPath(), what)}
		}
		return nil
	}
}

// group makes a command that only holds others; alone it shows its help, and an
// unknown verb is wrong usage.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		remedy := "see `" + cmd.CommandPath() + " --help`"
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			remedy = "did you mean `" + cmd.CommandPath() + " " + near[0] + "`?"
		}
		return &usageError{fault.Newf(fault.Usage, remedy, "%s has no verb %q", cmd.CommandPath(), args[0])}
	}}
	c.SuggestionsMinimumDistance = 2
	c.AddCommand(verbs...)
	return c
}

// background is the context for what must end even when the person stopped it.
func background(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }
