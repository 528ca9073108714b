// Package n6 reads the events of n6, the platform of CERT Polska: the JSON array
// and the JSON lines of its REST API and the messages of its Stream API. It owns
// the meaning of the keys and categories. It may import core and feed; never
// infra, a desk or a door.
package n6

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"entente/internal/feed"
	"entente/internal/feed/columns"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "n6", Title: "n6 events of CERT Polska: JSON array or JSON lines", Mode: feed.Event, Time: "row", Label: defaultLabel}
}

// Detect looks in the first events for the keys that n6 always writes, and for
// a category that is n6's own.
func (Format) Detect(_ string, head []byte) int {
	if !flatjson.IsJSON(head) {
		return 0
	}
	best := 0
	flatjson.First(head, 20, func(fs []flatjson.Field) bool {
		best = max(best, likeness(fs))
		return best < 95
	})
	return best
}

// likeness is 95 for an event with the keys that n6 always writes, 85 for one
// with a category of n6 and some of them: the messages of older streams lack
// the restriction.
func likeness(fs []flatjson.Field) int {
	n, categorised, timed := 0, false, false
	for i := range fs {
		f := &fs[i]
		switch string(f.Key) {
		case "category":
			_, categorised = categories[string(f.Text())]
		case "time":
			timed = f.Kind == flatjson.String
		case "id", "source", "restriction", "confidence":
			n++
		}
	}
	switch {
	case !categorised || !timed || n < 2:
		return 0
	case n == 4:
		return 95
	}
	return 85
}

// Read gives one row per event, with one observation per address. Its number is
// its line in JSON lines, else its place in the array.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	body := bufio.NewReaderSize(in.Body, source.HeadSize)
	head, err := body.Peek(source.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	if q := refused(head); q != nil {
		return q
	}
	labels, floor := labelsFor(in.Options.Label)
	meta := feed.Meta{Feed: in.Options.Feed, Mode: feed.Event, Label: floor}
	if meta.Feed == "" {
		meta.Feed = "n6"
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	r := reader{zone: in.Options.Zone, now: in.Options.Now, labels: labels}
	return flatjson.Each(ctx, flatjson.NewElements(body), out, r.row)
}

// refused says why a file is set aside: nothing in it, or first events without
// what no event can lack. Events that cannot be read get the benefit of the
// doubt, so that one broken row is no quarantine.
func refused(head []byte) *feed.Quarantine {
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty; n6 answers [] where there is no event", Remedy: "fetch it again, or leave it out"}
	}
	objects, ours := 0, false
	found := map[string]bool{}
	var keys []string
	flatjson.First(head, 50, func(fs []flatjson.Field) bool {
		objects++
		for i := range fs {
			key := string(fs[i].Key)
			if keyOf(fs[i].Key) != other || key == "restriction" || key == "confidence" {
				ours = true
			}
			if len(keys) < 20 && !found[key] {
				keys = append(keys, key)
			}
			found[key] = true
		}
		return !found["category"] || !found["time"]
	})
	switch {
	case objects == 0 && !flatjson.IsJSON(head), objects > 0 && !ours:
		return &feed.Quarantine{Reason: "not-this-format", Text: "its first events have none of the keys of n6, such as category or address",
			Remedy: "name another format, or describe the file in a mapping for the format custom"}
	case objects > 0 && (!found["category"] || !found["time"]):
		return &feed.Quarantine{Reason: "missing-columns", Text: "an n6 event needs category and time; the first events have " + columns.List(keys),
			Remedy: "fetch them again with all attributes"}
	}
	return nil
}
