// Package drop reads the DROP lists of Spamhaus, networks and autonomous systems
// from which nothing good comes: the text form (DROP, EDROP, DROPv6, ASN-DROP)
// and the JSON lines form. It owns their rows, their header and their metadata
// line. It may import core and feed; never infra, a desk or a door.
//
// The lists are advice whom not to talk to: context, never a case.
package drop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"

	"entente/internal/core/rsit"
	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/lines"
	"entente/internal/feed/source"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "drop", Title: "Spamhaus DROP, EDROP, DROPv6 and ASN-DROP (text, JSON lines)", Mode: feed.Snapshot, Time: "file, given, file name", Label: "CLEAR", Verified: true}
}

// Read gives one row per network or autonomous system, as of the time that the
// header or the metadata line states.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	body := bufio.NewReaderSize(in.Body, source.HeadSize)
	head, err := body.Peek(source.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again; a list without entries has at least its header or its metadata line"}
	}
	list, q := look(in.Name, head)
	if q != nil {
		return q
	}
	if flatjson.IsJSON(head) {
		return readJSON(ctx, in, body, list, out)
	}
	meta, r, q := begin(in, head, list)
	if q != nil {
		return q
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	return r.text(ctx, lines.New(body), out)
}

// begin decides the mode and the time of the list and makes the reader.
func begin(in feed.Input, head []byte, list string) (feed.Meta, *reader, *feed.Quarantine) {
	o := in.Options
	m := feed.Meta{Feed: o.Feed, Mode: o.Mode, Label: o.Label}
	if m.Feed == "" {
		m.Feed = "drop/" + list
	}
	if m.Label == "" {
		m.Label = "CLEAR"
	}
	if m.Mode == 0 {
		m.Mode = feed.Snapshot
	}
	at, ok := clock.AsOf(in, head, source.Base(in.Name))
	if !ok {
		return m, nil, &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future", Remedy: "give --as-of with date, time and zone"}
	}
	r := &reader{obs: make([]feed.Observation, 1), like: feed.Observation{Class: rsit.Blocklist, Said: said(list)}}
	if m.Mode == feed.Snapshot {
		m.Snapshot = at.UTC()
	} else {
		r.like.Time = at.UnixMicro()
	}
	return m, r, nil
}

// mostHeld is how much of a file in JSON lines is held to find its time, which
// stands in the last line: the producer's lists have some 100 KB.
const mostHeld = 16 << 20

// readJSON reads JSON lines. The metadata line stands last, and the sink must
// know the time of the list before the first row: so the file is held up to its
// end, or up to a limit behind which the time must be given.
func readJSON(ctx context.Context, in feed.Input, body io.Reader, list string, out feed.Sink) error {
	held, err := io.ReadAll(io.LimitReader(body, mostHeld))
	if err != nil {
		return err
	}
	var drift []string
	if in.Options.AsOf.IsZero() {
		if len(held) == mostHeld {
			return &feed.Quarantine{Reason: "no-time", Text: fmt.Sprintf("the list is longer than %d MiB, and its time stands in its last line", mostHeld>>20), Remedy: "give --as-of with date, time and zone"}
		}
		var made metadata
		made, drift = last(held)
		if clock.Bounds(made.micros, in.Options.Now) {
			in.Options.AsOf = made.time()
		}
	}
	meta, r, q := begin(in, nil, list)
	if q != nil {
		return q
	}
	meta.Drift = drift
	if err := out.Begin(meta); err != nil {
		return err
	}
	return flatjson.Each(ctx, flatjson.NewElements(io.MultiReader(bytes.NewReader(held), body)), out, r.object)
}
