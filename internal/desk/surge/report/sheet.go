package report

import (
	"cmp"
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"entente/internal/core/country"
	"entente/internal/core/rsit"
	"entente/internal/infra/ui"

	"github.com/a-h/templ"
)

// urgency is the order in which a page tells of classes: what attacks now,
// then who was hit, then who sends attacks, then what is open to them.
var urgency = [...]rsit.Class{
	rsit.C2Server, rsit.Phishing, rsit.MalwareDistribution, rsit.MalwareConfiguration, rsit.DGADomain,
	rsit.SystemCompromise, rsit.ApplicationCompromise, rsit.AccountCompromise, rsit.DataLeak, rsit.InfectedSystem,
	rsit.UnauthorisedUse, rsit.Sniffing, rsit.DDoS, rsit.Exploit, rsit.BruteForce, rsit.Scanner, rsit.Spam,
	rsit.InformationDisclosure, rsit.VulnerableSystem, rsit.DDoSAmplifier, rsit.UnwantedAccessible,
	rsit.Misconfiguration, rsit.WeakCrypto, rsit.Outage, rsit.HarmfulSpeech, rsit.Copyright, rsit.Other,
	rsit.Undetermined, rsit.Blocklist, rsit.DeviceID,
}

// sheet is what report.html says, ready to be written out.
type sheet struct {
	t                         *texts
	title, style              string
	label                     ui.Label
	now, heading, audience    string
	summary, latest, urgent   string
	stale                     string
	surge, node, window       string
	byCountry                 bool
	cases                     int64
	classes                   []sheetClass
	all                       sheetClass
	big, beyond               string
	networks, families, ports []ranked
	effect                    *effect
	files                     []sheetFile
	feeds                     []sheetFeed
	method, not               []string
}

type sheetClass struct {
	word, count                             string
	text                                    classText
	ofReport, ofSurge, observations, window string
	caption                                 string
	rows                                    templ.Component
}

type sheetFile struct{ name, holds, rows, bytes string }

type sheetFeed struct {
	name, here, whole, window string
	label                     ui.Label
}

// sheet builds the page of a folder. spool holds the rows of its tables; it
// may be nil where there are none.
func (w *writer) sheet(ctx context.Context, f *folder, spool io.ReaderAt) (*sheet, error) {
	t := w.text
	p := &sheet{t: t, label: f.strictest(), now: ui.Moment(w.opt.Now), surge: ui.Visible(w.opt.Surge),
		node: ui.Visible(w.opt.Node), byCountry: f.by == ByCountry, cases: f.tally.cases}
	who, err := w.name(ctx, f)
	if err != nil {
		return nil, err
	}
	p.heading = t.say("title", "who", who.name)
	p.audience = who.audience
	p.title = p.label.String() + " · " + p.heading + " · " + p.surge + " · " + t.say("as-of", "now", p.now)
	p.style = ui.Sheet(p.label, ui.Short(t.say("head", "who", who.name, "surge", p.surge), 90),
		ui.Short(t.say("foot", "now", p.now, "node", p.node), 110), t.say("page-of"))

	var first, last int64
	for _, c := range urgency {
		s := f.tally.byClass[c]
		if s.cases == 0 {
			continue
		}
		if s.first != 0 && (first == 0 || s.first < first) {
			first = s.first
		}
		last = max(last, s.last)
		p.classes = append(p.classes, w.sheetClass(f, c, s, spool))
	}
	p.all = sheetClass{ofReport: count(f.tally.cases), ofSurge: share(t, f.tally.cases, w.total.cases),
		observations: count(f.tally.observations), window: days(t, first, last)}
	p.window = window(t, first, last)
	w.summarise(p, f, last)
	if f.tally.cases > ListLimit {
		p.big = t.say("big", "n", count(f.tally.cases), "limit", count(ListLimit), "file", "cases.csv")
		p.networks, p.families, p.ports = f.networks, f.families, f.ports
		if f.beyond {
			p.beyond = t.say("top-beyond", "n", count(rankLimit))
		}
	}
	p.effect = w.countryEffect(f)
	w.sheetFiles(p, f)
	w.sheetFeeds(p, f)
	p.method = w.method()
	p.stale = w.stale()
	for _, k := range [...]string{"not-scan", "not-sent", "not-proof", "not-silence", "not-held"} {
		p.not = append(p.not, t.say(k))
	}
	return p, nil
}

func (w *writer) sheetClass(f *folder, c rsit.Class, s classSum, spool io.ReaderAt) sheetClass {
	t := w.text
	out := sheetClass{word: c.String(), count: count(s.cases), text: t.class(c),
		ofReport: share(t, s.cases, f.tally.cases), ofSurge: share(t, s.cases, w.total.byClass[c].cases),
		observations: count(s.observations), window: days(t, s.first, s.last),
		caption: t.plural("t-cases", s.cases)}
	for _, r := range f.rows {
		if r.class == c && spool != nil {
			out.rows = templ.ComponentFunc(func(_ context.Context, to io.Writer) error {
				_, err := io.Copy(to, io.NewSectionReader(spool, r.from, r.to-r.from))
				return err
			})
		}
	}
	return out
}

// summarise writes the plain sentences at the top.
func (w *writer) summarise(p *sheet, f *folder, last int64) {
	t := w.text
	obs := t.plural("obs", f.tally.observations)
	switch n := f.tally.cases; {
	case n == 0:
		p.summary = t.say("sum-none", "obs", "")
	default:
		p.summary = t.say("sum-one", "cases", t.plural("cases", n), "classes", t.plural("classes", int64(len(p.classes))), "obs", obs)
		c := p.classes[0]
		what := c.text.Many
		if c.count == "1" {
			what = c.text.One
		}
		p.urgent = t.say("first-do", "class", strings.ReplaceAll(what, "{n}", c.count), "do", c.text.Do[0])
	}
	if last != 0 {
		p.latest = t.say("latest", "last", ui.Micros(last))
	}
}

func (w *writer) sheetFiles(p *sheet, f *folder) {
	holds := map[string]string{"cases.csv": "f-cases", "bundle.json": "f-bundle", "intelmq.jsonl": "f-intelmq", xarfName: "f-xarf"}
	for _, list := range [...][]entry{f.caseFiles, f.files} {
		for _, e := range list {
			name := e.Path[len(f.path)+1:]
			rows := count(e.rows)
			if name == "bundle.json" {
				rows = ""
			}
			p.files = append(p.files, sheetFile{name, p.t.say(cmp.Or(holds[name], "f-observations")), rows, count(e.Bytes)})
		}
	}
}

func (w *writer) sheetFeeds(p *sheet, f *folder) {
	for _, name := range f.feedNames() {
		s := f.feeds[name]
		line := sheetFeed{name: ui.Short(ui.Visible(name), 80), here: count(s.rows), label: s.label, window: days(p.t, s.first, s.last)}
		if name == "" {
			line.name = p.t.say("other-feeds")
		}
		for _, all := range w.opt.Feeds {
			if all.Feed == name {
				line.whole = count(all.Observations)
			}
		}
		p.feeds = append(p.feeds, line)
	}
}

// method gives the sentences on how the figures came about.
func (w *writer) method() []string {
	t, d := w.text, w.opt.Denominators
	key := "denominators"
	if d.Rows == 0 && d.Observations == 0 {
		key, d = "denominators-open", w.opt.Account
	}
	out := []string{t.say(key, "opened", ui.Moment(w.opt.Opened), "rows", count(d.Rows), "obs", count(d.Observations), "cases", count(d.CasesOpened))}
	out = append(out, t.say("m-case"), t.say("m-where", "geo", cmp.Or(ui.Visible(w.opt.Geography), t.say("geo-none"))), t.say("m-who"), t.say("m-when"))
	return out
}

// OldGeography is the age from which pages warn of the geography data.
const OldGeography = 60 * 24 * time.Hour

func (w *writer) stale() string {
	if w.opt.GeographyAge < OldGeography {
		return ""
	}
	return w.text.say("geo-old", "days", strconv.Itoa(int(w.opt.GeographyAge/(24*time.Hour))))
}

// named is a folder's group as pages name it.
type named struct{ name, audience string }

func (w *writer) name(ctx context.Context, f *folder) (named, error) {
	t := w.text
	if f.by == ByCountry {
		name := countryName(f.group)
		return named{name, t.say("for-country", "who", name)}, nil
	}
	if f.group == "pool" {
		return named{t.say("pool"), t.say("for-pool")}, nil
	}
	o, err := w.owners.get(ctx, w.src, f.group)
	if err != nil {
		return named{}, err
	}
	name := ui.Short(ui.Visible(cmp.Or(o.Name, f.group)), 120)
	where := ""
	if o.Country != "" {
		where = ", " + countryName(o.Country)
	}
	return named{name, t.say("for-owner", "who", name, "kind", ui.Visible(cmp.Or(o.Kind, "organisation")), "country", where)}, nil
}

func countryName(code string) string {
	if name, ok := country.Name(code); ok {
		return name
	}
	return ui.Visible(code)
}

// class gives the text of a class; one without a text of its own is told of
// as another finding.
func (t *texts) class(c rsit.Class) classText {
	if text, ok := t.Class[c.String()]; ok {
		return text
	}
	text := t.Class["other"]
	text.Title = c.String()
	return text
}

// share gives "412 of 9,870 (4.2 %)", without a rate below ten.
func share(t *texts, n, of int64) string {
	if rate := ui.Rate(n, of); rate != "" {
		return t.say("share-rate", "n", count(n), "of", count(of), "rate", rate)
	}
	return t.say("share", "n", count(n), "of", count(of))
}

func window(t *texts, first, last int64) string {
	if first == 0 && last == 0 {
		return t.say("facts-none")
	}
	return t.say("facts-window-value", "first", ui.Micros(first), "last", ui.Micros(last))
}

func days(t *texts, first, last int64) string {
	if first == 0 && last == 0 {
		return t.say("facts-none")
	}
	if ui.Day(first) == ui.Day(last) {
		return ui.Day(first)
	}
	return t.say("facts-window-value", "first", ui.Day(first), "last", ui.Day(last))
}
