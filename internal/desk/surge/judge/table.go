package judge

import (
	"bytes"
	_ "embed"
	"fmt"
	"path"
	"slices"

	"gopkg.in/yaml.v3"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/feed"
)

//go:embed table.yaml
var shippedTable []byte

// Table says what a warning list does to which classes and kinds. Whatever no
// row names is annotated.
type Table struct {
	Version int   `yaml:"version"`
	Rows    []Row `yaml:"rows"`
}

// Row is one statement of the table.
type Row struct {
	Lists   []string `yaml:"lists"`   // folder names of lists; "*" stands for any text
	Action  string   `yaml:"action"`  // "suppress" or "annotate"
	Classes []string `yaml:"classes"` // suppress only
	Kinds   []string `yaml:"kinds"`   // suppress only
	Below   bool     `yaml:"below"`   // also names below an entry of the list, not only the entry itself
	Ports   []uint16 `yaml:"ports"`   // only with one of these ports, 0 for none said; empty: with any
	Why     string   `yaml:"why"`

	rule rule
}

// rule is a row made quick: sets of classes and kinds that are suppressed.
type rule struct {
	classes uint64
	kinds   uint32
	below   bool
	ports   []uint16
}

// Shipped gives the table that docs/warninglists.md shows.
func Shipped() (*Table, error) { return ParseTable("the shipped table", shippedTable) }

// ParseTable reads a table in YAML. Unknown keys, classes and kinds are errors,
// and so is a row that would suppress a class of victims.
func ParseTable(name string, text []byte) (*Table, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var t Table
	if err := dec.Decode(&t); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, name+" is no table of warning lists", "docs/warninglists.md shows one")
	}
	if t.Version != 1 {
		return nil, fault.Newf(fault.Invalid, "write version: 1", "%s has version %d, and only 1 is known", name, t.Version)
	}
	for i := range t.Rows {
		if err := t.Rows[i].compile(); err != nil {
			return nil, fault.Newf(fault.Invalid, "docs/warninglists.md shows the rows", "row %d of %s: %v", i+1, name, err)
		}
	}
	return &t, nil
}

// compile checks a row and makes its rule.
func (r *Row) compile() error {
	if len(r.Lists) == 0 || r.Why == "" {
		return fmt.Errorf("it must name lists and say why")
	}
	for _, l := range r.Lists {
		if _, err := path.Match(l, ""); err != nil {
			return fmt.Errorf("%q is no name of lists", l)
		}
	}
	switch r.Action {
	case "annotate":
		if len(r.Classes)+len(r.Kinds)+len(r.Ports) > 0 || r.Below {
			return fmt.Errorf("a row that annotates names lists only")
		}
		return nil
	case "suppress":
	default:
		return fmt.Errorf("its action %q is neither suppress nor annotate", r.Action)
	}
	if len(r.Classes) == 0 || len(r.Kinds) == 0 {
		return fmt.Errorf("a row that suppresses must name classes and kinds")
	}
	for _, word := range r.Classes {
		c, ok := rsit.Parse(word)
		if !ok {
			return fmt.Errorf("%q is no class", word)
		}
		if c.Victim() {
			return fmt.Errorf("it would suppress %s, a class of victims", c)
		}
		r.rule.classes |= 1 << c
	}
	for _, word := range r.Kinds {
		k, ok := value.KindOf(word)
		if !ok {
			return fmt.Errorf("%q is no kind of value", word)
		}
		r.rule.kinds |= 1 << k
	}
	r.rule.below, r.rule.ports = r.Below, r.Ports
	return nil
}

// rulesOf gives what suppresses for one list.
func (t *Table) rulesOf(list string) []rule {
	var out []rule
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Action != "suppress" {
			continue
		}
		for _, pattern := range r.Lists {
			if ok, _ := path.Match(pattern, list); ok {
				out = append(out, r.rule)
				break
			}
		}
	}
	return out
}

// suppresses tells whether any rule takes the observation. exact tells that the
// value itself is an entry.
func suppresses(rules []rule, o *feed.Observation, exact bool) bool {
	for i := range rules {
		r := &rules[i]
		if r.classes&(1<<o.Class) != 0 && r.kinds&(1<<o.Value.Kind()) != 0 && (exact || r.below) &&
			(len(r.ports) == 0 || slices.Contains(r.ports, o.Port)) {
			return true
		}
	}
	return false
}
