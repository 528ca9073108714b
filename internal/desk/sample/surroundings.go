package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"
)

const banner = "# SYNTHETIC: made by `entente sample`; nothing here is real\n"

// surroundings writes all but the feeds and the truth.
func (g *generator) surroundings() error {
	var geo bytes.Buffer
	if err := WriteGeography(&geo); err != nil {
		return err
	}
	orgs, err := g.organisationsYAML()
	if err != nil {
		return err
	}
	holds, err := g.holdsYAML()
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"geography.csv":      geo.Bytes(),
		"organisations.yaml": orgs,
		"holds.yaml":         holds,
		"allow.txt":          fmt.Appendf(nil, "%s%s\n%s\n", banner, first24(netAllow), allowDomain),
		"README.txt":         []byte(readme),
		"warninglists/lists/public-dns-v4/list.json": warningList("Synthetic list in place of public DNS resolvers", first24(netDNS).String()),
		"warninglists/lists/amazon-aws/list.json":    warningList("Synthetic list in place of a cloud's address ranges", first24(netCloud).String()),
	}
	for name, text := range files {
		if err := g.put(name, text); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) put(name string, text []byte) error {
	path := filepath.Join(g.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return cannotWrite(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return cannotWrite(err)
	}
	return nil
}

func warningList(name string, networks ...string) []byte {
	b, err := json.MarshalIndent(struct {
		Name        string   `json:"name"`
		Version     int      `json:"version"`
		Description string   `json:"description"`
		Type        string   `json:"type"`
		Attributes  []string `json:"matching_attributes"`
		List        []string `json:"list"`
	}{name, 20261101, "SYNTHETIC content for a sample; not the list of that name", "cidr", []string{"ip-src", "ip-dst", "domain|ip"}, networks}, "", "  ")
	if err != nil {
		panic(err) // plain strings always marshal
	}
	return append(b, '\n')
}

func (g *generator) organisationsYAML() ([]byte, error) {
	type entry struct {
		ID        string   `yaml:"id"`
		Name      string   `yaml:"name"`
		Kind      string   `yaml:"kind"`
		Country   string   `yaml:"country"`
		Contacts  []string `yaml:"contacts"`
		Domains   []string `yaml:"domains,omitempty"`
		Prefixes  []string `yaml:"prefixes,omitempty"`
		ASNs      []uint32 `yaml:"asns,omitempty"`
		Countries []string `yaml:"countries,omitempty"`
	}
	var list []entry
	for _, o := range g.world.orgs {
		e := entry{ID: o.ID, Name: o.Name, Kind: o.Kind, Country: o.Country, Contacts: []string{o.Contact}, Domains: o.Domains, ASNs: o.ASNs, Countries: o.Countries}
		for _, p := range o.Prefixes {
			e.Prefixes = append(e.Prefixes, p.String())
		}
		list = append(list, e)
	}
	b, err := yaml.Marshal(map[string]any{"organisations": list})
	return append([]byte(banner), b...), err
}

// holdsYAML has one rule an entry: what it names (value, prefix, domain, class
// or country), the reason and the author.
func (g *generator) holdsYAML() ([]byte, error) {
	var list []map[string]string
	for _, h := range g.world.holds {
		list = append(list, map[string]string{h.kind: h.value, "reason": h.reason, "author": "synthetic"})
	}
	b, err := yaml.Marshal(map[string]any{"holds": list})
	return append([]byte(banner), b...), err
}

const readme = `SYNTHETIC SAMPLE OF ENTENTE

Everything in this folder was made by "entente sample". No row tells of a real
event, host, organisation or country. Addresses come from 198.18.0.0/15
(RFC 2544) and 2001:db8::/32 (RFC 3849), AS numbers from the private range.
Names begin with entente-synthetic-; where one ends in a real country code or
a real hosting suffix, so that routing has something to decide, it is still
made up: never contact or look up anything named here.

feeds/               files of every input format; a feed.yaml in a folder gives
                     the options for the files beside it
geography.csv        the made-up Internet: prefix,country,asn,network
organisations.yaml   who is responsible for what
holds.yaml           rules that keep observations back
allow.txt            the operator's allow list
warninglists/        two lists in MISP's format with synthetic content
truth.json           what an ingest of all files must count, with bogons on and
                     all of the above in force; made from the rules of
                     docs/data-model.md without the program that ingests
`

// close writes the truth and sums up.
func (g *generator) close() (Summary, error) {
	var list *output
	var err error
	if g.TruthCases {
		if list, err = create(filepath.Join(g.Dir, "truth-cases.jsonl")); err != nil {
			return Summary{}, err
		}
	}
	var t Truth
	if list != nil {
		t, err = g.ledger.truth(list.w)
		if cerr := list.close(); err == nil {
			err = cerr
		}
	} else {
		t, err = g.ledger.truth(nil)
	}
	if err != nil {
		return Summary{}, err
	}
	t.Seed, t.Days = g.Seed, g.Days
	last := g.End.UTC()
	t.First, t.Last = last.AddDate(0, 0, 1-g.Days).Format("2006-01-02"), last.Format("2006-01-02")
	b, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return Summary{}, err
	}
	if err := g.put("truth.json", append(b, '\n')); err != nil {
		return Summary{}, err
	}
	if g.Progress != nil {
		g.Progress(g.Rows, g.Rows)
	}
	return Summary{Total: t.Account, Files: len(t.Files), Bytes: g.bytes, Digest: t.Cases.Digest}, nil
}
