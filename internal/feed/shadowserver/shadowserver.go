// Package shadowserver reads the CSV reports of the Shadowserver Foundation.
//
// It owns their report types and columns, old and new, the class of each type,
// their clock (UTC without a zone) and their quirks. It may import core, feed,
// feed/csvrow and feed/clock; never infra, a desk or a door. docs/formats/shadowserver.md
// describes it for users, docs/classes.md gives the class of each type.
package shadowserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"entente/internal/feed"
	"entente/internal/feed/csvrow"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{
		Name:     "shadowserver",
		Title:    "Shadowserver reports (CSV), all types, old and new headers",
		Mode:     feed.Event,
		Time:     "row",
		Label:    defaultLabel,
		Verified: true,
	}
}

// Shadowserver sends its reports for the receiver and its clients.
const defaultLabel = "AMBER"

// Detect is sure when the file's name and its header agree on a report type,
// nearly so when the header alone fits one. A file that lacks columns which its
// type needs is still ours to set aside.
func (Format) Detect(name string, head []byte) int {
	header, err := csvrow.New(bytes.NewReader(head), csvrow.Options{Tolerant: true}).Next()
	if err != nil || len(header) > mostColumns {
		return 0
	}
	cat := tables()
	h := newHeader(header)
	byName, _ := cat.fromFileName(name)
	switch {
	case byName != nil && h.missing(byName) == "":
		return 100
	case byName == nil && cat.byHeader(h, nil) != nil:
		return 90
	case byName != nil && h.fit(byName) >= 0.2:
		return 60
	}
	return 0
}

// Read calls out.Accept or out.Reject once per row, in file order. Times are
// UTC, as the producer says. A bad row is no error. Read fails with a
// *feed.Quarantine before Begin when the report type is not known or a column
// that the type needs is absent, later only when the body fails, out fails or
// ctx ends.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	rows := csvrow.New(in.Body, csvrow.Options{Tolerant: true})
	fields, err := rows.Next()
	switch {
	case err == io.EOF:
		return &feed.Quarantine{Reason: "empty", Text: "the file has no header line", Remedy: "fetch the report again"}
	case isRowError(err):
		return &feed.Quarantine{Reason: "not-this-format", Text: "the first line is no CSV header: " + err.Error(),
			Remedy: "say with --format what the file is"}
	case err != nil:
		return fmt.Errorf("read %s: %w", in.Name, err)
	case len(fields) > mostColumns:
		return &feed.Quarantine{Reason: "not-this-format", Text: fmt.Sprintf("the first line has %d columns, no report has %d", len(fields), mostColumns),
			Remedy: "say with --format what the file is"}
	}
	h := newHeader(fields)
	// The first row is read before Begin: it may tell types apart whose headers
	// are alike.
	fields, err = rows.Next()
	rep, q := tables().choose(in, h, fields)
	if q != nil {
		return q
	}
	if missing := h.missing(rep); missing != "" {
		return &feed.Quarantine{Reason: "missing-columns",
			Text:   fmt.Sprintf("a %s report needs the column %s; the file has %s", rep.name, missing, h.list()),
			Remedy: "check the report type (--report), or fetch the report again"}
	}
	meta := feed.Meta{Feed: "shadowserver/" + rep.name, Mode: feed.Event, Label: defaultLabel, Drift: h.drift(rep)}
	if in.Options.Feed != "" {
		meta.Feed = in.Options.Feed
	}
	if in.Options.Label != "" {
		meta.Label = in.Options.Label
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	r := newReader(rep, h, in.Options.Now)
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		switch {
		case err == io.EOF:
			return nil
		case isRowError(err):
			err = out.Reject(rows.Line(), reasonOf(err), "", rows.Raw())
		case err != nil:
			return fmt.Errorf("read %s: %w", in.Name, err)
		default:
			if why, field := r.read(fields); why != 0 {
				err = out.Reject(rows.Line(), why, field, rows.Raw())
			} else {
				err = out.Accept(rows.Line(), r.obs[:])
			}
		}
		if err != nil {
			return err
		}
		fields, err = rows.Next()
	}
}

func isRowError(err error) bool {
	if err == nil {
		return false // before row, which costs an allocation
	}
	var row csvrow.RowError
	return errors.As(err, &row)
}

func reasonOf(err error) feed.Reason {
	switch {
	case errors.Is(err, csvrow.ErrTooLong):
		return feed.LineTooLong
	case errors.Is(err, csvrow.ErrText):
		return feed.BadText
	}
	return feed.BadRow
}
