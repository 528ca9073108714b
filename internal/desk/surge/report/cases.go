package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
)

// ListLimit is the number of cases up to which a page lists every one; beyond
// it the page summarises and points to the tables.
const ListLimit = 5000

// casePass reads all cases in one order and writes the case tables, bundles
// and page rows of one folder after the other.
func (w *writer) casePass(ctx context.Context, by Grouping) error {
	var g *group
	defer func() { g.drop() }()
	last, started := "", false
	for c, err := range w.src.Cases(ctx, by) {
		if err != nil {
			return fmt.Errorf("read cases for the report: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if by == ByCountry {
			w.total.add(c)
			w.networks.add(networkKey{c.ASN, c.Network}, keepNetwork)
		}
		name := c.Country
		if by == ByOwner {
			name = c.Owner
		}
		if !started || name != last {
			if started && name < last {
				return fault.Newf(fault.Internal, "", "cases came out of order: %q after %q", name, last)
			}
			if err := g.close(); err != nil {
				return err
			}
			if g, err = w.openGroup(by, name); err != nil {
				return err
			}
			last, started = strings.Clone(name), true
		}
		if err := g.add(ctx, c); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := g.close()
	g = nil
	return err
}

// group writes the cases of one folder.
type group struct {
	w      *writer
	f      *folder
	table  *file
	bundle *bundle
	spool  *file // page rows, removed before the report is finished
	buf    []byte

	class  rsit.Class
	listed int
	rows   []row // rows of the present class, while the page lists

	networks ranking[networkKey]
	families ranking[string]
	ports    ranking[portKey]
}

// openGroup starts a folder; a group without one (no country) gives nil, and
// every method of a nil group does nothing.
func (w *writer) openGroup(by Grouping, name string) (*group, error) {
	path, err := folderPath(by, name)
	if err != nil || path == "" {
		return nil, err
	}
	f, err := w.folderOf(by, name, path)
	if err != nil {
		return nil, err
	}
	g := &group{w: w, f: f}
	if g.table, err = w.stage.create(path + "/cases.csv"); err != nil {
		return nil, err
	}
	if g.bundle, err = w.openBundle(path, by, name); err != nil {
		g.drop()
		return nil, err
	}
	if g.spool, err = w.stage.create(path + "/" + spoolName); err != nil {
		g.drop()
		return nil, err
	}
	g.buf = append(g.buf, casesHeader...)
	return g, nil
}

func (g *group) add(ctx context.Context, c *Case) error {
	if g == nil {
		return nil
	}
	if c.Class != g.class {
		if c.Class.String() < g.class.String() {
			return fault.Newf(fault.Internal, "", "cases of %s came out of order: %s after %s", g.f.path, c.Class, g.class)
		}
		if err := g.closeClass(ctx); err != nil {
			return err
		}
		g.class = c.Class
	}
	g.f.tally.add(c)
	g.networks.add(networkKey{c.ASN, c.Network}, keepNetwork)
	g.families.add(c.Family, strings.Clone)
	g.ports.add(portKey{c.Port, c.Transport}, keepPort)

	var err error
	g.buf = appendCase(g.buf, c)
	g.table.rows++
	if g.buf, err = g.table.drain(g.buf); err != nil {
		return err
	}
	if err := g.bundle.add(c); err != nil {
		return err
	}
	if g.listed++; g.listed > ListLimit {
		g.rows = nil
		return nil
	}
	r, err := g.w.row(ctx, c, g.f.by)
	if err != nil {
		return err
	}
	g.rows = append(g.rows, r)
	return nil
}

// closeClass writes the page rows of the class that ends, newest sighting
// first, to the spool.
func (g *group) closeClass(ctx context.Context) error {
	if len(g.rows) == 0 || g.listed > ListLimit {
		return nil
	}
	slices.SortStableFunc(g.rows, newestFirst)
	from := g.spool.size + int64(len(g.spool.buf))
	if err := caseRows(g.w.text, g.rows, g.f.by == ByCountry).Render(ctx, g.spool); err != nil {
		return err
	}
	to := g.spool.size + int64(len(g.spool.buf))
	g.f.rows = append(g.f.rows, rowsOf{g.class, from, to})
	g.rows = g.rows[:0]
	return nil
}

// close finishes the folder's files.
func (g *group) close() error {
	if g == nil {
		return nil
	}
	if err := g.closeClass(context.Background()); err != nil {
		return err
	}
	if g.listed > ListLimit {
		g.f.rows = nil
	}
	if err := g.table.write(g.buf); err != nil {
		return err
	}
	e, err := g.table.close()
	if err != nil {
		return err
	}
	g.table = nil
	g.w.stage.add(e)
	b, err := g.bundle.close()
	if err != nil {
		return err
	}
	g.w.stage.add(b)
	if _, err := g.spool.close(); err != nil {
		return err
	}
	g.spool = nil
	f := g.f
	f.caseFiles = []entry{e, b}
	f.networks = g.networks.top(10, networkKey.String)
	f.families = g.families.top(10, func(s string) string { return s })
	f.ports = g.ports.top(10, portKey.String)
	f.beyond = g.networks.other+g.families.other+g.ports.other > 0
	return nil
}

// drop closes what a failed pass left open.
func (g *group) drop() {
	if g == nil {
		return
	}
	g.table.drop()
	g.spool.drop()
	if g.bundle != nil {
		g.bundle.out.drop()
	}
}
