package shadowserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/feed"
)

// recorder keeps what a read gave and checks the contract of the sink.
type recorder struct {
	meta     feed.Meta
	begun    int
	lines    []int64
	observed []string // text of each accepted row
	rejected []string // text of each rejected row
	obs      []feed.Observation
}

func (r *recorder) Begin(m feed.Meta) error {
	r.meta = m
	r.begun++
	return nil
}

func (r *recorder) row(line int64) error {
	if r.begun != 1 {
		return fmt.Errorf("begun %d times", r.begun)
	}
	if n := len(r.lines); n > 0 && r.lines[n-1] >= line {
		return fmt.Errorf("line %d after %d", line, r.lines[n-1])
	}
	r.lines = append(r.lines, line)
	return nil
}

func (r *recorder) Accept(line int64, obs []feed.Observation) error {
	for _, o := range obs {
		if o.Details != nil && !json.Valid(o.Details) {
			return fmt.Errorf("line %d: details are no JSON: %q", line, o.Details)
		}
		if o.Value.IsZero() || o.Class == 0 || o.Time == 0 {
			return fmt.Errorf("line %d: incomplete: %+v", line, o)
		}
		r.obs = append(r.obs, o)
		r.observed = append(r.observed, show(line, o))
	}
	return r.row(line)
}

func (r *recorder) Reject(line int64, why feed.Reason, field string, text []byte) error {
	s := fmt.Sprintf("line=%d reason=%s", line, why)
	if field != "" {
		s += " field=" + field
	}
	r.rejected = append(r.rejected, s+fmt.Sprintf(" text=%q", text))
	return r.row(line)
}

// show gives an observation as the txtar cases have it.
func show(line int64, o feed.Observation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "line=%d seen=%s class=%s said=%s value=%s:%s", line,
		time.UnixMicro(o.Time).UTC().Format("2006-01-02T15:04:05.999999Z"), o.Class, o.Said, o.Value.Kind(), o.Value)
	add := func(name string, v any) {
		if s := fmt.Sprint(v); s != "" && s != "0" && s != "invalid IP" && s != "false" {
			fmt.Fprintf(&b, " %s=%s", name, s)
		}
	}
	add("at", o.At)
	add("port", o.Port)
	add("transport", o.Transport)
	add("family", o.Family)
	add("country", o.Country)
	add("asn", o.ASN)
	add("severity", o.Severity)
	add("status", o.Status)
	add("offline", o.Offline)
	add("details", string(o.Details))
	return b.String()
}

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func readText(t testing.TB, name, in string, o feed.Options) (*recorder, error) {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = now
	}
	rec := &recorder{}
	err := Format{}.Read(context.Background(), feed.Input{Name: name, Body: strings.NewReader(in), Options: o}, rec)
	var q *feed.Quarantine
	if errors.As(err, &q) && rec.begun != 0 {
		t.Errorf("quarantined after Begin: %v", err)
	}
	return rec, err
}

// shared gives a folder of the real data, or skips the test.
func shared(t testing.TB, parts ...string) string {
	root := os.Getenv("ENTENTE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir := filepath.Join(append([]string{root, "data", "shadowserver"}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("real data is absent (%s): set ENTENTE_SHARED to run this test", dir)
	}
	return dir
}

// countRows counts lines that hold something, but the header.
func countRows(in []byte) int {
	n := 0
	for line := range bytes.Lines(in) {
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			n++
		}
	}
	return n - 1
}

var _ io.Reader = (*strings.Reader)(nil)
