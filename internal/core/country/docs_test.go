package country

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/countries.md")

// docs/countries.md is made of the tables, and this test keeps it so.
func TestDocs(t *testing.T) {
	const path = "../../../docs/countries.md"
	want := page()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/countries.md differs from the tables; run: go test ./internal/core/country -update")
	}
}

func page() string {
	var b strings.Builder
	b.WriteString(`# Countries

The list is ISO 3166-1: the 249 officially assigned codes, as the Debian package iso-codes 4 and the tz database (iso3166.tab) have them. Names are short English names. Regions are the sub-regions of the UN standard M49, or its intermediate regions where it has them (Africa south of the Sahara, Latin America and the Caribbean); Taiwan, which M49 does not list, and the Channel Islands stand where they lie. Time zones are those of zone.tab, one for each country: that of the capital or of most people. The list follows codes and takes no position on the status of any territory.

Codes that are reserved, user-assigned or withdrawn are none: EU, UK, XK, SU, AN.

## Top-level domains that say nothing

A name under a country-code top-level domain belongs to the country, with these exceptions. Under them the domain says nothing, and the feed's claim, or the pool, decides.

| Top-level domain | Why it says nothing |
|---|---|
| eu | belongs to no single country |
`)
	reasons := map[string][]string{}
	for tld, why := range Generic() {
		reasons[why] = append(reasons[why], tld)
	}
	var order []string
	for why := range reasons {
		order = append(order, why)
	}
	sort.Strings(order)
	for _, why := range order {
		sort.Strings(reasons[why])
		fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(reasons[why], ", "), why)
	}
	b.WriteString(`
Sources: the registries' own policies, and the list of country-code domains that web search treats as generic (ad, as, bz, cc, cd, co, dj, fm, io, la, me, ms, nu, sc, sr, su, tv, tk, ws, ai). The line is drawn with care on the side of silence: a wrong country sends a report to the wrong police, no country sends it to the coordinator. Countries whose domain is silent are still found by address.

uk is GB. Internationalised country domains are read as A-labels: `)
	var idn []string
	for a, code := range idnTLD {
		idn = append(idn, a+" "+code)
	}
	sort.Strings(idn)
	b.WriteString(strings.Join(idn, ", "))
	b.WriteString(".\n\n## Tile map\n\nEach country is one tile of the same size, placed roughly where it lies.\n\n```\n")
	b.WriteString(tileText)
	b.WriteString("```\n\n## List\n\n| Code | Alpha-3 | Number | Name | Region | Time zone |\n|---|---|---|---|---|---|\n")
	for _, c := range table {
		fmt.Fprintf(&b, "| %s | %s | %03d | %s | %s | %s |\n", c.Code, c.Alpha3, c.Numeric, c.Name, c.Region, c.Zone)
	}
	return b.String()
}
