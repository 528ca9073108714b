package main

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
	"entente/internal/feed"

	"github.com/spf13/cobra"
)

// ingestFlags are the flags of every command that reads feed files.
type ingestFlags struct {
	format, feed, report, class, mode, asOf, family, zone, mapping, label string
	familyFromName                                                        bool
	geo, bogons                                                           string
	anew                                                                  bool
}

func (f *ingestFlags) add(c *cobra.Command) {
	p := c.Flags()
	p.StringVar(&f.format, "format", "", "input `format` instead of the detected one (list: entente feed formats)")
	p.StringVar(&f.feed, "feed", "", "`name` of the feed instead of the format's own")
	p.StringVar(&f.report, "report", "", "Shadowserver report `type` instead of the file name's")
	p.StringVar(&f.class, "class", "", "problem `class` of every row of a list (entente feed classes)")
	p.StringVar(&f.mode, "mode", "", "`mode` of a list, what its rows mean: event or snapshot")
	p.StringVar(&f.asOf, "as-of", "", "`time` of the snapshot, as 2026-11-24T08:00:00Z")
	p.StringVar(&f.family, "family", "", "malware `family` of every row of a list")
	p.BoolVar(&f.familyFromName, "family-from-name", false, "the family of a list is its file's name")
	p.StringVar(&f.zone, "zone", "", "`zone` of times that have none, such as Europe/Madrid")
	p.StringVar(&f.mapping, "mapping", "", "mapping `file` of a custom feed")
	p.StringVar(&f.label, "label", "", "TLP `label` instead of the feed's default")
	p.StringVar(&f.geo, "geo", "", "geography `file` instead of the network data (CSV: prefix,country,asn,network)")
	p.StringVar(&f.bogons, "bogons", "", "suppress bogon and documentation space, `on-or-off` (default on)")
	p.BoolVar(&f.anew, "anew", false, "give up a run of this command that broke off, and read everything again")
	words := func(list ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
	}
	completeFlag(c, "class", words(classWords()...))
	completeFlag(c, "format", words(formatWords()...))
	completeFlag(c, "mode", words("event", "snapshot"))
	completeFlag(c, "bogons", words("on", "off"))
	completeFlag(c, "label", words("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"))
}

// request turns the flags into a request.
func (f *ingestFlags) request(paths []string) (surge.Request, error) {
	req := surge.Request{Paths: paths, Format: f.format, Anew: f.anew}
	for _, p := range paths {
		if _, err := os.Stat(p); p != "-" && errors.Is(err, fs.ErrNotExist) {
			return req, fault.Newf(fault.Usage, "check the spelling and the folder you are in", "there is no file or folder %s", p)
		}
	}
	o := &req.Options
	o.Feed, o.Report, o.Family, o.FamilyFromName, o.Label = f.feed, f.report, f.family, f.familyFromName, f.label
	if f.class != "" {
		c, ok := rsit.Parse(f.class)
		if !ok {
			return req, fault.Newf(fault.Usage, "`entente feed classes` lists them", "--class %q is no class", f.class)
		}
		o.Class = c
	}
	if f.mode != "" {
		m, ok := feed.ParseMode(f.mode)
		if !ok {
			return req, fault.Newf(fault.Usage, "use event or snapshot", "--mode %q is no feed mode", f.mode)
		}
		o.Mode = m
	}
	if f.asOf != "" {
		t, err := time.Parse(time.RFC3339, f.asOf)
		if err != nil {
			return req, fault.Newf(fault.Usage, "write it as 2026-11-24T08:00:00Z", "--as-of %q is no time", f.asOf)
		}
		o.AsOf = t
	}
	if f.zone != "" {
		z, err := time.LoadLocation(f.zone)
		if err != nil || z == time.Local { // the machine's zone says nothing of a feed's
			return req, fault.Newf(fault.Usage, "use a name such as Europe/Madrid, or UTC", "--zone %q is no time zone", f.zone)
		}
		o.Zone = z
	}
	if f.label != "" {
		if err := checkLabel(f.label); err != nil {
			return req, err
		}
	}
	if f.mapping != "" {
		text, err := os.ReadFile(f.mapping)
		if err != nil {
			return req, fault.Wrap(fault.Usage, err, "cannot read the mapping file", "check the path given with --mapping")
		}
		o.Mapping = text
	}
	return req, nil
}
