// Package misp reads MISP events: exports and answers of the API ({"Event":...},
// {"response":[...]}), the files of a MISP feed, and lists of attributes. It
// owns which attribute types name something that acts, and what the tags of
// taxonomies and galaxies mean. It may import core and feed; never infra, a desk
// or a door.
//
// What holds for a whole event (its tags) may stand behind its attributes, so a
// text is kept (package spool) and read more than once.
package misp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"

	"entente/internal/core/sharing"
	"entente/internal/feed"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
	"entente/internal/feed/spool"
)

var (
	_ feed.Format    = Format{}
	_ feed.Describer = Format{}
)

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// longText is the longest text of an attribute that is kept; samples and
// attachments are longer.
const longText = 64 << 10

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "misp", Title: "MISP events and feeds (JSON)", Mode: feed.Event, Time: "row", Label: "AMBER",
		Verified: true, Needs: []string{"class where no tag says it"}}
}

// shapes are the places where an event's keys may stand.
var shapes = []string{"", "Event.", "response[].Event.", "[].Event.", "[].", "response."}

// Detect looks for attributes, else for the keys that only events have.
func (Format) Detect(_ string, head []byte) int {
	says := flatjson.Outline(head)
	has := func(path string) bool { _, ok := says[path]; return ok }
	for _, at := range shapes {
		for _, list := range []string{"Attribute[].", "Object[].Attribute[]."} {
			if has(at+list+"to_ids") && has(at+list+"type") && has(at+list+"value") {
				return 95
			}
		}
		n := 0
		for _, key := range []string{"info", "threat_level_id", "analysis", "publish_timestamp", "Orgc", "orgc_id", "date"} {
			if has(at + key) {
				n++
			}
		}
		if n >= 4 && (has(at+"threat_level_id") || has(at+"publish_timestamp")) {
			return 92
		}
	}
	return 0
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{32},[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\r?\n`)
)

// Describes tells whether a file is one of those beside the events of a MISP
// feed: its manifest, or the hashes of the values in it.
func (Format) Describes(name string, head []byte) bool {
	switch source.Base(name) {
	case "hashes.csv":
		return hashForm.Match(head)
	case "manifest.json":
		for path := range flatjson.Outline(head) {
			if id, key, _ := strings.Cut(path, "."); uuidForm.MatchString(id) && (key == "info" || key == "timestamp" || key == "Orgc") {
				return true
			}
		}
		return len(bytes.TrimSpace(head)) > 0 && flatjson.Empty(head) // a feed without events
	}
	return false
}

// errFound ends a look for one thing.
var errFound = errors.New("found")

// Read gives one row per attribute that is marked for detection (to_ids), or
// whose type names something that acts. Its number is the attribute's place in
// the file.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	text, err := spool.Keep(flatjson.Shorten(in.Body, longText))
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }()
	w := walker{ctx: ctx, text: text}
	r := &reader{opt: in.Options, obs: make([]feed.Observation, 1)}
	meta, err := r.look(w)
	if err != nil {
		return err
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	w.attribute = func(place int64, h *header, thing *object, raw []byte, bad error) error {
		why, field, isRow := r.row(h, thing, raw, bad)
		switch {
		case !isRow:
			return nil
		case why != 0:
			return out.Reject(place, why, field, raw[:min(len(raw), 4<<10)])
		}
		return out.Accept(place, r.obs)
	}
	if err := w.walk(); err != flatjson.ErrShape {
		return err
	}
	return out.Reject(w.place+1, feed.BadRow, "", nil) // brackets of two kinds that match in number only
}

// look reads what must be known before the first row: that these are events, the
// loosest label of them, and that something says what the rows did.
func (r *reader) look(w walker) (feed.Meta, error) {
	meta := feed.Meta{Feed: r.opt.Feed, Mode: feed.Event, Label: r.opt.Label}
	if meta.Feed == "" {
		meta.Feed = "misp"
	}
	events, rows, classed := 0, 0, r.opt.Class != 0
	loosest := sharing.NoTLP
	w.event = func(h *header) error {
		if h.event {
			events++
		}
		if h.rows {
			rows++
			if l := h.tlp(); loosest == sharing.NoTLP || l < loosest {
				loosest = l
			}
			classed = classed || h.class != 0
		}
		return nil
	}
	err := w.walk()
	switch {
	case err == io.EOF:
		return meta, &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again, or leave it out"}
	case err == flatjson.ErrShape:
		return meta, &feed.Quarantine{Reason: "damaged", Text: "it is broken JSON or ends in the middle, and what an event says of its attributes may stand at its end", Remedy: "fetch it again"}
	case err != nil:
		return meta, err
	case events == 0 && rows == 0:
		return meta, &feed.Quarantine{Reason: "not-this-format", Text: "it holds neither a MISP event nor attributes (Event, response, Attribute)",
			Remedy: "name another format, or describe the file in a mapping for the format custom"}
	}
	if meta.Label == "" {
		meta.Label = max(loosest, sharing.Clear).String()
		if loosest == sharing.NoTLP {
			meta.Label = "AMBER"
		}
	}
	r.label = meta.Label
	if classed {
		return meta, nil
	}
	return meta, r.needsClass(w)
}

// needsClass is the quarantine of a file in which no tag gives a class to any
// attribute that would be a row of its own.
func (r *reader) needsClass(w walker) error {
	unclassed := false
	w.event = nil
	w.attribute = func(_ int64, h *header, thing *object, raw []byte, bad error) error {
		why, field, isRow := r.row(h, thing, raw, bad)
		if isRow && why == 0 && !r.obs[0].Context {
			return errFound
		}
		unclassed = unclassed || why == feed.BadClass && field == "Tag"
		return nil
	}
	switch err := w.walk(); {
	case err == errFound, err == flatjson.ErrShape, err == nil && !unclassed:
		return nil
	case err != nil:
		return err
	}
	return &feed.Quarantine{Reason: "needs-class", Text: "no tag of the taxonomies rsit, ecsirt, europol-event, circl or kill-chain says what its values did",
		Remedy: "give --class, such as --class malware-distribution"}
}
