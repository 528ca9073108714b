// Package abusech reads the public feeds of abuse.ch: URLhaus (CSV), Feodo
// Tracker (CSV and JSON) and the SSL Blacklist (CSV). It owns their columns,
// their clock (UTC) and their quirks. It may import core and feed; never
// infra, a desk or a door.
//
// A file whose comment states when it was made ("# Last updated: ...") is a
// list as of that time, and so is one given with --as-of or --mode snapshot;
// any other is read as events at the rows' own times.
package abusech

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/csvrow"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

// Formats lists the formats of this folder.
func Formats() []feed.Format { return []feed.Format{URLhaus{}, Feodo{}, SSLBL{}} }

// peeked gives the beginning of a file without taking it.
func peeked(r io.Reader) ([]byte, io.Reader, error) {
	head := make([]byte, source.HeadSize)
	n, err := io.ReadFull(r, head)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		return head[:n], bytes.NewReader(head[:n]), nil
	}
	return head[:n], io.MultiReader(bytes.NewReader(head[:n]), r), err
}

// meta decides the mode and the snapshot's time.
func meta(name string, in feed.Input, head []byte) (feed.Meta, error) {
	o := in.Options
	m := feed.Meta{Feed: o.Feed, Mode: o.Mode, Label: o.Label}
	if m.Feed == "" {
		m.Feed = name
	}
	if m.Label == "" {
		m.Label = "CLEAR"
	}
	if o.Zone == nil {
		in.Options.Zone = time.UTC // abuse.ch states all its times in UTC
	}
	_, stated := clock.Header(head)
	if m.Mode == 0 {
		m.Mode = feed.Event
		if stated || !o.AsOf.IsZero() {
			m.Mode = feed.Snapshot
		}
	}
	if m.Mode == feed.Snapshot {
		at, ok := clock.AsOf(in, head, source.Base(in.Name))
		if !ok {
			return m, &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future", Remedy: "give --as-of with date, time and zone"}
		}
		m.Snapshot = at.UTC()
	}
	return m, nil
}

// table says how one CSV feed is read.
type table struct {
	name     string
	columns  []string          // as the feed has them now, for a file without a header
	old      map[string]string // other names that columns had or have
	required []string
	like     func(fields []string) bool // a data row of this feed
	row      func(r *row) (feed.Reason, string)
}

// detect is 90 for a header of the feed, 75 where most first rows look like its.
func (t table) detect(head []byte) int {
	names, _ := t.header(head)
	if len(names) > 0 && (len(t.columns) == 0 || &names[0] != &t.columns[0]) {
		return 90
	}
	rows, like := 0, 0
	r := csvrow.New(bytes.NewReader(head), csvrow.Options{Comment: '#', Tolerant: true})
	for rows < 50 {
		fields, err := r.Next()
		if _, bad := err.(csvrow.RowError); bad {
			rows++
			continue
		}
		if err != nil {
			break
		}
		rows++
		if t.like(fields) {
			like++
		}
	}
	if like == 0 || 2*like < rows {
		return 0
	}
	return 75
}

// read reads a CSV file of the feed.
func (t table) read(ctx context.Context, in feed.Input, out feed.Sink) error {
	head, body, err := peeked(in.Body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again; a list without entries has at least its comments"}
	}
	names, comment := t.header(head)
	if t.detect(head) == 0 && !onlyComments(head) {
		return &feed.Quarantine{Reason: "not-this-format", Text: "neither its header nor its first rows are those of " + t.name + " (" + strings.Join(t.columns, ",") + ")",
			Remedy: "name another format, or describe the columns in a mapping for the format custom"}
	}
	m, err := meta(t.name, in, head)
	if err != nil {
		return err
	}
	m.Drift = t.drift(names)
	if err := out.Begin(m); err != nil {
		return err
	}
	r := row{at: map[string]int{}, now: in.Options.Now}
	for i, n := range names {
		r.at[n] = i
	}
	return t.rows(ctx, csvrow.New(body, csvrow.Options{Comment: '#', Tolerant: true}), r, names, !comment, out)
}

func (t table) rows(ctx context.Context, src *csvrow.Reader, r row, names []string, skip bool, out feed.Sink) error {
	var more flatjson.Details
	obs := make([]feed.Observation, 1)
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		fields, err := src.Next()
		why, field := feed.Reason(0), ""
		switch e := err.(type) {
		case nil:
			if skip && has(t.rename(append([]string(nil), fields...)), t.required) {
				skip = false // the header is no row
				continue
			}
			r.fields, r.used, r.obs = fields, append(r.used[:0], make([]bool, len(fields))...), feed.Observation{}
			if len(fields) != len(names) {
				why = feed.BadRow
			} else {
				why, field = t.row(&r)
			}
		case csvrow.RowError:
			why = reasonOf(e)
		default:
			if err == io.EOF {
				return nil
			}
			return err
		}
		if why != 0 {
			text := src.Raw()
			if err := out.Reject(src.Line(), why, field, text[:min(len(text), 4<<10)]); err != nil {
				return err
			}
			continue
		}
		for i, f := range fields {
			if !r.used[i] {
				more.Text(names[i], strings.TrimSpace(f))
			}
		}
		obs[0] = r.obs
		obs[0].Details = more.Take()
		if err := out.Accept(src.Line(), obs); err != nil {
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

// onlyComments tells whether head holds comments and nothing else: a list that
// is empty now.
func onlyComments(head []byte) bool {
	for line := range bytes.Lines(head) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}
