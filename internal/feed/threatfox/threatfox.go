// Package threatfox reads the exports of abuse.ch ThreatFox, CSV and JSON, and
// the answers of its API: indicators of malware. It owns their columns and keys,
// their words for kinds and threats, and their clock (UTC). It may import core
// and feed; never infra, a desk or a door.
//
// An export holds what was reported in a certain time. That an indicator is no
// longer in it says nothing, so rows are events, also where the file states when
// it was made.
package threatfox

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"time"

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
	return feed.Info{Name: "threatfox", Title: "abuse.ch ThreatFox: indicators of malware (CSV, JSON)", Mode: feed.Event, Time: "row", Label: "CLEAR"}
}

// none are the texts that stand for nothing.
var none = []string{"None", "none", "null", "NULL"}

var table = columns.Table{
	Known: []string{"first_seen_utc", "ioc_id", "ioc_value", "ioc_type", "threat_type", "fk_malware", "malware_alias", "malware_printable",
		"last_seen_utc", "confidence_level", "is_compromised", "reference", "tags", "anonymous", "reporter"},
	Required: []string{"first_seen_utc", "ioc_value", "ioc_type", "threat_type"},
	Former:   map[string]string{"first_seen": "first_seen_utc", "last_seen": "last_seen_utc", "ioc": "ioc_value", "malware": "fk_malware"},
	Older: [][]string{{"first_seen_utc", "ioc_id", "ioc_value", "ioc_type", "threat_type", "fk_malware", "malware_alias", "malware_printable",
		"last_seen_utc", "confidence_level", "reference", "tags", "anonymous", "reporter"}},
	Absent: map[string][]string{"malware_alias": none, "malware_printable": none, "fk_malware": none, "last_seen_utc": none, "reference": none, "tags": none, "reporter": none},
}

// Detect looks for the header, else for rows with a time and a kind of ThreatFox;
// in JSON for the keys.
func (Format) Detect(_ string, head []byte) int {
	if flatjson.IsJSON(head) {
		if l := look(head); l.whole {
			return 95
		} else if l.ours {
			return 60 // ours to set aside
		}
		return 0
	}
	if h := table.Header(head); h.Stated {
		if len(table.Missing(h.Names)) > 0 {
			return 60
		}
		return 95
	}
	if rows, like := table.Sample(head, isRow); 2*like > rows {
		return 85
	}
	return 0
}

// isRow tells whether a row without a header is one of ThreatFox.
func isRow(f []string) bool {
	if len(f) != len(table.Known) && len(f) != len(table.Older[0]) {
		return false
	}
	_, ok := clock.ISO(strings.TrimSpace(f[0]))
	_, known := threats[strings.TrimSpace(f[4])]
	return ok && known
}

// Read gives one row per indicator.
func (Format) Read(ctx context.Context, in feed.Input, out feed.Sink) error {
	body := bufio.NewReaderSize(in.Body, source.HeadSize)
	head, err := body.Peek(source.HeadSize)
	if err != nil && err != io.EOF {
		return err
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0 {
		return &feed.Quarantine{Reason: "empty", Text: "the file is empty", Remedy: "fetch it again; an export without rows has at least its comments"}
	}
	meta, q := metaOf(in, head)
	if q != nil {
		return q
	}
	r := &reader{now: in.Options.Now, obs: make([]feed.Observation, 1)}
	if flatjson.IsJSON(head) {
		l := look(head)
		if q := l.refused(); q != nil {
			return q
		}
		if err := out.Begin(meta); err != nil {
			return err
		}
		if l.elements {
			return flatjson.Each(ctx, flatjson.NewElements(body), out, r.object)
		}
		return flatjson.Each(ctx, &indicators{Members: flatjson.NewMembers(body)}, out, r.object)
	}
	h := table.Header(head)
	if q := refused(head, h); q != nil {
		return q
	}
	meta.Drift = table.Drift(h)
	if err := out.Begin(meta); err != nil {
		return err
	}
	return table.Read(ctx, body, h, out, r.row)
}

// refused says why a CSV file is set aside.
func refused(head []byte, h columns.Header) *feed.Quarantine {
	if rows, like := table.Sample(head, isRow); !h.Stated && (rows > 0 && like == 0) {
		return notOurs()
	}
	return table.Lacking(h, "ThreatFox")
}

func notOurs() *feed.Quarantine {
	return &feed.Quarantine{Reason: "not-this-format", Text: "neither its header nor its first rows are those of ThreatFox (" + strings.Join(table.Known, ",") + ")",
		Remedy: "name another format, or describe the columns in a mapping for the format custom"}
}

// metaOf decides mode, label and, where the person says that it is a list, its
// time.
func metaOf(in feed.Input, head []byte) (feed.Meta, *feed.Quarantine) {
	o := in.Options
	m := feed.Meta{Feed: o.Feed, Mode: o.Mode, Label: o.Label}
	if m.Feed == "" {
		m.Feed = "threatfox"
	}
	if m.Label == "" {
		m.Label = "CLEAR"
	}
	if m.Mode == 0 {
		if m.Mode = feed.Event; !o.AsOf.IsZero() {
			m.Mode = feed.Snapshot
		}
	}
	if m.Mode == feed.Snapshot {
		if o.Zone == nil {
			in.Options.Zone = time.UTC // abuse.ch states all its times in UTC
		}
		made, ok := clock.AsOf(in, head, source.Base(in.Name))
		if !ok {
			return m, &feed.Quarantine{Reason: "no-time", Text: "nothing says when the list was made, or what does is before 1990 or in the future", Remedy: "give --as-of with date, time and zone"}
		}
		m.Snapshot = made.UTC()
	}
	return m, nil
}
