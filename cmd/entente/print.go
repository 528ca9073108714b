package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"entente/internal/feed/source"
)

// blockRows is how many rows of a text table are aligned together: a list of
// millions is printed as it is read.
const blockRows = 500

// sheet prints a list in the form that was asked for: an aligned table, CSV, one
// JSON object per line, or one JSON object that holds the list under its name.
// It writes rows as they come and keeps none.
type sheet struct {
	s       *session
	name    string
	columns []string
	rows    int
	csv     *csv.Writer
	table   *tabwriter.Writer
}

// sheet begins a list. Columns are the words over the table and, as they stand,
// the header of the CSV.
func (s *session) sheet(name string, columns ...string) *sheet {
	p := &sheet{s: s, name: name, columns: columns}
	if s.flags.csv {
		p.csv = csv.NewWriter(s.stdout)
	} else {
		p.table = tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	}
	return p
}

// add prints one row: form is its JSON, cells its columns.
func (p *sheet) add(form any, cells ...string) error {
	p.rows++
	switch {
	case p.s.flags.json:
		lead := ","
		if p.rows == 1 {
			lead = `{"` + p.name + `":[`
		}
		text, err := compactJSON(form)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(p.s.stdout, lead, text)
		return err
	case p.s.flags.jsonl:
		return p.s.printJSON(form)
	case p.s.flags.csv:
		if p.rows == 1 {
			if err := p.csv.Write(p.columns); err != nil {
				return err
			}
		}
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		return p.csv.Write(cells)
	}
	if p.rows == 1 {
		fmt.Fprintln(p.table, strings.ToUpper(strings.ReplaceAll(strings.Join(p.columns, "\t"), "_", " ")))
	}
	for i := range cells {
		cells[i] = orDash(cells[i])
	}
	fmt.Fprintln(p.table, strings.Join(cells, "\t"))
	if p.rows%blockRows == 0 {
		return p.table.Flush()
	}
	return nil
}

// end closes the list; errNothing if it is empty. more are further members of
// the one JSON object.
func (p *sheet) end(more ...member) error {
	switch {
	case p.s.flags.json:
		var b strings.Builder
		if p.rows == 0 {
			b.WriteString(`{"` + p.name + `":[`)
		}
		b.WriteString("]")
		for _, m := range more {
			text, err := compactJSON(m.value)
			if err != nil {
				return err
			}
			b.WriteString(`,"` + m.name + `":` + text)
		}
		b.WriteString("}\n")
		if _, err := fmt.Fprint(p.s.stdout, b.String()); err != nil {
			return err
		}
	case p.s.flags.csv:
		p.csv.Flush()
		if err := p.csv.Error(); err != nil {
			return err
		}
	default:
		if err := p.table.Flush(); err != nil {
			return err
		}
	}
	if p.rows == 0 {
		return errNothing
	}
	return nil
}

// member is one more member of a JSON object.
type member struct {
	name  string
	value any
}

// printJSON prints v as one JSON object and a line break.
func (s *session) printJSON(v any) error {
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func compactJSON(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// did tells what a command has done: form as JSON where that was asked for, else
// a sentence for people on standard error.
func (s *session) did(form any, format string, args ...any) error {
	if s.flags.json || s.flags.jsonl {
		return s.printJSON(form)
	}
	s.say(format, args...)
	return nil
}

// say prints a line for people, on standard error so that data stay clean.
func (s *session) say(format string, args ...any) {
	if !s.flags.quiet {
		fmt.Fprintf(s.stderr, format+"\n", args...)
	}
}

// again writes a command that works on the same data as this call. The address
// of a database may hold a password and is left out.
func (s *session) again(command string) string {
	call := "entente"
	if s.flags.config != "" {
		call += " --config " + s.flags.config
	}
	if s.flags.data != "" {
		call += " --data " + s.flags.data
	}
	if s.flags.store != "" {
		call += " --store …"
	}
	return source.Display(call + " " + command)
}

// cell keeps a spreadsheet from running a CSV cell as a formula.
func cell(text string) string {
	if text != "" {
		switch text[0] {
		case '=', '+', '-', '@', '\t', '\r':
			return "'" + text
		}
	}
	return text
}

func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n] + "…"
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// megabytes writes a size.
func megabytes(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
