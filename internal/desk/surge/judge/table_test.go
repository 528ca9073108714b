package judge

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
)

var update = flag.Bool("update", false, "write docs/warninglists.md")

// docs/warninglists.md shows the shipped table, and this test keeps it so.
func TestDocs(t *testing.T) {
	const path = "../../../../docs/warninglists.md"
	table, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	want := page(table)
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
		t.Error("docs/warninglists.md differs from the table; run: go test ./internal/desk/surge/judge -update")
	}
}

func page(table *Table) string {
	var b strings.Builder
	b.WriteString(`# Warning lists, allow lists, bogons

## Warning lists

Lists in MISP's format say what a value is known for: a public resolver, a cloud, one of the most used sites. Import them with ` + "`entente feed warninglists import DIR`" + ` (the repository of MISP warning lists, its folder, or a .tar, .tar.gz or .tar.zst of it). They replace those before; a list that breaks the format is refused by name, and entries that cannot be used (a pattern that only PCRE has, an address that is none) are named.

A list **annotates**: the case says which lists its value is on. Only where the table below says *suppress*, and only for the classes and kinds it names, an observation on the list opens no case; it stays in the log with the reason ` + "`warninglist:NAME`" + `. Classes of victims are never suppressed (` + victims() + `). Blind suppression would be wrong: on the lists of August 2026 and an ipsum blocklist, VPN and cloud ranges hold two of five addresses.

Only the value itself suppresses, never the host of a URL nor the address of a name, and only an entry of the list itself: ` + "`www.example.com`" + ` on a list of sites says nothing of ` + "`login.www.example.com`" + `. When several lists suppress, the reason names the first by the alphabet.

How entries match: *string* equal, *hostname* equal or below, *substring* anywhere in the text, *cidr* the network holds the address (or the whole of a CIDR value), *regex* RE2's part of PCRE. In a list of strings an entry with a leading dot matches as a hostname. A list applies to the kinds that its matching_attributes name; the names and hashes in composite types count, ` + "`domain|ip`" + ` alone does not.

| Lists | Does | Classes | Kinds | Ports | Why |
|---|---|---|---|---|---|
`)
	for _, r := range table.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", strings.Join(r.Lists, ", "), r.Action, strings.Join(r.Classes, ", "), strings.Join(r.Kinds, ", "), ports(r), r.Why)
	}
	b.WriteString(`| all others | annotate | | | | |

## Allow list

The operator's own list: one entry a line, ` + "`#`" + ` begins a comment. A prefix fits every observation whose address it holds, a domain itself and all names below it (also as the host of a URL or the domain of an e-mail address), any other value what is equal. What fits is suppressed with the reason ` + "`allowlist`" + `, whatever its class.

## Bogons and documentation space

Addresses that belong to nobody on the Internet are suppressed with the reason ` + "`bogon`" + ` unless bogons are switched off, or a network of the geography in use covers the address. The list is IANA's special-purpose registries (RFC 6890) without their reachable blocks, multicast, and site-local space.

| Block | Name | Source |
|---|---|---|
`)
	for _, s := range Specials() {
		name := s.Name
		if name == "" {
			name = "(reachable, no bogon)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.Prefix, name, s.Source)
	}
	return b.String()
}

func ports(r Row) string {
	var out []string
	for _, p := range r.Ports {
		if p == 0 {
			out = append(out, "none said")
			continue
		}
		out = append(out, fmt.Sprint(p))
	}
	return strings.Join(out, ", ")
}

func victims() string {
	var out []string
	for _, c := range rsit.All() {
		if c.Victim() {
			out = append(out, c.String())
		}
	}
	return strings.Join(out, ", ")
}

func TestParseTable(t *testing.T) {
	const row = "version: 1\nrows:\n  - {lists: [a], action: suppress, classes: [c2-server], kinds: [ipv4], why: w"
	if _, err := ParseTable("t", []byte(row+"}\n")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"victims":       strings.Replace(row, "c2-server", "infected-system", 1) + "}",
		"unknown key":   row + ", colour: red}",
		"unknown class": strings.Replace(row, "c2-server", "c3-server", 1) + "}",
		"unknown kind":  strings.Replace(row, "ipv4", "ipv5", 1) + "}",
		"unknown act":   strings.Replace(row, "suppress", "drop", 1) + "}",
		"no reason":     strings.Replace(row, ", why: w", "", 1) + "}",
		"no classes":    strings.Replace(row, "classes: [c2-server], ", "", 1) + "}",
		"annotate with": strings.Replace(row, "suppress", "annotate", 1) + "}",
		"bad pattern":   strings.Replace(row, "[a]", "['[']", 1) + "}",
		"other version": strings.Replace(row, "version: 1", "version: 2", 1) + "}",
		"no yaml":       "\t{",
	} {
		if _, err := ParseTable("t", []byte(text)); !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

func FuzzParseTable(f *testing.F) {
	f.Add("version: 1\nrows:\n  - {lists: [a], action: suppress, classes: [c2-server], kinds: [ipv4], why: w}\n")
	f.Add("version: 1\nrows:\n  - {lists: ['*'], action: annotate, why: w}\n")
	f.Add(string(shippedTable))
	f.Fuzz(func(t *testing.T, text string) {
		table, err := ParseTable("t", []byte(text))
		if err != nil {
			return
		}
		for _, r := range table.rulesOf("public-dns-v4") {
			for _, c := range rsit.All() {
				if c.Victim() && r.classes&(1<<c) != 0 {
					t.Errorf("a row suppresses %s", c)
				}
			}
		}
	})
}
