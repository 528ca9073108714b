// Package phishtank reads the database of PhishTank, CSV and JSON: URLs that its
// community holds for phishing. It owns their columns and keys. It may import
// core and feed; never infra, a desk or a door.
//
// The database is a list: what is verified and online now. It does not say when
// it was made, so the time is found as that of a plain list (clock.AsOf). That
// a URL is no longer on it means that it is offline, or no longer held for
// phishing.
package phishtank

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"entente/internal/feed"
	"entente/internal/feed/clock"
	"entente/internal/feed/columns"
	"entente/internal/feed/flatjson"
	"entente/internal/feed/source"
)

var _ feed.Format = Format{}

// Format keeps no state, so many goroutines may share one.
type Format struct{}

// Info says what the format is.
func (Format) Info() feed.Info {
	return feed.Info{Name: "phishtank", Title: "PhishTank: phishing URLs (CSV, JSON)", Mode: feed.Snapshot, Time: "given, file name, file", Label: "CLEAR"}
}

var table = columns.Table{
	Known:    []string{"phish_id", "url", "phish_detail_url", "submission_time", "verified", "verification_time", "online", "target"},
	Required: []string{"phish_id", "url", "submission_time"},
}

// Detect looks for the header, else for rows with a page of PhishTank; in JSON
// for the keys.
func (Format) Detect(_ string, head []byte) int {
	if flatjson.IsJSON(head) {
		best := 0
		flatjson.First(head, 20, func(fs []flatjson.Field) bool {
			switch lacks, ours := lacking(fs); {
			case lacks == 0:
				best = 95
			case ours:
				best = max(best, 60)
			}
			return best < 95
		})
		return best
	}
	if h := table.Header(head); h.Stated {
		switch {
		case len(table.Missing(h.Names)) == 0:
			return 95
		case slices.Contains(h.Names, "phish_id"), slices.Contains(h.Names, "phish_detail_url"):
			return 60 // ours to set aside
		}
		return 0
	}
	if rows, like := table.Sample(head, isRow); 2*like > rows {
		return 85
	}
	return 0
}

// isRow tells whether a row without a header is one of PhishTank.
func isRow(f []string) bool {
	_, ok := clock.ISO(at(f, 3))
	return ok && len(f) == len(table.Known) && strings.Contains(f[1], "://") && strings.Contains(f[2], "phish_detail.php?phish_id=")
}

func at(f []string, i int) string {
	if i < len(f) {
		return strings.TrimSpace(f[i])
	}
	return ""
}

// lacking counts the required keys that an object lacks; ours tells whether it
// has the id, which is PhishTank's own word.
func lacking(fs []flatjson.Field) (n int, ours bool) {
	n = len(table.Required)
	for i := range fs {
		if key := string(fs[i].Key); slices.Contains(table.Required, key) {
			n--
			ours = ours || key == table.Required[0]
		}
	}
	return n, ours
}

// Read gives one row per URL, with one observation per address that the
// producer found for it.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	body := bufio.NewReaderSize(in.Body, source.HeadSize)
	head, err := body.Peek(source.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	h := table.Header(head)
	isJSON := flatjson.IsJSON(head)
	if q := refused(head, h, isJSON); q != nil {
		return q
	}
	meta, q := metaOf(in, head)
	if q != nil {
		return q
	}
	if !isJSON {
		meta.Drift = table.Drift(h)
	}
	if err := out.Begin(meta); err != nil {
		return err
	}
	r := reader{zone: in.Options.Zone, now: in.Options.Now}
	if isJSON {
		return flatjson.Each(ctx, flatjson.NewElements(body), out, r.object)
	}
	return table.Read(ctx, body, h, out, r.row)
}

// refused says why a file is set aside.
func refused(head []byte, h columns.Header, isJSON bool) *feed.Quarantine {
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again; a list without entries has at least its header"}
	}
	other := &feed.Quarantine{Reason: "not-this-format", Text: "neither its header nor its first rows are those of PhishTank (" + strings.Join(table.Known, ",") + ")",
		Remedy: "look at the file: is it the list, or a page that says why there is none?"}
	if !isJSON {
		if _, like := table.Sample(head, isRow); !h.Stated && like == 0 {
			return other
		}
		return table.Lacking(h, "PhishTank")
	}
	whole, some := false, false
	var keys []string
	all := flatjson.First(head, 50, func(fs []flatjson.Field) bool {
		lacks, ours := lacking(fs)
		if whole, some = lacks == 0, some || ours; len(keys) == 0 && ours {
			for i := range fs[:min(len(fs), 20)] {
				keys = append(keys, string(fs[i].Key))
			}
		}
		return !whole
	})
	switch {
	case all == 0 || whole:
		return nil
	case some:
		return table.Lacking(columns.Header{Names: keys}, "PhishTank")
	}
	return other
}

// metaOf decides mode, label and the snapshot's time.
func metaOf(in feed.Input, head []byte) (feed.Meta, *feed.Quarantine) {
	o := in.Options
	m := feed.Meta{Feed: o.Feed, Mode: o.Mode, Label: o.Label}
	if m.Feed == "" {
		m.Feed = "phishtank"
	}
	if m.Label == "" {
		m.Label = "CLEAR"
	}
	if m.Mode == 0 {
		m.Mode = feed.Snapshot
	}
	if m.Mode == feed.Snapshot {
		made, ok := clock.AsOf(in, head, source.Base(in.Name))
		if !ok {
			return m, &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future",
				Remedy: "give --as-of with date, time and zone, or --mode event to read each row at its own time"}
		}
		m.Snapshot = made.UTC()
	}
	return m, nil
}
