package report

import (
	"cmp"
	"context"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"entente/internal/core/country"
	"entente/internal/infra/ui"
)

// index is what index.html says.
type index struct {
	t                          *texts
	title, style               string
	label                      ui.Label
	now, heading, lead         string
	nowhere, stale             string
	cases                      int64
	stages                     []stageLine
	broken, opened             string
	rejected, suppressed       []ranked
	rejectedAll, suppressedAll int64
	viewBox                    string
	tiles                      []tile
	countries, owners          []folderLine
	cut                        string
	classes, networks          []ranked
	beyond                     string
	effect                     *effect
	feeds                      []feedLine
	method                     []string
}

type stageLine struct {
	name, run, frozen string
	head              bool
}

type folderLine struct {
	name, id, href, classes string
	cases, observations     int64
	label                   ui.Label
}

type feedLine struct {
	name, mode, rows, observations, cases, window, disagree, drift string
	label                                                          ui.Label
}

type tile struct {
	x, y                          int
	code, name, count, href, fill string
}

// ownerLines is the number of owners that the index lists.
const ownerLines = 1000

// index writes index.html.
func (w *writer) index(ctx context.Context) error {
	t, opt := w.text, w.opt
	p := &index{t: t, now: ui.Moment(opt.Now), cases: w.total.cases, opened: ui.Moment(opt.Opened), stale: w.stale()}
	surge := ui.Visible(opt.Surge)
	p.heading = t.say("i-title", "surge", surge)
	placed := int64(0)
	p.label = w.total.label
	paths := make([]string, 0, len(w.folders))
	for path := range w.folders {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		f := w.folders[path]
		line, err := w.folderLine(ctx, f)
		if err != nil {
			return err
		}
		p.label = max(p.label, line.label)
		if f.by == ByCountry {
			placed += f.tally.cases
			p.countries = append(p.countries, line)
		} else {
			p.owners = append(p.owners, line)
		}
	}
	byCases := func(a, b folderLine) int {
		return cmp.Or(cmp.Compare(b.cases, a.cases), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	}
	slices.SortFunc(p.countries, byCases)
	slices.SortFunc(p.owners, byCases)
	p.lead = t.say("i-lead", "countries", t.plural("countries", int64(len(p.countries))), "owners", t.plural("owners", int64(len(p.owners))),
		"cases", t.plural("ncases", w.total.cases), "rows", t.plural("rows", opt.Account.Rows))
	if n := w.total.cases - placed; n > 0 {
		p.nowhere = t.say("i-nocountry", "n", count(n), "of", count(w.total.cases))
	}
	if n := len(p.owners); n > ownerLines {
		p.cut = t.say("owners-cut", "n", count(ownerLines), "of", count(int64(n)))
		p.owners = p.owners[:ownerLines]
	}
	p.title = p.label.String() + " · " + p.heading + " · " + t.say("as-of", "now", p.now)
	p.style = ui.Sheet(p.label, ui.Short(p.heading, 90), ui.Short(t.say("foot", "now", p.now, "node", ui.Visible(opt.Node)), 110), t.say("page-of"))
	w.account(p)
	w.tiles(p)
	for _, c := range urgency {
		if n := w.total.byClass[c].cases; n > 0 {
			p.classes = append(p.classes, ranked{t.class(c).Title, n})
		}
	}
	slices.SortStableFunc(p.classes, func(a, b ranked) int { return cmp.Compare(b.n, a.n) })
	p.networks = w.networks.top(20, networkKey.String)
	if w.networks.other > 0 {
		p.beyond = t.say("top-beyond", "n", count(rankLimit))
	}
	w.feedLines(p)
	p.effect = w.indexEffect()
	p.method = append(w.method(), t.say("not-scan"), t.say("not-sent"), t.say("not-held"),
		t.say("made", "version", ui.Visible(opt.Version), "node", ui.Visible(opt.Node), "now", p.now), t.say("made-files"))
	return w.render("index.html", func(out io.Writer) error { return indexPage(p).Render(ctx, out) })
}

func (w *writer) folderLine(ctx context.Context, f *folder) (folderLine, error) {
	who, err := w.name(ctx, f)
	if err != nil {
		return folderLine{}, err
	}
	dir, last, _ := strings.Cut(f.path, "/")
	line := folderLine{name: who.name, id: ui.Short(ui.Visible(f.group), 60), href: dir + "/" + url.PathEscape(last) + "/report.html",
		cases: f.tally.cases, observations: f.tally.observations, label: f.strictest()}
	var top []ranked
	for _, c := range urgency {
		if n := f.tally.byClass[c].cases; n > 0 {
			top = append(top, ranked{c.String(), n})
		}
	}
	slices.SortStableFunc(top, func(a, b ranked) int { return cmp.Compare(b.n, a.n) })
	var b strings.Builder
	for i, r := range top[:min(3, len(top))] {
		if i > 0 {
			b.WriteString(" · ")
		}
		b.WriteString(r.name + " " + count(r.n))
	}
	line.classes = b.String()
	return line, nil
}

// tiles lays out the country tiles, shaded by fifths of the ranking.
func (w *writer) tiles(p *index) {
	const width, height = 36, 28
	cols, rows := country.TileSize()
	p.viewBox = "0 0 " + strconv.Itoa(cols*width) + " " + strconv.Itoa(rows*height)
	lines := make(map[string]int, len(p.countries))
	rank := make([]int, len(p.countries)) // equal counts share a rank
	for i, c := range p.countries {
		lines[c.id] = i
		if rank[i] = i; i > 0 && c.cases == p.countries[i-1].cases {
			rank[i] = rank[i-1]
		}
	}
	for _, c := range country.All() {
		col, row, ok := country.Tile(c.Code)
		if !ok {
			continue
		}
		out := tile{x: col*width + 1, y: row*height + 1, code: c.Code, name: c.Name}
		if i, ok := lines[c.Code]; ok {
			line := p.countries[i]
			out.href, out.count = line.href, short(line.cases)
			out.name = c.Name + ": " + p.t.plural("ncases", line.cases)
			out.fill = "f" + strconv.Itoa(5-rank[i]*5/len(p.countries))
		}
		p.tiles = append(p.tiles, out)
	}
}

// short gives a number in at most five characters: 987, 12.3k, 123k, 4.6M.
func short(n int64) string {
	one := func(n, unit int64, mark string) string {
		if n < 100*unit {
			return strconv.FormatFloat(float64(n*10/unit)/10, 'f', -1, 64) + mark
		}
		return strconv.FormatInt(n/unit, 10) + mark
	}
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10)
	case n < 1_000_000:
		return one(n, 1000, "k")
	}
	return one(n, 1_000_000, "M")
}
