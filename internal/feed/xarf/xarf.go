// Package xarf reads reports in the eXtended Abuse Reporting Format: version 4,
// and version 3 as far as it names what acts. One JSON object per line, in one
// array, or one after another. It owns the meaning of the fields and the class
// of each type. It may import core and feed; never infra, a desk or a door.
package xarf

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// longText is the longest text that is kept. Evidence of more bytes is kept by
// its description, hash and size; the raw input has it.
const longText = 4 << 10

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "xarf", Title: "XARF abuse reports, versions 4 and 3 (JSON, JSON lines)",
		Mode: feed.Event, Time: "row", Label: "AMBER", Verified: true}
}

// Detect looks for the keys that every report has.
func (Format) Detect(_ string, head []byte) int {
	says := flatjson.Outline(head)
	for _, at := range []string{"", "[]."} {
		if strings.HasPrefix(says[at+"xarf_version"], "4") {
			return 96
		}
		_, reporter := says[at+"ReporterInfo"]
		_, report := says[at+"Report.ReportType"]
		if reporter && report {
			return 95
		}
	}
	return 0
}

// Read gives one row per report. Its number is its line in JSON lines, else its
// place.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	els := flatjson.NewElements(flatjson.Shorten(in.Body, longText))
	el, err := els.Next()
	if err == io.EOF {
		return &feed.Quarantine{Reason: "empty", Text: "the file holds no report", Remedy: "fetch it again, or leave it out"}
	}
	meta := feed.Meta{Feed: in.Options.Feed, Mode: feed.Event, Label: in.Options.Label}
	if meta.Feed == "" {
		meta.Feed = "xarf"
	}
	if meta.Label == "" {
		meta.Label = "AMBER"
	}
	r := reader{zone: in.Options.Zone, now: in.Options.Now, label: meta.Label, family: strings.ToLower(in.Options.Family), obs: make([]feed.Observation, 1)}
	switch err {
	case nil:
		if fs, bad := flatjson.Object(el, nil); bad == nil && version(fs) == 0 {
			return &feed.Quarantine{Reason: "not-this-format", Text: "its first object has neither xarf_version (version 4) nor ReporterInfo and Report (version 3)",
				Remedy: "name another format, or describe the file in a mapping for the format custom"}
		}
	case flatjson.ErrTooLong:
	default:
		return err
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
		why, field := feed.LineTooLong, ""
		switch err {
		case nil:
			why, field = r.row(el)
		case flatjson.ErrTooLong:
		case io.EOF:
			return nil
		default:
			return err
		}
		if why != 0 {
			text := els.Text()
			err = out.Reject(els.Number(), why, field, text[:min(len(text), 4<<10)])
		} else {
			err = out.Accept(els.Number(), r.obs)
		}
		if err != nil {
			return err
		}
		el, err = els.Next()
	}
}

// Is tells whether a text is one report of XARF.
func Is(text []byte) bool {
	fs, err := flatjson.Object(text, nil)
	return err == nil && version(fs) != 0
}

// Report reads one report that came in something else, such as a mail. label is
// the file's.
func Report(text []byte, o feed.Options, label string) (feed.Observation, feed.Reason, string) {
	short, _ := io.ReadAll(flatjson.Shorten(bytes.NewReader(text), longText))
	r := reader{zone: o.Zone, now: o.Now, label: label, family: strings.ToLower(o.Family), obs: make([]feed.Observation, 1)}
	why, field := r.row(short)
	return r.obs[0], why, field
}

// version tells which version of XARF an object is written in, 0 for none.
func version(fs []flatjson.Field) int {
	reporter, report := false, false
	for i := range fs {
		switch string(fs[i].Key) {
		case "xarf_version":
			return 4
		case "ReporterInfo":
			reporter = true
		case "Report":
			report = fs[i].Kind == flatjson.Nested
		}
	}
	if reporter && report {
		return 3
	}
	return 0
}

// reader is the work space of one Read.
type reader struct {
	zone   *time.Location
	now    time.Time
	label  string
	family string // where a report names none

	fields []flatjson.Field
	obs    []feed.Observation
	more   flatjson.Details
}

// stricter gives a report's own label where it is stricter than the file's.
func (r *reader) stricter(own string) string {
	if own == "" {
		return ""
	}
	if s := sharing.StrictestTLP(r.label, own); s != sharing.StrictestTLP(r.label, "") {
		return s
	}
	return ""
}
