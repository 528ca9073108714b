package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge/judge"
	"entente/internal/feed/source"
	"entente/internal/infra/disk"
	"entente/internal/infra/warnlist"

	"github.com/spf13/cobra"
)

func (s *session) feedCommand() *cobra.Command {
	return group("feed", "Feeds: formats, classes, coverage, quality, lists that judge",
		s.feedFormats(), s.feedClasses(), s.feedCoverage(), s.feedSnapshots(), s.feedQuality(), s.feedWarninglists(), s.feedAllow())
}

func (s *session) feedFormats() *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "List the input formats that Entente reads",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			p := s.sheet("formats", "format", "mode", "time", "label", "verified", "title")
			for _, f := range formats() {
				i := f.Info()
				mode, tested := i.Mode.String(), "yes"
				if mode == "" {
					mode = "given"
				}
				if !i.Verified {
					tested = "unverified"
				}
				form := formatForm{i.Name, i.Title, mode, i.Time, i.Label, i.Verified, i.Needs}
				if err := p.add(form, i.Name, mode, i.Time, i.Label, tested, i.Title); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// formatForm is a format as JSON.
type formatForm struct {
	Name     string   `json:"format"`
	Title    string   `json:"title"`
	Mode     string   `json:"mode"` // event, snapshot or given
	Time     string   `json:"time"`
	Label    string   `json:"label"`
	Verified bool     `json:"verified"`
	Needs    []string `json:"needs,omitempty"`
}

func (s *session) feedClasses() *cobra.Command {
	return &cobra.Command{
		Use:   "classes",
		Short: "List the problem classes",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			p := s.sheet("classes", "class", "taxonomy", "opens", "title")
			for _, c := range rsit.All() {
				opens := "a case"
				if c.Context() {
					opens = "no case"
				}
				form := map[string]any{"class": c.String(), "taxonomy": c.Taxonomy(), "opens_case": !c.Context(), "title": c.Title()}
				if err := p.add(form, c.String(), c.Taxonomy(), opens, c.Title()); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

func (s *session) feedWarninglists() *cobra.Command {
	imp := &cobra.Command{
		Use:   "import DIR",
		Short: "Take in warning lists in MISP's format (a folder or a tar archive)",
		Long: `Take in warning lists in MISP's format, in place of those before. By default a
hit annotates; what suppresses is the table in docs/warninglists.md.`,
		Example: `  entente feed warninglists import misp-warninglists/
  entente feed warninglists import misp-warninglists.tar.gz`,
		Args: exactly(1, "a folder or an archive"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := s.openGround(cmd.Context(), openOptions{}); err != nil {
				return err
			}
			rep, err := warnlist.Import(cmd.Context(), args[0], s.warnDir(), s.now())
			if err != nil {
				return err
			}
			if s.flags.json || s.flags.jsonl {
				return s.printJSON(map[string]any{"lists": rep.Lists, "refused": rep.Refused, "problems": rep.Problems})
			}
			s.say("entente: %s taken, %d refused, %d entries that cannot be used", count(len(rep.Lists), "warning list", "warning lists"),
				len(rep.Refused), len(rep.Problems))
			for _, p := range append(rep.Refused, rep.Problems...) {
				s.say("  %s: %s %s", source.Display(p.List), p.Reason, source.Display(clip(p.Entry, 60)))
			}
			return nil
		},
	}
	list := &cobra.Command{
		Use:   "list",
		Short: "List the warning lists in use",
		Args:  exactly(0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			lists, err := warnlist.Open(s.warnDir())
			if err != nil {
				return err
			}
			p := s.sheet("lists", "list", "type", "version", "entries", "name")
			for _, i := range lists.All() {
				if err := p.add(i, i.List, i.Type, strconv.Itoa(i.Version), strconv.Itoa(i.Entries), source.Display(i.Name)); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
	return group("warninglists", "Warning lists: what is known to be harmless or shared", imp, list)
}

func (s *session) feedAllow() *cobra.Command {
	imp := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in the allow list, in place of the one before",
		Long: `Take in the operator's allow list, in place of the one before: one value, prefix
or domain a line; # begins a comment. What fits it opens no case, whatever its
class.`,
		Args: exactly(1, "one file"),
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
			return s.did(map[string]int{"allowed": list.Len()}, "entente: %s allowed", count(list.Len(), "value, prefix or domain", "values, prefixes and domains"))
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
