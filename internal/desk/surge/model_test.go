package surge_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
)

// model is docs/data-model.md written down once more in the plainest way: maps
// and loops, one observation after another, no batch and no file. It knows the
// rules of newRules by heart.
type model struct {
	holdBook
	files   map[string]bool
	seen    map[string]seenAs // identity
	lists   map[string]*lists // by feed
	cases   map[string]*modelCase
	log     []string
	account surge.Account // of the ingest under way
	owners  map[string]bool
	lands   map[string]bool
}

func newModel() *model {
	m := &model{files: map[string]bool{}, seen: map[string]seenAs{}, cases: map[string]*modelCase{}}
	m.begin()
	return m
}

// begin starts the account of an ingest.
func (m *model) begin() {
	m.account = surge.Account{RejectedBy: map[string]int64{}, SuppressedBy: map[string]int64{}}
	m.owners, m.lands = map[string]bool{}, map[string]bool{}
}

// end gives the account of the ingest.
func (m *model) end() surge.Account {
	m.endLists()
	a := m.account
	a.Owners, a.Countries = int64(len(m.owners)), int64(len(m.lands))
	return a
}

// seenAs says where an identity was seen.
type seenAs struct {
	feed     string
	snapshot int64 // 0: events
}

// file is one input as the test makes it.
type file struct {
	feed     string
	snapshot int64 // 0: events
	rows     []said
	rejects  int // rows that no format takes, in the middle of the others
}

func (f *file) text() []byte {
	var b strings.Builder
	if f.snapshot != 0 {
		fmt.Fprintf(&b, "#plain %s snapshot %d\n", f.feed, f.snapshot)
	} else {
		fmt.Fprintf(&b, "#plain %s event\n", f.feed)
	}
	for i, r := range f.rows {
		if i == len(f.rows)/2 {
			for j := range f.rejects {
				fmt.Fprintf(&b, "!%d\n", j)
			}
		}
		text, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		b.Write(append(text, '\n'))
	}
	return []byte(b.String())
}

// take reads a file.
func (m *model) take(f *file) {
	m.account.Rows += int64(f.rejects + len(f.rows))
	m.account.Rejected += int64(f.rejects)
	if f.rejects > 0 {
		m.account.RejectedBy["bad-row"] += int64(f.rejects)
	}
	known := m.files[string(f.text())]
	m.files[string(f.text())] = true
	if f.snapshot != 0 && !known {
		m.beginList(f)
	}
	for _, r := range f.rows {
		m.account.Accepted++
		m.account.Observations++
		if known { // recognised as a whole: its rows are not looked at
			m.account.Duplicate++
		} else {
			m.observe(f, r)
		}
	}
}

func (m *model) observe(f *file, r said) {
	time := r.Time
	if time == 0 {
		time = f.snapshot
	}
	label := r.Label
	r.Time, r.Label = time, ""
	content, _ := json.Marshal(r)
	id := fmt.Sprint(f.feed, f.snapshot, time, string(content))
	if f.snapshot != 0 {
		m.list(f.feed).known[f.snapshot] = true
	}
	p := locateModel(r)
	owner, basis, country := routeModel(r, p)
	holds := m.fitting(r, p, p.country)
	key, shown := keyModel(r, p, owner, country, len(holds) > 0)
	switch {
	case m.seen[id] != seenAs{}:
		m.account.Duplicate++
		if c := m.cases[key]; c != nil && !quiet(r, p) {
			m.meet(&c.Case)
		}
		return
	case quiet(r, p):
		outcome, reason := "context", ""
		if !contextual(r) {
			outcome, reason = "suppressed", suppressedModel(p)
			m.account.Suppressed++
			m.account.SuppressedBy[reason]++
		} else {
			m.account.Context++
		}
		m.seen[id] = seenAs{f.feed, f.snapshot}
		m.note(f, r, time, outcome, reason, "")
		return
	}
	m.seen[id] = seenAs{f.feed, f.snapshot}
	c := m.cases[key]
	if c == nil {
		c = &modelCase{Case: shown, by: map[*modelHold]bool{}}
		c.Owner, c.Basis, c.Country, c.First, c.Last, c.State = owner, basis, country, time, max(time, f.snapshot), "routed"
		if owner == "pool" {
			c.State = "new"
		}
		c.open = c.State
		m.cases[key] = c
		m.account.CasesOpened++
	}
	logged := len(m.log)
	if len(holds) > 0 {
		for _, h := range holds {
			c.by[h] = true
		}
		c.State = "held"
		m.account.Held++
		m.note(f, r, time, "held", fmt.Sprint("hold:", holds[0].id), c.Owner)
	} else if c.State == "held" {
		m.account.Held++
		m.note(f, r, time, "held", "hold:case", c.Owner)
	} else if c.Owner == "pool" {
		m.account.Pooled++
		m.note(f, r, time, "pooled", "", c.Owner)
	} else {
		m.account.Routed++
		m.note(f, r, time, "routed", "", c.Owner)
	}
	if len(m.log) > logged {
		c.seen = append(c.seen, seen{r, p})
	}
	c.Count++
	c.First, c.Last = min(c.First, time), max(c.Last, time, f.snapshot)
	c.Severity = stronger(c.Severity, r.Severity, "", "info", "low", "medium", "high", "critical")
	if label == "" {
		label = "AMBER"
	}
	c.Label = stronger(c.Label, label, "", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
	if !slices.Contains(c.Sources, f.feed) {
		c.Sources = append(c.Sources, f.feed)
		slices.Sort(c.Sources)
	}
	m.meet(&c.Case)
}

func (m *model) meet(c *surge.Case) {
	if c.Owner != "pool" {
		m.owners[c.Owner] = true
	}
	if c.Country != "" {
		m.lands[c.Country] = true
	}
}

func (m *model) note(f *file, r said, time int64, outcome, reason, owner string) {
	if f.snapshot != 0 && m.still(f, r) {
		return
	}
	m.log = append(m.log, fmt.Sprint(f.feed, " ", f.snapshot, " ", time, " ", r.Class, " ", r.Value, " ", r.Port, " ", r.Family, " ", outcome, " ", reason, " ", owner))
}

func stronger(a, b string, order ...string) string {
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// place is where the model finds an observation.
type place struct {
	addr          netip.Addr
	host          string // name, never an address
	country, from string
	asn           uint32
	covered       bool
	network       string
}

func locateModel(r said) (p place) {
	kind, text, _ := strings.Cut(r.Value, ":")
	switch kind {
	case "ipv4":
		p.addr = netip.MustParseAddr(text)
	case "domain":
		p.host = text
	case "url":
		p.host, _, _ = strings.Cut(strings.TrimPrefix(text, "http://"), "/")
		if a, err := netip.ParseAddr(p.host); err == nil {
			p.addr, p.host = a, ""
		}
	}
	if !p.addr.IsValid() && r.At != "" {
		p.addr = netip.MustParseAddr(r.At)
	}
	for _, g := range []struct {
		prefix, country, network string
		asn                      uint32
	}{{"198.18.0.0/24", "CO", "Red Uno", 4200000001}, {"198.18.1.0/24", "PH", "Network Two", 4200000002}, {"198.18.2.0/25", "PH", "Network Two B", 4200000002}} {
		if p.addr.IsValid() && netip.MustParsePrefix(g.prefix).Contains(p.addr) {
			p.country, p.from, p.asn, p.network, p.covered = g.country, "geo", g.asn, g.network, true
		}
	}
	if p.country == "" && strings.HasSuffix(p.host, ".pe") {
		p.country, p.from = "PE", "cctld"
	}
	if p.country == "" && (r.Country == "MX" || r.Country == "KE") {
		p.country, p.from = r.Country, "claimed"
	}
	return p
}

func contextual(r said) bool { return r.Class == "blocklist" || r.Offline || r.Note == beside }

// quiet tells whether an observation belongs to no case.
func quiet(r said, p place) bool { return contextual(r) || suppressedModel(p) != "" }

func suppressedModel(p place) string {
	switch {
	case p.addr.IsValid() && !p.covered && (netip.MustParsePrefix("198.18.0.0/15").Contains(p.addr) || netip.MustParsePrefix("203.0.113.0/24").Contains(p.addr)):
		return "bogon"
	case p.addr == netip.MustParseAddr("198.18.0.250") && p.host == "", under(p.host, "allowed.example.org"):
		return "allowlist"
	}
	return ""
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }

func routeModel(r said, p place) (owner, basis, country string) {
	switch {
	case under(p.host, "shop.example.org"):
		owner, basis, country = "shop", "domain", "CO"
	case p.addr.IsValid() && netip.MustParsePrefix("198.18.0.0/28").Contains(p.addr):
		owner, basis, country = "bank", "prefix", "CO"
	case p.asn == 4200000002:
		owner, basis, country = "isp", "asn", "PH"
	case p.country != "":
		owner, basis = "national-"+strings.ToLower(p.country), p.from
		if basis == "geo" {
			basis = "country"
		}
	default:
		owner, basis = "pool", "none"
	}
	if p.country != "" {
		country = p.country
	}
	return owner, basis, country
}

func keyModel(r said, p place, owner, country string, held bool) (string, surge.Case) {
	kind, text, _ := strings.Cut(r.Value, ":")
	class, _ := rsit.Parse(r.Class)
	c := surge.Case{Class: class, Family: r.Family, Kind: kind, Value: text, Port: r.Port, ASN: p.asn, Network: p.network}
	switch r.Class {
	case "infected-system", "scanner", "spam":
		if !p.addr.IsValid() {
			break
		}
		c.Kind, c.Port = "network", 0
		c.Value = netip.PrefixFrom(p.addr, 24).Masked().String()
		if p.asn != 0 {
			c.Value = fmt.Sprint("AS", p.asn)
		}
		return fmt.Sprint(r.Class, owner, country, c.Value, r.Family, held), c
	case "phishing", "malware-distribution":
		if kind != "url" && kind != "domain" {
			break
		}
		c.Port = 0
		switch labels := strings.Split(p.host, "."); {
		case p.host == "":
			c.Kind, c.Value = "ipv4", p.addr.String()
			if kind == "url" {
				c.Value, _, _ = strings.Cut(strings.TrimPrefix(text, "http://"), "/")
			}
		case !strings.HasSuffix(p.host, ".github.io"):
			c.Kind, c.Value = "domain", strings.Join(labels[len(labels)-2:], ".")
		}
	}
	return fmt.Sprint(r.Class, c.Value, "|", c.Port, "|", r.Family), c
}

// shownCases gives the model's cases as the desk would list them.
func (m *model) shownCases() []string {
	var out []string
	for c := range maps.Values(m.cases) {
		out = append(out, showCase(&c.Case))
	}
	slices.Sort(out)
	return out
}

func showCase(c *surge.Case) string {
	return fmt.Sprint(c.Class, " ", c.Family, " ", c.Kind, " ", c.Value, " ", c.Port, " ", c.Country, " ", c.ASN, " ", c.Network, " ", c.Owner, " ", c.Basis,
		" ", c.State, " ", c.Severity, " ", c.Label, " ", c.First, " ", c.Last, " ", c.Count, " ", c.Sources)
}
