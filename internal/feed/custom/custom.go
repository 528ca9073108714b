// Package custom reads CSV and JSON lines by a mapping file, so that a feed is
// added without a program. It owns the mapping's keys; docs/formats.md has them
// all, docs/examples has mappings that work. It may import core and feed; never
// infra, a desk or a door.
package custom

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/csvrow"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "custom", Title: "CSV or JSON lines, described by a mapping file", Time: "row, given, file, file name",
		Label: "AMBER", Verified: true, Needs: []string{"mapping"}}
}

// Detect is always 0: without a mapping no file is a custom one, and with one
// the format is chosen by it.
func (Format) Detect(string, []byte) int { return 0 }

// Read gives one row per CSV row below the header, or per line of JSON.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	if len(in.Options.Mapping) == 0 {
		return &feed.Quarantine{Reason: "needs-mapping", Text: "the format custom does not know what the columns mean", Remedy: "give --mapping FILE; docs/examples has some"}
	}
	m, err := ParseMapping(in.Options.Mapping)
	if err != nil {
		return &feed.Quarantine{Reason: "bad-mapping", Text: err.Error(), Remedy: fault.RemedyOf(err)}
	}
	src := bufio.NewReaderSize(in.Body, source.HeadSize)
	head, err := src.Peek(source.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again, or leave it out"}
	}
	meta, err := m.meta(in, head)
	if err != nil {
		return err
	}
	r := &row{m: m, now: in.Options.Now, snapshot: meta.Mode == feed.Snapshot, zone: m.Zone, class: m.Class, obs: make([]feed.Observation, 1)}
	if r.zone == nil {
		r.zone = in.Options.Zone
	}
	if r.class == 0 {
		r.class = in.Options.Class
	}
	if r.class == 0 && m.Fields["class"] == "" {
		return &feed.Quarantine{Reason: "needs-class", Text: "neither the mapping nor a column says what the values did", Remedy: "set class: in the mapping, or give --class"}
	}
	if m.CSV {
		return r.csv(ctx, src, meta, out)
	}
	return r.jsonLines(ctx, src, meta, out)
}

// meta decides feed, mode, label and snapshot time.
func (m *Mapping) meta(in feed.Input, head []byte) (feed.Meta, error) {
	o := in.Options
	if o.Zone == nil {
		in.Options.Zone = m.Zone
	}
	meta := feed.Meta{Feed: first(o.Feed, m.Feed, "custom"), Mode: m.Mode, Label: first(o.Label, m.Label, "AMBER")}
	if meta.Mode == 0 {
		meta.Mode = o.Mode
	}
	switch {
	case meta.Mode == 0 && m.Fields["time"] != "":
		meta.Mode = feed.Event
	case meta.Mode == 0:
		return meta, &feed.Quarantine{Reason: "needs-mode", Text: "the rows have no time and the mapping does not say that they are a list as of a time", Remedy: "set mode: snapshot in the mapping, or map time to a column"}
	case meta.Mode == feed.Event && m.Fields["time"] == "":
		return meta, &feed.Quarantine{Reason: "no-time", Text: "rows that are events need a time", Remedy: "map time to a column, or set mode: snapshot"}
	}
	if meta.Mode == feed.Snapshot {
		at, ok := clock.AsOf(in, head, source.Base(in.Name))
		if !ok {
			return meta, &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future", Remedy: "give --as-of with date, time and zone"}
		}
		meta.Snapshot = at.UTC()
	}
	return meta, nil
}

func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// csv reads a CSV file.
func (r *row) csv(ctx context.Context, src io.Reader, meta feed.Meta, out feed.Sink) error {
	rows := csvrow.New(src, csvrow.Options{Comma: r.m.Comma, Comment: r.m.Comment, Tolerant: true})
	names := r.m.Columns
	if len(names) == 0 {
		header, err := rows.Next()
		if _, bad := err.(csvrow.RowError); bad || err == io.EOF {
			return &feed.Quarantine{Reason: "missing-columns", Text: "the first row is no header", Remedy: "name the columns in the mapping, under columns, if the file has no header"}
		}
		if err != nil {
			return err
		}
		names = append([]string(nil), header...)
		for i := range names {
			names[i] = strings.TrimSpace(names[i])
		}
	}
	if absent := r.bind(names); len(absent) > 0 {
		return &feed.Quarantine{Reason: "missing-columns", Text: "columns of the mapping that the file does not have: " + strings.Join(absent, ", ") + "; it has: " + source.Display(strings.Join(names, ", ")),
			Remedy: "mend the mapping, or ask the producer what changed"}
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		cells, err := rows.Next()
		why, field := feed.Reason(0), ""
		switch {
		case err == nil:
			why, field = r.fromCells(cells)
		case err == io.EOF:
			return nil
		case err == csvrow.ErrTooLong:
			why = feed.LineTooLong
		case err == csvrow.ErrText:
			why = feed.BadText
		case errors.As(err, new(csvrow.RowError)):
			why = feed.BadRow
		default:
			return err
		}
		if err := r.tell(out, rows.Line(), why, field, rows.Raw()); err != nil {
			return err
		}
	}
}

// jsonLines reads JSON lines, or an array of objects.
func (r *row) jsonLines(ctx context.Context, src io.Reader, meta feed.Meta, out feed.Sink) error {
	r.want()
	if err := out.Begin(meta); err != nil {
		return err
	}
	els := flatjson.NewElements(src)
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		el, err := els.Next()
		why, field := feed.Reason(0), ""
		switch err {
		case nil:
			why, field = r.fromObject(el)
		case io.EOF:
			return nil
		case flatjson.ErrTooLong:
			why = feed.LineTooLong
		default:
			return err
		}
		if err := r.tell(out, els.Number(), why, field, els.Text()); err != nil {
			return err
		}
	}
}

// tell gives the row to the sink.
func (r *row) tell(out feed.Sink, line int64, why feed.Reason, field string, text []byte) error {
	if why != 0 {
		return out.Reject(line, why, field, text[:min(len(text), 4<<10)])
	}
	return out.Accept(line, r.obs)
}
