package main

import (
	"fmt"
	"maps"
	"slices"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
)

var retentionKeys = []string{"feed", "class", "days", "raw_days", "rejected_days"}

// readRetention reads the list "retention" of entente.yaml.
func readRetention(file string, list any) (surge.Retention, error) {
	if list == nil {
		return nil, nil
	}
	wrong := func(n int, format string, args ...any) error {
		return fault.Newf(fault.Invalid, "docs/retention.md shows the rules", "%s: retention rule %d: %s", file, n, fmt.Sprintf(format, args...))
	}
	rules, ok := list.([]any)
	if !ok {
		return nil, fault.Newf(fault.Invalid, "docs/retention.md shows the rules", "%s: retention is no list of rules", file)
	}
	var out surge.Retention
	for i, r := range rules {
		rule, ok := r.(map[string]any)
		if !ok {
			return nil, wrong(i+1, "it is no rule with keys")
		}
		var k surge.KeepRule
		for _, key := range slices.Sorted(maps.Keys(rule)) {
			text := fmt.Sprint(rule[key])
			switch key {
			case "feed":
				k.Feed = text
			case "class":
				if k.Class, ok = rsit.Parse(text); !ok {
					return nil, fault.Newf(fault.Invalid, "`entente feed classes` lists them", "%s: retention rule %d: %q is no class", file, i+1, text)
				}
			case "days", "raw_days", "rejected_days":
				n, err := keepDays(rule[key])
				if err != nil {
					return nil, wrong(i+1, "%s %q is neither a number of days from 1 nor forever", key, text)
				}
				*map[string]*int{"days": &k.Days, "raw_days": &k.RawDays, "rejected_days": &k.RejectedDays}[key] = n
			default:
				return nil, unknownKey(fmt.Sprintf("%s: retention rule %d", file, i+1), key, retentionKeys)
			}
		}
		out = append(out, k)
	}
	return out, out.Check()
}

func keepDays(v any) (int, error) {
	if n, ok := v.(int); ok && n > 0 {
		return n, nil
	}
	if v == "forever" {
		return surge.Forever, nil
	}
	return 0, fault.New(fault.Invalid, "no number of days", "write a number from 1, or forever")
}
