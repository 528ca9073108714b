package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge/judge"
	"entente/internal/feed/source"
	"entente/internal/infra/disk"
	"entente/internal/infra/warnlist"

	"github.com/spf13/cobra"
)

func (s *session) feedCommand() *cobra.Command {
	return group("feed", "Feeds: formats, classes, warning lists, allow lists",
		s.feedFormats(), s.feedClasses(), s.feedWarninglists(), s.feedAllow())
}

func (s *session) feedFormats() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "List the input formats that Entente reads",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			for _, f := range formats() {
				i := f.Info()
				if s.flags.json || s.flags.jsonl {
					if err := s.printJSON(i); err != nil {
						return err
					}
					continue
				}
				mode, tested := i.Mode.String(), "tested on real files"
				if mode == "" {
					mode = "given"
				}
				if !i.Verified {
					tested = "unverified"
				}
				fmt.Fprintf(s.stdout, "%-12s %-9s time: %-22s TLP:%-6s %s (%s)\n", i.Name, mode, i.Time, i.Label, i.Title, tested)
			}
			return nil
		},
	}
}

func (s *session) feedClasses() *cobra.Command {
	return &cobra.Command{
		Use:   "classes",
		Short: "List the problem classes",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			for _, c := range rsit.All() {
				note := ""
				if c.Context() {
					note = "context: never a case"
				}
				fmt.Fprintf(s.stdout, "%-32s %-28s %s %s\n", c, c.Taxonomy(), c.Title(), note)
			}
			return nil
		},
	}
}

func (s *session) feedWarninglists() *cobra.Command {
	imp := &cobra.Command{
		Use:   "import DIR",
		Short: "Take in warning lists in MISP's format (a folder or a tar archive)",
		Long: `Take in warning lists in MISP's format, in place of those before. By default a hit
annotates; what suppresses is the table in docs/warninglists.md.

  entente feed warninglists import misp-warninglists/`,
		Args: exactly(1, "a folder or an archive"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := s.openGround(cmd.Context(), openOptions{}); err != nil {
				return err
			}
			rep, err := warnlist.Import(cmd.Context(), args[0], s.warnDir(), s.now())
			if err != nil {
				return err
			}
			if s.flags.json {
				return s.printJSON(rep)
			}
			s.say("entente: %d warning lists taken, %d refused, %d entries that cannot be used", len(rep.Lists), len(rep.Refused), len(rep.Problems))
			for _, p := range append(rep.Refused, rep.Problems...) {
				s.say("  %s: %s %s", source.Display(p.List), p.Reason, source.Display(clip(p.Entry, 60)))
			}
			return nil
		},
	}
	list := &cobra.Command{
		Use:   "list",
		Short: "List the warning lists in use and what a hit on each does",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			lists, err := warnlist.Open(s.warnDir())
			if err != nil {
				return err
			}
			if lists.Len() == 0 {
				return errNothing
			}
			if s.flags.json {
				return s.printJSON(lists.All())
			}
			for _, i := range lists.All() {
				fmt.Fprintf(s.stdout, "%s\tversion %d\t%d entries\n", i.Name, i.Version, i.Entries)
			}
			return nil
		},
	}
	return group("warninglists", "Warning lists: what is known to be harmless or shared", imp, list)
}

func (s *session) feedAllow() *cobra.Command {
	imp := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in the operator's allow list (one value, prefix or domain a line), in place of the one before",
		Args:  exactly(1, "one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return fault.Wrap(fault.Usage, err, "cannot read the file", "check its path")
			}
			list, err := judge.ParseAllow(filepath.Base(args[0]), text)
			if err != nil {
				return err
			}
			if _, err := s.openGround(cmd.Context(), openOptions{}); err != nil {
				return err
			}
			if err := replaceFile(s.allowPath(), text); err != nil {
				return err
			}
			s.say("entente: %d allowed values, prefixes and domains", list.Len())
			return nil
		},
	}
	return group("allow", "Allow list: what never opens a case here", imp)
}

func (s *session) allowPath() string { return filepath.Join(s.config.Data, "allow.txt") }

// readAllow reads the operator's allow list; an empty one where there is none.
func (s *session) readAllow() (*judge.Allow, error) {
	text, err := os.ReadFile(s.allowPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return judge.ParseAllow(filepath.Base(s.allowPath()), text)
}

func replaceFile(path string, text []byte) error {
	return disk.WriteFile(disk.OS(), path, writer(text))
}

func writer(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}
