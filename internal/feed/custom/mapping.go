package custom

import (
	"fmt"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/feed"

	"gopkg.in/yaml.v3"
)

// Mapping is a mapping file that was read and found good.
type Mapping struct {
	Feed      string
	CSV       bool // else JSON lines
	Comma     byte
	Comment   byte
	Columns   []string // names of the columns of a CSV without a header
	Mode      feed.Mode
	Label     string
	Zone      *time.Location // of naive times; nil: not declared
	Layouts   []layout
	Empty     map[string]bool // words that mean nothing
	Offline   map[string]bool // status words that mean gone
	Class     rsit.Class      // constant, or where the row's word is in no table
	ClassOf   map[string]rsit.Class
	Fields    map[string]string // our field to the file's column
	Constants map[string]string // our field to its text
}

// file is the mapping as written.
type file struct {
	Feed      string            `yaml:"feed"`
	Format    string            `yaml:"format"`
	Comma     string            `yaml:"comma"`
	Comment   string            `yaml:"comment"`
	Columns   []string          `yaml:"columns"`
	Mode      string            `yaml:"mode"`
	Label     string            `yaml:"label"`
	Zone      string            `yaml:"zone"`
	Times     []string          `yaml:"times"`
	Empty     []string          `yaml:"empty"`
	Offline   []string          `yaml:"offline"`
	Class     string            `yaml:"class"`
	Classes   map[string]string `yaml:"classes"`
	Fields    map[string]string `yaml:"fields"`
	Constants map[string]string `yaml:"constants"`
}

// The keys that a mapping may have, and the fields that it may fill.
var (
	keys     = []string{"feed", "format", "comma", "comment", "columns", "mode", "label", "zone", "times", "empty", "offline", "class", "classes", "fields", "constants"}
	fields   = []string{"value", "ip", "network", "url", "domain", "email", "hash", "port", "transport", "time", "class", "family", "country", "asn", "status", "severity"}
	constant = []string{"port", "transport", "family", "country", "asn", "status", "severity"}
	labels   = []string{"CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"}
	values   = []string{"value", "ip", "network", "url", "domain", "email", "hash"}
)

// ParseMapping reads a mapping file. Every key and word is checked; the fault
// names the line and the nearest known word.
func ParseMapping(data []byte) (*Mapping, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the mapping is no YAML", "compare it with docs/examples/custom-csv.yaml")
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil, wrong(0, "the mapping is empty or no table of keys", "compare it with docs/examples/custom-csv.yaml")
	}
	top := root.Content[0]
	if err := known(top, "", keys); err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		var err error
		switch top.Content[i].Value {
		case "fields":
			err = known(top.Content[i+1], "fields", fields)
		case "constants":
			err = known(top.Content[i+1], "constants", constant)
		}
		if err != nil {
			return nil, err
		}
	}
	var f file
	if err := root.Decode(&f); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "a key of the mapping has a value of the wrong kind", "compare it with docs/examples/custom-csv.yaml")
	}
	return f.check()
}

func wrong(line int, text, remedy string) error {
	if line > 0 {
		text = fmt.Sprintf("mapping, line %d: %s", line, text)
	} else {
		text = "mapping: " + text
	}
	return fault.New(fault.Invalid, text, remedy)
}

// known refuses keys of a table that are not in list.
func known(table *yaml.Node, name string, list []string) error {
	if table.Kind != yaml.MappingNode {
		return wrong(table.Line, name+" is no table of keys", "write each as \"name: column\" on a line of its own")
	}
	where := ""
	if name != "" {
		where = " of " + name
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(table.Content); i += 2 {
		k := table.Content[i]
		if seen[k.Value] {
			return wrong(k.Line, fmt.Sprintf("%q stands twice", k.Value), "keep one of the two")
		}
		seen[k.Value] = true
		if err := word(k.Value, "key"+where, list); err != nil {
			return wrong(k.Line, err.Error(), fault.RemedyOf(err))
		}
	}
	return nil
}

// word checks that w is in list.
func word(w, what string, list []string) error {
	for _, k := range list {
		if w == k {
			return nil
		}
	}
	text := fmt.Sprintf("%q is no %s", w, what)
	if near := nearest(w, list); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return fault.New(fault.Invalid, text, "use one of: "+strings.Join(list, ", "))
}

func classWords() []string {
	var out []string
	for _, c := range rsit.All() {
		out = append(out, c.String())
	}
	return out
}
