// Package columns reads CSV files by the names of their columns: it finds the
// header, in a comment or as a row, names what is missing and what is new, and
// hands each row to a format. It is shared by the formats of producers who
// write one table. It may import feed and its other shared packages; never
// infra, a desk or a door.
package columns

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"entente/internal/feed"
	"entente/internal/feed/csvrow"
	"entente/internal/feed/flatjson"
)

// Sample counts the first rows of head and those of them that like takes for
// rows of the table.
func (t Table) Sample(head []byte, like func(fields []string) bool) (rows, alike int) {
	r := csvrow.New(bytes.NewReader(head), options)
	for rows < 50 {
		fields, err := r.Next()
		if _, bad := err.(csvrow.RowError); err != nil && !bad {
			break
		}
		rows++
		if err == nil && like(fields) {
			alike++
		}
	}
	return rows, alike
}

var options = csvrow.Options{Comment: '#', Tolerant: true}

// Read hands each row below the header to row and calls out.Accept or out.Reject
// for it. It fails only when body fails, out fails or ctx ends.
func (t Table) Read(ctx context.Context, body io.Reader, h Header, out feed.Sink, row func(*Row) (obs []feed.Observation, why feed.Reason, field string)) error {
	src := csvrow.New(body, options)
	r := newRow(t, h.Names)
	for n, skip := 0, h.row; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		fields, err := src.Next()
		if err == io.EOF {
			return nil
		}
		var obs []feed.Observation
		why, field := feed.BadRow, ""
		switch e := err.(type) {
		case nil:
			if skip && t.header(t.names(strings.Join(fields, ","))) {
				skip = false
				continue
			}
			if len(fields) == len(h.Names) {
				r.begin(fields)
				obs, why, field = row(r)
			}
		case csvrow.RowError:
			why = reasonOf(e)
		default:
			return err
		}
		if why != 0 {
			text := src.Raw()
			err = out.Reject(src.Line(), why, field, text[:min(len(text), 4<<10)])
		} else {
			err = out.Accept(src.Line(), obs)
		}
		if err != nil {
			return err
		}
	}
}

func reasonOf(e csvrow.RowError) feed.Reason {
	switch e {
	case csvrow.ErrTooLong:
		return feed.LineTooLong
	case csvrow.ErrText:
		return feed.BadText
	}
	return feed.BadRow
}

// Row is one row with its columns by name. It is used again for the next.
type Row struct {
	t      Table
	names  []string
	at     map[string]int
	fields []string
	used   []bool
}

func newRow(t Table, names []string) *Row {
	r := &Row{t: t, names: names, at: map[string]int{}, used: make([]bool, len(names))}
	for i, n := range names {
		if _, twice := r.at[n]; !twice {
			r.at[n] = i
		}
	}
	return r
}

func (r *Row) begin(fields []string) {
	r.fields = fields
	clear(r.used)
}

// Get gives a column's text and takes it out of the rest; "" if it is absent or
// says that it is empty.
func (r *Row) Get(name string) string {
	i, ok := r.at[name]
	if !ok {
		return ""
	}
	r.used[i] = true
	return r.text(i)
}

func (r *Row) text(i int) string {
	text := strings.TrimSpace(r.fields[i])
	if slices.Contains(r.t.Absent[r.names[i]], text) {
		return ""
	}
	return text
}

// Rest adds the columns that were not asked for to the details.
func (r *Row) Rest(more *flatjson.Details) {
	for i := range r.fields {
		if !r.used[i] {
			more.Text(r.names[i], r.text(i))
		}
	}
}
