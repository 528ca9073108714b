// Package stix reads STIX 2.1 (and 2.0 where it says the same): bundles, TAXII
// envelopes and single objects. Rows are indicators whose pattern is a list of
// values, observed data, and sightings of either. It owns patterns, markings and
// the words that give a class. It may import core and feed; never infra, a desk
// or a door.
//
// A reference may point forwards or backwards, so a text is kept (package spool),
// indexed once and then read; the index is bounded (see index).
package stix

import (
	"context"
	"errors"
	"io"
	"strings"

	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/spool"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// longText is the longest text of an object that is kept; artifacts are longer.
const longText = 256 << 10

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "stix", Title: "STIX 2.1 and 2.0: indicators, observed data and sightings (JSON)", Mode: feed.Event, Time: "row",
		Label: "AMBER", Verified: true, Needs: []string{"class where no label says it"}}
}

// Detect looks for a bundle, a list of objects, or one object.
func (Format) Detect(_ string, head []byte) int {
	says := flatjson.Outline(head)
	has := func(path string) bool { _, ok := says[path]; return ok }
	for _, at := range []string{"", "[]."} {
		for _, in := range []string{at + "objects[].", at} {
			kind, _, typed := strings.Cut(says[in+"id"], "--")
			if typed && kind != "bundle" && has(in+"type") && (has(in+"spec_version") || has(in+"created") || has(at+"spec_version")) {
				return 95
			}
		}
		if says[at+"type"] == "bundle" && strings.HasPrefix(says[at+"id"], "bundle--") {
			return 95
		}
	}
	return 0
}

// errFound ends a look for one thing.
var errFound = errors.New("found")

// Read gives one row per indicator, observed data and sighting. Its number is
// the object's place in the file.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	text, err := spool.Keep(flatjson.Shorten(in.Body, longText))
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }()
	r := &reader{ctx: ctx, opt: in.Options, text: text, index: newIndex()}
	meta, err := r.look()
	if err != nil {
		return err
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	last := int64(0)
	err = r.walk(func(place, at int64, raw []byte, bad error) error {
		last = place
		why, field, isRow := r.row(at, raw, bad)
		switch {
		case !isRow:
			return nil
		case why != 0:
			return out.Reject(place, why, field, raw[:min(len(raw), 4<<10)])
		}
		return out.Accept(place, r.obs)
	})
	if err == flatjson.ErrShape {
		return out.Reject(last+1, feed.BadRow, "", nil) // what follows the break is lost
	}
	return err
}

// look reads all objects once: what others refer to, the loosest label of the
// rows, and whether anything says what they did.
func (r *reader) look() (feed.Meta, error) {
	meta := feed.Meta{Feed: r.opt.Feed, Mode: feed.Event, Label: r.opt.Label}
	if meta.Feed == "" {
		meta.Feed = "stix"
	}
	objects := 0
	err := r.walk(func(_, at int64, raw []byte, bad error) error {
		if fs, err := flatjson.Object(raw, r.fields[:0]); bad == nil && err == nil {
			r.fields = fs
			if r.index.add(at, len(raw), fs) {
				objects++
			}
		}
		return nil
	})
	switch {
	case err == io.EOF:
		return meta, &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again, or leave it out"}
	case err == flatjson.ErrShape && objects == 0, err == nil && objects == 0 && !r.bundled:
		return meta, &feed.Quarantine{Reason: "not-this-format", Text: "it holds neither a STIX bundle nor an object with type and id",
			Remedy: "name another format, or describe the file in a mapping for the format custom"}
	case err != nil && err != flatjson.ErrShape:
		return meta, err
	}
	if meta.Label == "" {
		meta.Label = r.index.loosest().String()
	}
	r.label = sharing.StrictestTLP(meta.Label, "")
	return meta, r.needsClass()
}

// needsClass is the quarantine of a file in which nothing gives a class to any
// row.
func (r *reader) needsClass() error {
	if r.opt.Class != 0 {
		return nil
	}
	unclassed := false
	err := r.walk(func(_, at int64, raw []byte, bad error) error {
		why, _, isRow := r.row(at, raw, bad)
		if isRow && why == 0 && !r.obs[0].Context {
			return errFound
		}
		unclassed = unclassed || why == feed.BadClass
		return nil
	})
	switch {
	case err == errFound, (err == nil || err == flatjson.ErrShape) && !unclassed:
		return nil
	case err != nil && err != flatjson.ErrShape:
		return err
	}
	return &feed.Quarantine{Reason: "needs-class", Text: "no label, indicator type, kill chain phase or infrastructure says what its values did",
		Remedy: "give --class, such as --class c2-server"}
}

// walk calls each at every object of the text, with its place from 1, its offset
// and its bytes, or ErrTooLong and its beginning. io.EOF stands for a text
// without any.
func (r *reader) walk(each func(place, at int64, raw []byte, bad error) error) error {
	c := flatjson.NewCursor(r.text.From(0))
	place := int64(0)
	one := func(c *flatjson.Cursor) error {
		if _, err := c.Peek(); err != nil {
			return err
		}
		if place++; place&1023 == 0 {
			if err := r.ctx.Err(); err != nil {
				return err
			}
		}
		at := c.Pos()
		raw, err := c.Raw()
		switch err {
		case nil:
			return each(place, at, raw, nil)
		case flatjson.ErrTooLong:
			return each(place, at, c.Text(), err)
		}
		return err
	}
	for n := 0; ; n++ {
		b, err := c.Peek()
		switch {
		case err == io.EOF && n > 0:
			return nil
		case err != nil:
			return err
		case b == '[':
			err = c.Array(func() error { return r.scope(c, one) })
		case b == '{':
			err = r.scope(c, one)
		default:
			return flatjson.ErrShape
		}
		if err != nil {
			return err
		}
	}
}

// scope takes a bundle or envelope apart; any other value is one object.
func (r *reader) scope(c *flatjson.Cursor, one func(*flatjson.Cursor) error) error {
	b, err := c.Peek()
	if err != nil {
		return err
	}
	if b != '{' {
		return one(c)
	}
	at, bundle := c.Pos(), false
	err = c.Object(func(key string) error {
		b, err := c.Peek()
		if err != nil {
			return err
		}
		if key != "objects" || b != '[' {
			return c.Skip()
		}
		bundle, r.bundled = true, true
		return c.Array(func() error { return one(c) })
	})
	if err != nil || bundle {
		return err
	}
	return one(flatjson.NewCursor(io.NewSectionReader(r.text, at, c.Pos()-at)).From(at))
}
