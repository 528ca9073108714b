package stix

import "strings"

// Pattern writes a pattern anew from what was read of it.
func Pattern(s string) (string, error) {
	all, err := groups(s)
	if err != nil {
		return "", err
	}
	var out []string
	for _, g := range all {
		var terms []string
		for _, t := range g {
			quote := "'"
			if strings.Contains(t.path, quote) {
				quote = `"`
			}
			if strings.Contains(t.path, quote) {
				return s, nil // no one pair of quotes can hold it
			}
			terms = append(terms, t.kind+":"+quote+t.path+quote+" = '"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(t.text)+"'")
		}
		out = append(out, "["+strings.Join(terms, " AND ")+"]")
	}
	return strings.Join(out, " OR "), nil
}
