package main

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
belongs to, opens one case per problem, and writes for every owner exactly its
share.`,
		Example: `  entente surge run FOLDER --name NAME --out REPORTS    the main job
  entente sample --out sample                           feeds to try it with
  entente case list --country PH                        what was found`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          runGroup,
		Args:          cobra.ArbitraryArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return s.prepare(cmd)
		},
	}
	p := root.PersistentFlags()
	p.StringVar(&s.flags.config, "config", "", "configuration `file` (default entente.yaml where it exists)")
	p.StringVar(&s.flags.data, "data", "", "data `folder` (default data)")
	p.StringVar(&s.flags.store, "store", "", "a postgres:// `address` (default SQLite in the data folder)")
	p.StringVar(&s.flags.now, "now", "", "`time` to take for now, as 2026-11-24T08:00:00Z")
	p.BoolVar(&s.flags.json, "json", false, "print one JSON object on standard output")
	p.BoolVar(&s.flags.jsonl, "jsonl", false, "print one JSON object per line")
	p.BoolVar(&s.flags.csv, "csv", false, "print CSV")
	p.BoolVar(&s.flags.live, "live", false, "print values live instead of defanged")
	p.BoolVar(&s.flags.quiet, "quiet", false, "no progress on standard error")
	p.SortFlags = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{fault.New(fault.Usage, err.Error(), "see `"+cmd.CommandPath()+" --help`")}
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { help(cmd, s.stdout) })
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(s.surgeCommand(), s.ingestCommand(), s.replayCommand(), s.logCommand(), s.caseCommand(), s.reportCommand(), s.feedCommand(), s.orgCommand(),
		s.holdCommand(), s.geoCommand(), s.sampleCommand(), s.valueCommand(), s.versionCommand(), s.completionCommand())
	return root
}

// prepare reads the configuration and the clock before any command runs.
func (s *session) prepare(cmd *cobra.Command) error {
	if err := checkTexts(cmd); err != nil {
		return err
	}
	if n := btoi(s.flags.json) + btoi(s.flags.jsonl) + btoi(s.flags.csv); n > 1 {
		return &usageError{fault.New(fault.Usage, "--json, --jsonl and --csv exclude one another", "give one of them")}
	}
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

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// checkTexts refuses what a person says of the input when it is no text: it is
// kept and shown, and PostgreSQL keeps text alone.
func checkTexts(cmd *cobra.Command) error {
	for _, name := range []string{"feed", "report", "family", "name", "reason", "author", "by", "text", "seizure"} {
		f := cmd.Flags().Lookup(name)
		if f == nil {
			continue
		}
		if text := f.Value.String(); !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return &usageError{fault.Newf(fault.Usage, "write it in UTF-8 without control characters", "--%s %q is no text", name, text)}
		}
	}
	return nil
}
