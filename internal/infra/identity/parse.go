package identity

import (
	"bytes"
	"io"
	"net/mail"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entente/internal/core/fault"
)

// maxFile bounds a file of organisations: 64 MiB.
const maxFile = 64 << 20

// ParseOrgs reads organisations from YAML (name ends in .yaml or .yml) or CSV
// (.csv); docs/organisations.md describes both. Unknown keys are refused with
// a guess at what was meant, and every fault names its line or organisation.
func ParseOrgs(r io.Reader, name string) ([]Org, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, name+" cannot be read", "check the file")
	}
	if len(text) > maxFile {
		return nil, fault.Newf(fault.Limit, "split the file", "%s is longer than %d MiB", name, maxFile>>20)
	}
	if !utf8.Valid(text) {
		return nil, fault.Newf(fault.Invalid, "save it as UTF-8", "%s is not UTF-8", name)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml":
		return parseYAML(text, name)
	case ".csv":
		return parseCSV(text, name)
	}
	return nil, fault.Newf(fault.Usage, "name it .yaml, .yml or .csv", "%s is neither YAML nor CSV by its name", name)
}

// keys are the fields of an organisation in both forms.
func keys() []string {
	return []string{"id", "name", "kind", "country", "contacts", "verified", "domains", "prefixes", "asns", "countries"}
}

// set takes the texts of one field. Single fields have at most one text.
func (o *Org) set(key string, texts []string) error {
	one := ""
	switch key {
	case "id", "name", "kind", "country", "verified":
		if len(texts) > 1 {
			return fault.Newf(fault.Invalid, "give one", "%s is a list", key)
		}
		if len(texts) == 1 {
			one = strings.TrimSpace(texts[0])
		}
	}
	switch key {
	case "id":
		o.ID = OrgID(one)
	case "name":
		o.Name = one
	case "kind":
		o.Kind = Kind(strings.ToLower(one))
	case "country":
		if one == "" {
			return nil
		}
		var err error
		o.Country, err = parseCountry(one)
		return err
	case "verified":
		return o.setVerified(one)
	case "contacts":
		for _, t := range texts {
			if t = strings.TrimSpace(t); t != "" {
				o.Contacts = append(o.Contacts, t)
			}
		}
	case "domains", "prefixes", "asns", "countries":
		kind := map[string]string{"domains": domainKind, "prefixes": prefixKind, "asns": asnKind, "countries": countryKind}[key]
		for _, t := range texts {
			if t = strings.TrimSpace(t); t == "" {
				continue
			}
			if err := o.add(kind, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Org) setVerified(text string) error {
	if text == "" {
		return nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1990 {
			o.Verified = t.UnixMicro()
			return nil
		}
	}
	return fault.Newf(fault.Invalid, "write a date such as 2026-01-31", "%.40q is no date since which it is verified", text)
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// check holds one organisation against the rules that need no other one.
func (o Org) check() error {
	wrong := func(remedy, format string, args ...any) error {
		return fault.Newf(fault.Invalid, remedy, format, args...)
	}
	switch {
	case o.ID == "":
		return wrong("give each organisation an id such as cert-xx", "an organisation has no id")
	case !idForm.MatchString(string(o.ID)):
		return wrong("use lower-case letters, digits and hyphens, at most 63, such as cert-xx", "%.70q is no id of an organisation", string(o.ID))
	case strings.HasPrefix(string(o.ID), nationalPrefix):
		unit, ok := builtIn(o.ID)
		if !ok {
			return wrong("write national- and a two-letter code of ISO 3166 in lower case, or choose another id", "%s is no country's national unit", o.ID)
		}
		if o.Country != unit.Country {
			return wrong("write country: "+unit.Country, "the national unit %s belongs to %s", o.ID, unit.Country)
		}
	case o.ID == Pool && len(o.duties()) > 0:
		return wrong("give them to another organisation", "the pool owns what nobody else owns; it takes no domains, prefixes, ASNs or countries")
	}
	if o.Name == "" || len(o.Name) > 200 || strings.ContainsFunc(o.Name, unicode.IsControl) {
		return wrong("give it a name of one line, at most 200 bytes", "the organisation %s has no proper name", o.ID)
	}
	if !slices.Contains(Kinds(), o.Kind) {
		words := make([]string, len(Kinds()))
		for i, k := range Kinds() {
			words[i] = string(k)
		}
		return wrong("use "+strings.Join(words, ", "), "%.40q is no kind of organisation (%s)%s", string(o.Kind), o.ID, meant(string(o.Kind), words))
	}
	for _, c := range o.Contacts {
		if _, err := mail.ParseAddress(c); err != nil {
			return wrong("write abuse@example.org or \"Abuse desk <abuse@example.org>\"", "%.100q is no e-mail address (contact of %s)", c, o.ID)
		}
	}
	return nil
}

// meant gives "; did you mean "x"?" for the word nearest to a mistyped one, or
// "" if none is near.
func meant(word string, words []string) string {
	best, least := "", 3
	for _, w := range words {
		if d := distance(strings.ToLower(word), w); d < least && d < len(w) {
			best, least = w, d
		}
	}
	if best == "" {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// distance is the number of letters to change, add, drop or swap with their
// neighbour (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 40 {
		return 40
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
