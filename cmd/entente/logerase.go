package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/desk/surge"

	"github.com/spf13/cobra"
)

func (s *session) logErase() *cobra.Command {
	var req surge.EraseRequest
	var kind string
	var resume bool
	c := &cobra.Command{
		Use:   "erase VALUE --reason TEXT --by NAME",
		Short: "Take a value out of everything that is kept",
		Long: `Take a value out of everything that is kept: log, cases, raw input, rejected
rows, and the database's files. A raw input that holds it is deleted whole. Its
cases stay, without it, and so do all counts. Rows that bring it again are
counted as suppressed and not kept. It cannot be undone.

Reports that were written lie outside the data folder, as do backups and what
others were sent: these are yours to erase.

The act says that a value was erased, not which. The receipt, printed once and
kept nowhere, proves it to whoever has both.`,
		Example: `  entente log erase 192.0.2.7 --dry-run
  entente log erase 'ann@example[.]org' --reason "request 12" --by "Unit 3"`,
		Annotations: map[string]string{noteNext: "erase the value in written reports and backups"},
		Args:        cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if resume != (len(args) == 0) {
				return &usageError{fault.New(fault.Usage, "it takes one value, or --resume alone", "see `entente log erase --help`")}
			}
			if !resume {
				var err error
				if req.Value, err = valueOf(kind, args[0]); err != nil {
					return err
				}
			}
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			if resume {
				done, err := d.FinishErasures(cmd.Context())
				if err != nil {
					return err
				}
				return s.didErase(done, "", false)
			}
			return s.erase(cmd.Context(), d, req)
		},
	}
	f := c.Flags()
	f.StringVar(&req.Reason, "reason", "", "`text`: why; it is kept, so without the value")
	f.StringVar(&req.By, "by", "", "`name` of who decided it")
	f.StringVar(&kind, "kind", "", "`kind` of the value, where its form leaves a doubt")
	f.BoolVar(&req.DryRun, "dry-run", false, "say what would be erased and erase nothing")
	f.BoolVar(&resume, "resume", false, "finish an erasure that was broken off")
	return c
}

// valueOf reads a value of a kind, or of the kind that its form says.
func valueOf(kind, text string) (value.Value, error) {
	if kind == "" {
		return anyValue(text)
	}
	k, ok := value.KindOf(kind)
	if !ok {
		return value.Value{}, fault.Newf(fault.Usage, "for example ipv4, domain, url, email", "--kind %q is no kind of value", kind)
	}
	v, err := value.Parse(k, value.Refang(text))
	if err != nil {
		return v, fault.Wrap(fault.Usage, err, "the value is not of kind "+kind, "leave --kind out, or correct it")
	}
	return v, nil
}

func (s *session) erase(ctx context.Context, d *surge.Desk, req surge.EraseRequest) error {
	if req.DryRun && req.Reason == "" && req.By == "" {
		req.Reason, req.By = "dry run", "dry run"
	}
	req.Salt = make([]byte, 32)
	if _, err := rand.Read(req.Salt); err != nil {
		return err
	}
	done, err := d.Erase(ctx, req)
	if err != nil {
		return err
	}
	if !req.DryRun {
		lists, err := s.listsWith(d, req.Value)
		if err != nil {
			return err
		}
		done.Left = append(done.Left, lists...)
	}
	receipt := ""
	if !done.Before && !req.DryRun {
		receipt = hex.EncodeToString(req.Salt)
	}
	return s.didErase(done, receipt, req.DryRun)
}

// listsWith gives the operator's lists in the data folder that hold a value: they
// are replaced by importing them again.
func (s *session) listsWith(d *surge.Desk, v value.Value) (out []string, err error) {
	finder := d.Erased.Of(v).Finder()
	err = filepath.WalkDir(s.config.Data, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.config.Data, path)
		switch {
		case err != nil:
			return err
		case e.IsDir() && rel != "." && !strings.HasPrefix(rel, "warninglists"):
			return fs.SkipDir
		case e.IsDir(), strings.HasPrefix(rel, "state.db"), rel == "node.key", rel == "entente.lock":
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		holds, err := finder.InStream(f)
		if holds {
			out = append(out, rel)
		}
		return err
	})
	return out, err
}

// eraseForm is an erasure as JSON.
type eraseForm struct {
	surge.Erasure
	Receipt string `json:"receipt,omitempty"` // salt of the act's commitment
	DryRun  bool   `json:"dry_run,omitempty"`
}

func (s *session) didErase(done surge.Erasure, receipt string, dry bool) error {
	aside := error(nil)
	if len(done.Left)+len(done.Unsearched) > 0 {
		aside = errRejected
	}
	if s.flags.json || s.flags.jsonl {
		if err := s.printJSON(eraseForm{done, receipt, dry}); err != nil {
			return err
		}
		return aside
	}
	if done.No == 0 && !dry {
		s.say("entente: no erasure was broken off")
		return nil
	}
	verb := "erased"
	if dry {
		verb = "would be erased"
	}
	s.say("entente: %s: %s of the log, %s deleted, %s, %s, %s", verb, count(int(done.Rows), "row", "rows"),
		count(done.Raw, "raw input", "raw inputs"), count(done.Cases, "case", "cases")+" without it", count(done.Rejected, "rejected row", "rejected rows"),
		count(done.Other, "other text", "other texts"))
	if receipt != "" {
		s.say("  receipt of erasure %d, kept nowhere: %s", done.No, receipt)
	}
	for _, place := range done.Left {
		s.say("  it still stands in %s: change that by the command that it came with", place)
	}
	for _, raw := range done.Unsearched {
		s.say("  raw input %s cannot be read to its end, so it may hold it: delete it under blobs/ if in doubt", raw)
	}
	if !dry {
		s.say("  reports that were written, backups and what others were sent are not touched")
		if s.config.Store != "" {
			s.say("  PostgreSQL's own log, replicas and backups keep old pages until they are recycled")
		}
	}
	return aside
}

func (s *session) logErasures() *cobra.Command {
	return &cobra.Command{
		Use:   "erasures",
		Short: "List the erasures: when, why and by whom, not of which value",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := s.open(cmd.Context(), openOptions{})
			if err != nil {
				return err
			}
			list, err := d.Erased.List(cmd.Context())
			if err != nil {
				return err
			}
			p := s.sheet("erasures", "number", "time", "kind", "state", "reason", "by")
			for _, e := range list {
				f := erasureForm{e.No, stamp(e.At), e.Kind.String(), "done", e.Reason, e.Author}
				if !e.Done {
					f.State = "broken off"
				}
				if err := p.add(f, thousands(f.Number), f.Time, f.Kind, f.State, f.Reason, f.By); err != nil {
					return err
				}
			}
			return p.end()
		},
	}
}

// erasureForm is an erasure of the list as JSON.
type erasureForm struct {
	Number int64  `json:"number"`
	Time   string `json:"time"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}
