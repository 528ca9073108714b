package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/spf13/cobra"
)

// replayFlags are the flags of a replay.
type replayFlags struct {
	zone, mapping, geo, bogons  string
	preview, partial, anew, all bool
	examples                    int
}

func (s *session) replayCommand() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay [FEED]",
		Short: "Read a feed again: mended parser, new mapping, newer network data",
		Long: `Read all files of a feed again from the kept input, as if the mended parser, the
new mapping or the newer network data had been there from the start. Cases that
are there keep their id and what became of them; those that nothing shows any
more are closed. With --preview it says which cases that would open, move,
merge, split or leave without a sighting, and changes nothing.`,
		Example: `  entente replay c2list --preview
  entente replay c2list --mapping mended.yaml
  entente replay --all`,
		Annotations: map[string]string{noteReads: "Reads the kept raw input of the feed. It sends nothing.",
			noteNext: "a replay that was stopped goes on when the same command is given again"},
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.all == (len(args) == 1) {
				return &usageError{fault.New(fault.Usage, "replay needs the name of a feed, or --all", "`entente feed coverage` shows the feeds")}
			}
			req, err := f.request()
			if err != nil {
				return err
			}
			d, err := s.open(cmd.Context(), openOptions{ingest: true, geo: f.geo, bogons: f.bogons})
			if err != nil {
				return err
			}
			feeds := args
			if f.all {
				if feeds, err = d.ReplayFeeds(cmd.Context()); err != nil {
					return err
				}
			}
			if len(feeds) == 0 {
				return errNothing
			}
			for _, req.Feed = range feeds {
				if err := s.replay(cmd, d, req, f.preview); err != nil {
					return err
				}
			}
			return nil
		},
	}
	p := c.Flags()
	p.SortFlags = false
	p.BoolVar(&f.preview, "preview", false, "say what would change and change nothing")
	p.BoolVar(&f.all, "all", false, "all feeds, one after the other")
	p.BoolVar(&f.partial, "partial", false, "replay even if some input is no longer kept: what only that showed is lost")
	p.BoolVar(&f.anew, "anew", false, "give up a replay of the feed that broke off, and read everything again")
	p.IntVar(&f.examples, "examples", 10, "at most this `many` cases of each kind in a preview")
	p.StringVar(&f.mapping, "mapping", "", "mapping `file` in place of the one before")
	p.StringVar(&f.zone, "zone", "", "`zone` of times that have none, such as Europe/Madrid")
	p.StringVar(&f.geo, "geo", "", "geography `file` instead of the network data")
	p.StringVar(&f.bogons, "bogons", "", "suppress bogon and documentation space, `on-or-off` (default on)")
	return c
}

func (f *replayFlags) request() (surge.ReplayRequest, error) {
	req := surge.ReplayRequest{Examples: f.examples, Partial: f.partial, Anew: f.anew}
	if f.all && (f.mapping != "" || f.zone != "") {
		return req, &usageError{fault.New(fault.Usage, "one mapping or zone does not fit all feeds", "name the feed that it is for")}
	}
	if f.zone != "" {
		z, err := time.LoadLocation(f.zone)
		if err != nil || z == time.Local { // the machine's zone says nothing of a feed's
			return req, &usageError{fault.Newf(fault.Usage, "use a name such as Europe/Madrid, or UTC", "--zone %q is no time zone", f.zone)}
		}
		req.Zone = z
	}
	if f.mapping != "" {
		text, err := os.ReadFile(f.mapping)
		if err != nil {
			return req, fault.Wrap(fault.Usage, err, "cannot read the mapping file", "check the path given with --mapping")
		}
		req.Mapping = text
	}
	return req, nil
}

// replay reads one feed again, or says what that would change.
func (s *session) replay(cmd *cobra.Command, d *surge.Desk, req surge.ReplayRequest, preview bool) error {
	bar := s.progress()
	req.Progress = bar.update
	if preview {
		p, err := d.PreviewReplay(cmd.Context(), req)
		bar.stop()
		if err != nil {
			return err
		}
		return s.showPreview(p)
	}
	done, err := d.Replay(cmd.Context(), req)
	bar.stop()
	if err != nil {
		return err
	}
	s.sayHolds(done.Holds)
	return s.showReplayed(done)
}

// showReplayed prints what a replay did.
func (s *session) showReplayed(r *surge.Replayed) error {
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(r)
	}
	w := s.stdout
	a := &r.Acc
	fmt.Fprintf(w, "%14s  rows of %s in %s\n", thousands(a.Rows), source.Display(r.Feed), count(int(r.Files), "file", "files"))
	line := func(n int64, what string) { fmt.Fprintf(w, "%14s  %s\n", thousands(n), what) }
	line(a.Rejected, "rejected"+reasons(a.RejectedBy))
	line(r.Opened, plural(r.Opened, "case opened", "cases opened"))
	line(r.Again, plural(r.Again, "case was there and is shown", "cases were there and are shown")+", of which")
	line(r.Moved, "  moved: another country, owner, basis or network")
	line(r.Left, plural(r.Left, "case is left without a sighting", "cases are left without a sighting"))
	for _, n := range r.Notes {
		fmt.Fprintf(w, "                %s: %s: %s\n", source.Display(n.File), n.Reason, source.Display(n.Text))
	}
	return nil
}

// showPreview prints what a replay would do. JSON lines give the cases alone.
func (s *session) showPreview(p *surge.Preview) error {
	if s.flags.json {
		return s.printJSON(p)
	}
	if s.flags.jsonl {
		for i := range p.Examples {
			if err := s.printJSON(&p.Examples[i]); err != nil {
				return err
			}
		}
		return nil
	}
	w := s.stdout
	fmt.Fprintf(w, "%14s  rows of %s in %s, of which %s rejected\n", thousands(p.Rows), source.Display(p.Feed), count(int(p.Files), "file", "files"), thousands(p.Rejected))
	line := func(n int64, what string) { fmt.Fprintf(w, "%14s  %s\n", thousands(n), what) }
	line(p.Opened, plural(p.Opened, "case would open", "cases would open"))
	line(p.Again, plural(p.Again, "case is there and would be shown", "cases are there and would be shown")+", of which")
	line(p.Moved, "  moved: another country, owner, basis or network")
	line(p.Left, plural(p.Left, "case would be left without a sighting", "cases would be left without a sighting"))
	line(p.Split, plural(p.Split, "case would be split: its rows lie in several", "cases would be split: their rows lie in several"))
	line(p.Merged, plural(p.Merged, "case would take in rows of several", "cases would take in rows of several each"))
	for _, e := range p.Examples {
		fmt.Fprintf(w, "%14s  %s %s\n", e.What, e.Case, s.replayWords(&e))
	}
	for _, m := range p.Missing {
		s.say("entente: %s is no longer kept: what it showed would be lost", source.Display(m.File))
	}
	return nil
}

func (s *session) replayWords(e *surge.ReplayCase) string {
	var words []string
	if e.Class != "" {
		words = append(words, e.Class, s.defang(source.Display(e.Value)))
	}
	if e.Was != nil {
		words = append(words, fmt.Sprintf("from %s, %s to", orDash(e.Was.Country), e.Was.Owner))
	}
	if e.Owner != "" {
		words = append(words, orDash(e.Country)+", "+e.Owner)
	}
	if len(e.Others) > 0 {
		words = append(words, "→ "+clip(strings.Join(e.Others, ", "), 200))
	}
	return strings.Join(words, " ")
}
