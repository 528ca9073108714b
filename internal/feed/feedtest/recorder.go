// Package feedtest owns what the tests of formats share: a sink that holds a
// format to its contract, and cases kept as txtar files. Only tests import it.
package feedtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"entente/internal/feed"
)

var _ feed.Sink = (*Recorder)(nil)

// Recorder is a sink that fails the test when a format breaks its contract.
type Recorder struct {
	T        testing.TB
	Keep     bool // keep what comes as lines of text
	Meta     feed.Meta
	Accepted int64
	Rejected int64
	Obs      int64
	By       map[feed.Reason]int64
	Observed []string
	Rejects  []string

	begun bool
	last  int64
}

// Rows gives the number of rows so far.
func (r *Recorder) Rows() int64 { return r.Accepted + r.Rejected }

// Begin checks that it comes once, with feed, mode, label and snapshot time.
func (r *Recorder) Begin(m feed.Meta) error {
	if r.begun {
		r.T.Errorf("Begin comes twice")
	}
	if m.Feed == "" || m.Label == "" || m.Mode != feed.Event && m.Mode != feed.Snapshot || (m.Mode == feed.Snapshot) == m.Snapshot.IsZero() {
		r.T.Errorf("incomplete meta: %+v", m)
	}
	r.begun, r.Meta, r.By = true, m, map[feed.Reason]int64{}
	return nil
}

func (r *Recorder) row(line int64) {
	if !r.begun {
		r.T.Errorf("line %d comes before Begin", line)
	}
	if line < r.last || line < 1 {
		r.T.Errorf("line %d comes after line %d", line, r.last)
	}
	r.last = line
}

// Accept checks every observation.
func (r *Recorder) Accept(line int64, obs []feed.Observation) error {
	r.row(line)
	r.Accepted++
	r.Obs += int64(len(obs))
	if len(obs) == 0 {
		r.T.Errorf("line %d is accepted without an observation", line)
	}
	for i := range obs {
		o := &obs[i]
		switch {
		case o.Value.IsZero():
			r.T.Errorf("line %d has an observation without a value", line)
		case o.Class == 0:
			r.T.Errorf("line %d has an observation without a class", line)
		case o.Time == 0 && r.Meta.Mode == feed.Event, o.Time != 0 && o.Time < 631152000e6:
			r.T.Errorf("line %d has the time %d", line, o.Time)
		case o.Details != nil && !json.Valid(o.Details):
			r.T.Errorf("line %d has details that are no JSON: %s", line, o.Details)
		}
		if r.Keep {
			r.Observed = append(r.Observed, Format(line, o))
		}
	}
	return nil
}

// Reject checks the reason and the length of the text.
func (r *Recorder) Reject(line int64, why feed.Reason, field string, text []byte) error {
	r.row(line)
	r.Rejected++
	r.By[why]++
	if why == 0 || why.String() == "unknown" || len(text) > 4<<10 {
		r.T.Errorf("line %d: reason %v, %d bytes of text", line, why, len(text))
	}
	if r.Keep {
		r.Rejects = append(r.Rejects, fmt.Sprintf("line=%d reason=%s field=%s text=%q", line, why, field, text))
	}
	return nil
}

// Format writes an observation as one line, with what it has.
func Format(line int64, o *feed.Observation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "line=%d", line)
	put := func(k, v string) {
		if v != "" && v != "0" {
			fmt.Fprintf(&b, " %s=%s", k, v)
		}
	}
	if o.Time != 0 {
		put("time", time.UnixMicro(o.Time).UTC().Format(time.RFC3339Nano))
	}
	put("class", o.Class.String())
	put("said", o.Said)
	put("family", o.Family)
	put(o.Value.Kind().String(), o.Value.String())
	if o.At.IsValid() {
		put("at", o.At.String())
	}
	put("port", fmt.Sprint(o.Port))
	put("transport", o.Transport)
	put("country", o.Country)
	put("asn", fmt.Sprint(o.ASN))
	put("status", o.Status)
	if o.Offline {
		put("offline", "true")
	}
	if o.Context {
		put("context", "true")
	}
	put("severity", o.Severity)
	put("label", o.Label)
	put("details", string(o.Details))
	return b.String()
}
