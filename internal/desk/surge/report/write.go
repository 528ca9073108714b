// Package report owns what a surge hands over: a folder per country and per
// owner with a page to print and tables for machines, and the index above
// them. Everything it writes is a draft; it sends nothing.
//
// It may import core, infra and nothing of another desk. It reads cases and
// observations through Source alone, so it knows no table.
package report

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"

	"golang.org/x/sync/errgroup"
)

// Written says what a call of Write made.
type Written struct {
	Dir          string `json:"dir"`
	Countries    int    `json:"countries"` // folders country/XX
	Owners       int    `json:"owners"`    // folders owner/ID, the pool included
	Cases        int64  `json:"cases"`     // distinct cases, those without a country too
	Observations int64  `json:"observations"`
	XARF         int64  `json:"xarf"`         // reports in xarf.jsonl, each counted once
	WithoutXARF  int64  `json:"without_xarf"` // observations that no type of XARF can say; 0 where no reports are written
	Files        int    `json:"files"`        // files, the manifest included
	Bytes        int64  `json:"bytes"`        // their sizes together
}

// Write makes the report of a surge in opt.Dir and returns when all of it
// stands there. It writes into a folder beside opt.Dir and renames that at the
// end, so a reader finds the earlier report, or this one, or none, never a
// part. An earlier report of the same surge is replaced; any other folder that
// is not empty is refused before anything is read.
//
// The same input and options give the same bytes. Memory stays below 64 MB
// whatever the number of cases, observations and folders (a folder costs a few
// kilobytes).
func Write(ctx context.Context, src Source, opt Options) (Written, error) {
	if err := opt.check(); err != nil {
		return Written{}, err
	}
	st, err := openStage(opt)
	if err != nil {
		return Written{}, err
	}
	defer st.abandon()
	w := &writer{src: src, opt: opt, stage: st, text: english(), xarf: newXARF(&opt), folders: map[string]*folder{}}
	err = w.passes(ctx)
	if err == nil {
		err = w.pages(ctx)
	}
	if ctx.Err() != nil {
		return Written{}, fault.Wrap(fault.Stopped, ctx.Err(), "the report was stopped before it was whole; the earlier one stands",
			"run the same command again: it writes the report anew")
	}
	if err != nil {
		return Written{}, err
	}
	done := w.written()
	n, err := st.finish(opt)
	if err != nil {
		return Written{}, err
	}
	done.Files, done.Bytes = n.files, n.bytes
	return done, nil
}

// writer is the state of one call of Write.
type writer struct {
	src   Source
	opt   Options
	stage *stage
	text  *texts
	xarf  *xarfWriter // nil where the node has no contact

	mu       sync.Mutex
	folders  map[string]*folder  // by path below the report's folder
	total    tally               // every case, counted in the pass by country
	networks ranking[networkKey] // of every case
	seen     int64               // observations written

	owners ownerNames
}

// passes reads the cases in both orders and the observations once, all three
// at the same time.
func (w *writer) passes(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.casePass(ctx, ByCountry) })
	g.Go(func() error { return w.casePass(ctx, ByOwner) })
	g.Go(func() error { return w.observationPass(ctx) })
	return g.Wait()
}

func (w *writer) written() Written {
	out := Written{Dir: w.opt.Dir, Cases: w.total.cases, Observations: w.seen}
	if w.xarf != nil {
		out.XARF, out.WithoutXARF = w.xarf.written, w.xarf.without
	}
	for _, f := range w.folders {
		if f.by == ByCountry {
			out.Countries++
		} else {
			out.Owners++
		}
	}
	return out
}

// check refuses options that would give a page without its as-of time or its
// sender.
func (o *Options) check() error {
	switch {
	case o.Dir == "":
		return fault.New(fault.Usage, "no folder for the report was given", "name one with --out")
	case o.Surge == "":
		return fault.New(fault.Usage, "the surge has no name", "name it with --name")
	case o.Now.IsZero():
		return fault.New(fault.Usage, "the report has no as-of time", "give one with --now")
	}
	contact, err := checkContact(o.Contact)
	if err != nil {
		return err
	}
	o.Contact = contact
	o.Dir = filepath.Clean(o.Dir)
	o.Now = o.Now.UTC()
	if o.Opened.IsZero() {
		o.Opened = o.Now
	}
	o.Opened = o.Opened.UTC()
	return nil
}

var alpha2 = regexp.MustCompile(`^[A-Z]{2}$`)

// folderPath is the folder of a group below the report's folder, "" for cases
// without a country, which have none.
func folderPath(by Grouping, group string) (string, error) {
	if by == ByCountry {
		if group == "" {
			return "", nil
		}
		if !alpha2.MatchString(group) {
			return "", fault.Newf(fault.Corrupt, "correct the country of its cases", "%q is no country code", group)
		}
		return "country/" + group, nil
	}
	if group == "" {
		return "", fault.New(fault.Corrupt, "a case has no owner", "route the cases again")
	}
	return "owner/" + pathSegment(group), nil
}

// pathSegment makes one folder name of an organisation id, the same on every
// system: all but lower-case letters, digits, ".", "_" and "-" are written as
// %XX, and so is a leading dot. Two ids never share a name.
func pathSegment(id string) string {
	plain := func(i int) bool {
		c := id[i]
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' && i > 0 && i < len(id)-1
	}
	out := make([]byte, 0, len(id))
	for i := range len(id) {
		if plain(i) {
			out = append(out, id[i])
		} else {
			out = fmt.Appendf(out, "%%%02X", id[i])
		}
	}
	if len(out) > 120 { // no file system allows many more than 250
		sum := sha256.Sum256([]byte(id))
		return string(out[:80]) + "-" + hexOf(sum[:16])
	}
	return string(out)
}

// folderOf gives the state of a folder, made at its first use.
func (w *writer) folderOf(by Grouping, group, path string) (*folder, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := w.folders[path]; f != nil {
		return f, nil
	}
	if err := os.MkdirAll(filepath.Join(w.stage.dir, filepath.FromSlash(path)), 0o700); err != nil {
		return nil, disk.Fault("make", path, err)
	}
	f := &folder{by: by, group: group, path: path}
	w.folders[path] = f
	return f, nil
}
