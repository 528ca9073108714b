package identity

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"entente/internal/core/fault"
)

// at adds where an error was found, keeping its kind and remedy.
func at(name string, line int, err error) error {
	return fmt.Errorf("%s, line %d: %w", name, line, err)
}

// parseYAML reads {organisations: [...]}.
func parseYAML(text []byte, name string) ([]Org, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fault.Newf(fault.Invalid, "see docs/examples/organisations.yaml", "%s is empty", name)
		}
		return nil, fault.Wrap(fault.Invalid, err, name+" is no YAML", "see docs/examples/organisations.yaml")
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fault.Newf(fault.Invalid, "keep one", "%s holds more than one document", name)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, at(name, root.Line, fault.New(fault.Invalid, "the file does not begin with organisations:", "see docs/examples/organisations.yaml"))
	}
	var out []Org
	for i := 0; i+1 < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		if k.Value != "organisations" {
			return nil, at(name, k.Line, unknown(k.Value, []string{"organisations"}))
		}
		if out != nil || v.Kind != yaml.SequenceNode {
			return nil, at(name, v.Line, fault.New(fault.Invalid, "organisations is not one list", "see docs/examples/organisations.yaml"))
		}
		out = make([]Org, 0, len(v.Content))
		for _, entry := range v.Content {
			o, err := yamlOrg(entry, name)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

func yamlOrg(entry *yaml.Node, name string) (Org, error) {
	var o Org
	if entry.Kind != yaml.MappingNode {
		return o, at(name, entry.Line, fault.New(fault.Invalid, "an organisation is no list of keys", "see docs/examples/organisations.yaml"))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(entry.Content); i += 2 {
		k, v := entry.Content[i], entry.Content[i+1]
		if !slices.Contains(keys(), k.Value) {
			return o, at(name, k.Line, unknown(k.Value, keys()))
		}
		if seen[k.Value] {
			return o, at(name, k.Line, fault.Newf(fault.Invalid, "keep one", "the key %q stands twice", k.Value))
		}
		seen[k.Value] = true
		texts, err := yamlTexts(v)
		if err == nil {
			err = o.set(k.Value, texts)
		}
		if err != nil {
			return o, at(name, v.Line, err)
		}
	}
	o.sort()
	if err := o.check(); err != nil {
		return o, at(name, entry.Line, err)
	}
	return o, nil
}

// yamlTexts gives a scalar or a list of scalars as written; null is nothing.
func yamlTexts(v *yaml.Node) ([]string, error) {
	wrong := fault.New(fault.Invalid, "neither a text nor a list of texts", "see docs/examples/organisations.yaml")
	switch v.Kind {
	case yaml.ScalarNode:
		if v.Tag == "!!null" {
			return nil, nil
		}
		return []string{v.Value}, nil
	case yaml.SequenceNode:
		out := make([]string, 0, len(v.Content))
		for _, c := range v.Content {
			if c.Kind != yaml.ScalarNode {
				return nil, wrong
			}
			out = append(out, c.Value)
		}
		return out, nil
	}
	return nil, wrong
}

func unknown(key string, known []string) error {
	return fault.Newf(fault.Invalid, "use "+strings.Join(known, ", "), "%.40q is no key of an organisation file%s", key, meant(key, known))
}

// parseCSV reads a header of the known keys and one organisation a line.
// Several entries in one cell stand apart by semicolons or, where entries hold
// no blanks, by blanks.
func parseCSV(text []byte, name string) ([]Org, error) {
	r := csv.NewReader(bytes.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, name+" has no header", "see docs/examples/organisations.csv")
	}
	for i, h := range header {
		header[i] = strings.ToLower(strings.TrimSpace(h))
		if !slices.Contains(keys(), header[i]) {
			return nil, at(name, 1, unknown(h, keys()))
		}
		if slices.Contains(header[:i], header[i]) {
			return nil, at(name, 1, fault.Newf(fault.Invalid, "keep one", "the column %q stands twice", h))
		}
	}
	out := []Org{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, name+" is no CSV with the same columns in every line", "see docs/examples/organisations.csv")
		}
		line, _ := r.FieldPos(0)
		var o Org
		for i, cell := range cells {
			if err := o.set(header[i], cellTexts(header[i], cell)); err != nil {
				return nil, at(name, line, err)
			}
		}
		o.sort()
		if err := o.check(); err != nil {
			return nil, at(name, line, err)
		}
		out = append(out, o)
	}
}

func cellTexts(key, cell string) []string {
	switch key {
	case "contacts":
		return strings.Split(cell, ";")
	case "domains", "prefixes", "asns", "countries":
		return strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == ' ' || r == '\t' || r == '\n' })
	}
	return []string{cell}
}
