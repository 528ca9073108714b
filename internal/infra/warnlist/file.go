package warnlist

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// file is a list.json as MISP's repository has it.
type file struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Type        string   `json:"type"`
	Version     int      `json:"version"`
	Attributes  []string `json:"matching_attributes"`
	List        []string `json:"list"`
}

// Limits of a list.
const (
	MaxBytes   = 64 << 20 // of one list.json
	MaxEntries = 4 << 20  // of one list
	MaxLists   = 4096     // of one import
)

var (
	listTypes = map[string]bool{"string": true, "hostname": true, "substring": true, "cidr": true, "regex": true}
	slugForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,100}$`)
)

// parseFile reads a list.json. The error says what a person must mend.
func parseFile(b []byte) (*file, error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("it is no list in JSON: %v", err)
	}
	switch {
	case f.Name == "":
		return nil, fmt.Errorf("it has no name")
	case !listTypes[f.Type]:
		return nil, fmt.Errorf("its type %q is not one of string, hostname, substring, cidr, regex", f.Type)
	case len(f.List) == 0:
		return nil, fmt.Errorf("its list is empty")
	case len(f.List) > MaxEntries:
		return nil, fmt.Errorf("it has %d entries, more than %d", len(f.List), MaxEntries)
	}
	return &f, nil
}

func (f *file) info(slug string) Info {
	return Info{List: slug, Name: f.Name, Type: f.Type, Version: f.Version, Entries: len(f.List), Attributes: f.Attributes}
}
