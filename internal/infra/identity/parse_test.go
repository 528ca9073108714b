package identity_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"entente/internal/core/fault"
	"entente/internal/infra/identity"
)

func TestParseFaults(t *testing.T) {
	yaml := func(lines ...string) string {
		return "organisations:\n  - id: a-b\n    name: A\n    kind: cert\n    " + strings.Join(lines, "\n    ") + "\n"
	}
	for _, c := range []struct{ name, text, want string }{
		{"o.txt", "", "neither YAML nor CSV"},
		{"o.yaml", "", "is empty"},
		{"o.yaml", "organisation:\n  - id: a\n", `line 1: "organisation" is no key of an organisation file; did you mean "organisations"?`},
		{"o.yaml", yaml("prefix: [192.0.2.0/24]"), `line 5: "prefix" is no key of an organisation file; did you mean "prefixes"?`},
		{"o.yaml", yaml("asn: [1]"), `did you mean "asns"?`},
		{"o.yaml", yaml("colour: red"), `"colour" is no key`},
		{"o.yaml", yaml("prefixes: [192.0.2.1/24]"), "bits set behind its length"},
		{"o.yaml", yaml("prefixes: [192.0.2/24]"), "no network prefix"},
		{"o.yaml", yaml("prefixes: [{a: b}]"), "neither a text nor a list"},
		{"o.yaml", yaml("asns: [0]"), "no AS number"},
		{"o.yaml", yaml("asns: [4294967296]"), "no AS number"},
		{"o.yaml", yaml("domains: ['-x.example']"), "line 5"},
		{"o.yaml", yaml("countries: [UK]"), "no country"},
		{"o.yaml", yaml("country: [BR, AR]"), "country is a list"},
		{"o.yaml", yaml("verified: yesterday"), "no date"},
		{"o.yaml", yaml("contacts: [nobody]"), "no e-mail address"},
		{"o.yaml", yaml("kind: cert"), "stands twice"},
		{"o.yaml", "organisations:\n  - id: A\n    name: A\n    kind: cert\n", "no id of an organisation"},
		{"o.yaml", "organisations:\n  - id: a\n    name: A\n    kind: polise\n", `did you mean "police"?`},
		{"o.yaml", "organisations:\n  - id: a\n    kind: cert\n", "no proper name"},
		{"o.yaml", "organisations:\n  - id: national-zz\n    name: A\n    kind: cert\n", "no country's national unit"},
		{"o.yaml", "organisations:\n  - id: national-br\n    name: A\n    kind: cert\n    country: AR\n", "belongs to BR"},
		{"o.yaml", "organisations:\n  - id: pool\n    name: A\n    kind: cert\n    asns: [1]\n", "the pool owns"},
		{"o.yaml", "organisations: []\n---\norganisations: []\n", "more than one document"},
		{"o.csv", "", "no header"},
		{"o.csv", "id,name,kinds\na,b,cert\n", `did you mean "kind"?`},
		{"o.csv", "id,id,kind\na,b,cert\n", "stands twice"},
		{"o.csv", "id,name,kind\na,A,cert\nb,B\n", "the same columns"},
		{"o.csv", "id,name,kind,asns\na,A,cert,1\nb,B,cert,x\n", "line 3"},
		{"o.csv", "id,name\n\xff,A\n", "not UTF-8"},
	} {
		_, err := identity.ParseOrgs(strings.NewReader(c.text), c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.RemedyOf(err) == "" {
			t.Errorf("%s %q:\n got %v\nwant %s", c.name, c.text, err, c.want)
		}
	}
}

func FuzzParseOrgs(f *testing.F) {
	f.Add("organisations:\n  - id: a\n    name: A\n    kind: cert\n    prefixes: [192.0.2.0/24, 2001:db8::1]\n    domains: ['*.Example.ORG', bücher.example]\n", true)
	f.Add("id,name,kind,contacts,asns\na,A,cert,X <x@example.org>;y@example.org,AS64496 64497\n", false)
	f.Add("organisations: &a [*a]\n", true)
	f.Fuzz(func(t *testing.T, text string, yaml bool) {
		name := "o.csv"
		if yaml {
			name = "o.yaml"
		}
		orgs, err := identity.ParseOrgs(strings.NewReader(text), name)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("error without a kind: %v", err)
			}
			return
		}
		// What was read is canonical: reading it again changes nothing.
		for _, o := range orgs {
			var b strings.Builder
			b.WriteString("id,name,kind,domains,prefixes\n" + string(o.ID) + ",N," + string(o.Kind) + "," + strings.Join(o.Domains, ";") + ",")
			for _, p := range o.Prefixes {
				b.WriteString(p.String() + ";")
			}
			again, err := identity.ParseOrgs(strings.NewReader(b.String()+"\n"), "o.csv")
			if strings.HasPrefix(string(o.ID), "national-") {
				continue // needs its country
			}
			if err != nil || len(again) != 1 {
				t.Fatalf("%q: %v", b.String(), err)
			}
			if d := cmp.Diff(o.Domains, again[0].Domains, cmpopts.EquateEmpty()); d != "" {
				t.Fatal(d)
			}
		}
	})
}
