package columns

import (
	"bytes"
	"slices"
	"strings"

	"entente/internal/feed"
	"entente/internal/feed/source"
)

// Table says what a producer's columns are called.
type Table struct {
	Known    []string            // as they are written now, in order
	Required []string            // without these a row says nothing
	Former   map[string]string   // other names that columns had or have
	Older    [][]string          // the columns of former times, for files without a header
	Absent   map[string][]string // texts that say that a column is empty
}

// Header is what the columns of one file are.
type Header struct {
	Names  []string
	Stated bool // the file states them
	row    bool // they stand as a row, which is no row of data
}

// most is the largest number of columns that a header has.
const most = 200

// Header finds the names of the columns in the comments and in the first row of
// head. Where neither is a header, the columns are those of the table, or the
// older ones if the first row has their number.
func (t Table) Header(head []byte) Header {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for len(head) > 0 {
		line := head
		if i := bytes.IndexAny(head, "\r\n"); i >= 0 {
			line, head = head[:i], head[i+1:]
		} else {
			head = nil
		}
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		comment := text[0] == '#'
		if strings.Count(text, ",") < most {
			if names := t.names(strings.TrimSpace(strings.TrimLeft(text, "# "))); t.header(names) {
				return Header{Names: names, Stated: true, row: !comment}
			}
		}
		if !comment {
			return Header{Names: t.bare(strings.Count(text, ",") + 1)}
		}
	}
	return Header{Names: t.Known}
}

// names gives the cells of a header by their present names.
func (t Table) names(text string) []string {
	cells := strings.Split(text, ",")
	for i, c := range cells {
		c = strings.ToLower(strings.Trim(c, "\"' \t"))
		if now, ok := t.Former[c]; ok {
			c = now
		}
		cells[i] = c
	}
	return cells
}

// header tells whether cells are one: all that is required is there, or half of
// what we know.
func (t Table) header(cells []string) bool {
	known := 0
	for _, c := range t.Known {
		if slices.Contains(cells, c) {
			known++
		}
	}
	return len(t.Missing(cells)) == 0 || known >= 3 && 2*known >= len(t.Known)
}

// bare gives the columns of a file without a header whose rows have n.
func (t Table) bare(n int) []string {
	for _, older := range t.Older {
		if len(older) == n {
			return older
		}
	}
	return t.Known
}

// Missing lists the required columns that names lack.
func (t Table) Missing(names []string) (out []string) {
	for _, c := range t.Required {
		if !slices.Contains(names, c) {
			out = append(out, c)
		}
	}
	return out
}

// Lacking is the quarantine of a file that lacks required columns; nil for
// others.
func (t Table) Lacking(h Header, format string) *feed.Quarantine {
	missing := t.Missing(h.Names)
	if len(missing) == 0 {
		return nil
	}
	return &feed.Quarantine{Reason: "missing-columns",
		Text:   "a " + format + " file needs the columns " + strings.Join(missing, ", ") + "; the file has " + List(h.Names),
		Remedy: "fetch the file again, or describe its columns in a mapping for the format custom"}
}

// List gives names for people, safe to show and cut where they are many.
func List(names []string) string {
	text := strings.Join(names, ", ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + " ..."
	}
	return source.Display(text)
}

// Drift names the columns that are new to us and the known ones that are
// absent.
func (t Table) Drift(h Header) (out []string) {
	for _, n := range h.Names {
		if !slices.Contains(t.Known, n) {
			out = append(out, "new column "+n)
		}
	}
	for _, c := range t.Known {
		if !slices.Contains(h.Names, c) {
			out = append(out, "absent column "+c)
		}
	}
	return out
}
