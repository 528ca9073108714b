package custom

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// check turns the words into what they mean.
func (f file) check() (*Mapping, error) {
	m := &Mapping{Feed: f.Feed, CSV: f.Format != "jsonl", Columns: f.Columns, Label: strings.ToUpper(f.Label),
		Fields: f.Fields, Constants: f.Constants, Empty: set(f.Empty), Offline: set(f.Offline), ClassOf: map[string]rsit.Class{}}
	if len(f.Offline) == 0 {
		m.Offline = set([]string{"offline"})
	}
	var err error
	if m.Comma, err = sign("comma", f.Comma, ','); err != nil {
		return nil, err
	}
	if m.Comment, err = sign("comment", f.Comment, 0); err != nil {
		return nil, err
	}
	if f.Format != "" {
		err = word(f.Format, "format", []string{"csv", "jsonl"})
	}
	if err == nil && f.Label != "" {
		err = word(m.Label, "label", labels)
	}
	if err == nil && f.Mode != "" {
		err = word(f.Mode, "mode", []string{"event", "snapshot"})
	}
	if err != nil {
		return nil, wrong(0, err.Error(), fault.RemedyOf(err))
	}
	m.Mode, _ = feed.ParseMode(f.Mode)
	if f.Zone != "" {
		if m.Zone, err = time.LoadLocation(f.Zone); err != nil || f.Zone == "Local" {
			return nil, wrong(0, fmt.Sprintf("%q is no time zone", f.Zone), "use UTC or a name such as America/Lima")
		}
	}
	if err := f.classes(m); err != nil {
		return nil, err
	}
	for _, t := range f.Times {
		l, err := layoutOf(t)
		if err != nil {
			return nil, err
		}
		m.Layouts = append(m.Layouts, l)
	}
	if len(f.Times) == 0 {
		m.Layouts = []layout{{iso: true}}
	}
	return m, m.complete()
}

func (f file) classes(m *Mapping) error {
	list := classWords()
	get := func(w string) (rsit.Class, error) {
		c, ok := rsit.Parse(w)
		if !ok {
			err := word(w, "class", list)
			return c, wrong(0, err.Error(), fault.RemedyOf(err))
		}
		return c, nil
	}
	var err error
	if f.Class != "" {
		if m.Class, err = get(f.Class); err != nil {
			return err
		}
	}
	said := make([]string, 0, len(f.Classes))
	for w := range f.Classes {
		said = append(said, w)
	}
	sort.Strings(said)
	for _, w := range said {
		if m.ClassOf[strings.ToLower(w)], err = get(f.Classes[w]); err != nil {
			return err
		}
	}
	return nil
}

// complete refuses a mapping that cannot give an observation.
func (m *Mapping) complete() error {
	some := false
	for _, v := range values {
		some = some || m.Fields[v] != ""
	}
	if !some {
		return wrong(0, "no field names what acts", "map one of "+strings.Join(values, ", ")+" to a column, under fields")
	}
	if m.Fields["time"] == "" && m.Mode == feed.Event {
		return wrong(0, "rows that are events need a time", "map time to a column, under fields, or set mode: snapshot")
	}
	if !m.CSV && len(m.Columns) > 0 {
		return wrong(0, "JSON lines have no columns to name", "leave columns out")
	}
	if m.Comment != 0 && m.Comment == m.Comma {
		return wrong(0, "comma and comment are the same sign", "use different signs")
	}
	return nil
}

// sign reads a key whose value is one sign; "tab" is the tabulator.
func sign(key, s string, absent byte) (byte, error) {
	switch {
	case s == "":
		return absent, nil
	case s == "tab":
		return '\t', nil
	case len(s) == 1 && s[0] < 0x80 && s[0] != '"' && s[0] != '\n' && s[0] != '\r' && s[0] != 0:
		return s[0], nil
	}
	return 0, wrong(0, fmt.Sprintf("%s is %q and not one sign", key, s), "write one sign such as \";\", or tab")
}

func set(words []string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[strings.ToLower(w)] = true
	}
	return m
}
