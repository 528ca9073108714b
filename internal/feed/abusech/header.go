package abusech

import (
	"bytes"
	"strings"
)

// header looks for the columns' names in the comments and in the first row.
// Abuse.ch has written them with and without a sign of comment.
func (t table) header(head []byte) (names []string, comment bool) {
	for line := range bytes.Lines(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))) {
		text := strings.TrimSpace(string(line))
		bare := strings.TrimSpace(strings.TrimLeft(text, "# "))
		if text != "" {
			cells := t.rename(strings.Split(bare, ","))
			if has(cells, t.required) {
				return cells, text[0] == '#'
			}
			if text[0] != '#' {
				break
			}
		}
	}
	return t.columns, true
}

func (t table) rename(cells []string) []string {
	for i, c := range cells {
		c = strings.ToLower(strings.Trim(c, "\"' \t"))
		if now, ok := t.old[c]; ok {
			c = now
		}
		cells[i] = c
	}
	return cells
}

func has(cells, required []string) bool {
	for _, want := range required {
		found := false
		for _, c := range cells {
			found = found || c == want
		}
		if !found {
			return false
		}
	}
	return true
}

// drift names the columns that are new to us and the known ones that are absent.
func (t table) drift(names []string) (out []string) {
	for _, n := range names {
		if !has(t.columns, []string{n}) {
			out = append(out, "new column "+n)
		}
	}
	for _, c := range t.columns {
		if !has(names, []string{c}) {
			out = append(out, "absent column "+c)
		}
	}
	return out
}
