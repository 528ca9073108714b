// Package intelmq reads IntelMQ events: JSON objects with flat dotted keys, as
// JSON lines, in an array, or one per file. It owns the meaning of the keys. It
// may import core and feed; never infra, a desk or a door.
package intelmq

import (
	"bytes"
	"context"
	"io"

	"entente/internal/feed"
	"entente/internal/feed/flatjson"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "intelmq", Title: "IntelMQ events: JSON lines or a JSON array of objects with dotted keys",
		Mode: feed.Event, Time: "row", Label: "AMBER"}
}

// Detect looks for the keys that every IntelMQ event has.
func (Format) Detect(_ string, head []byte) int {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	first := bytes.TrimLeft(head, " \t\r\n")
	if len(first) == 0 || first[0] != '{' && first[0] != '[' {
		return 0
	}
	n := 0
	for _, key := range []string{`"classification.type"`, `"time.source"`, `"time.observation"`, `"source.ip"`, `"source.fqdn"`, `"source.url"`, `"source.asn"`, `"feed.name"`, `"feed.code"`, `"event_description.text"`, `"source.network"`} {
		if bytes.Contains(head, []byte(key)) {
			n++
		}
	}
	switch {
	case n == 0:
		return 0
	case n == 1:
		return 30
	case n == 2:
		return 80
	}
	return 95
}

// Read gives one row per event. Its number is its line in JSON lines, else its
// place in the array.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	els := flatjson.NewElements(in.Body)
	el, err := els.Next()
	if err == io.EOF {
		return &feed.Quarantine{Reason: "empty", Text: "the file holds no event", Remedy: "fetch it again, or leave it out"}
	}
	meta := feed.Meta{Feed: in.Options.Feed, Mode: feed.Event, Label: in.Options.Label}
	if meta.Feed == "" {
		meta.Feed = "intelmq"
	}
	if meta.Label == "" {
		meta.Label = "AMBER"
	}
	r := reader{zone: in.Options.Zone, now: in.Options.Now, label: meta.Label, obs: make([]feed.Observation, 1)}
	if err == nil && !known(r.scan(el)) {
		return &feed.Quarantine{Reason: "not-this-format", Text: "its first event has none of the keys of IntelMQ, such as source.ip or classification.type",
			Remedy: "name another format, or describe the file in a mapping for the format custom"}
	}
	if err != nil && err != flatjson.ErrTooLong {
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
		switch {
		case err == io.EOF:
			return nil
		case err == flatjson.ErrTooLong:
			err = reject(out, els, feed.LineTooLong, "")
		case err != nil:
			return err
		default:
			if why, field := r.row(el); why != 0 {
				err = reject(out, els, why, field)
			} else {
				err = out.Accept(els.Number(), r.obs)
			}
		}
		if err != nil {
			return err
		}
		el, err = els.Next()
	}
}

func reject(out feed.Sink, els *flatjson.Elements, why feed.Reason, field string) error {
	text := els.Text()
	return out.Reject(els.Number(), why, field, text[:min(len(text), 4<<10)])
}

// known tells whether fields hold a key of IntelMQ; fields that could not be
// scanned get the benefit of the doubt, so that one broken row is no quarantine.
func known(fs []flatjson.Field, err error) bool {
	if err != nil {
		return true
	}
	for i := range fs {
		if keyOf(fs[i].Key) != other {
			return true
		}
	}
	return false
}
