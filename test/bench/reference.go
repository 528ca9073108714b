package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"entente/internal/core/value"
	"entente/internal/desk/surge/locate"
	"entente/internal/feed"
	"entente/internal/feed/shadowserver"
	"entente/internal/infra/eventlog"
)

// segmentRows is how many rows the ingest puts into a batch.
const segmentRows = 16384

// reference is loop R: read, parse, locate, write Parquet, fsync. It judges
// nothing, knows no duplicate and opens no case; parser and writer are the
// ingest's own, and as there reading and writing run side by side.
type reference struct {
	geo  *locate.Geography
	meta feed.Meta
	rows []eventlog.Row
	full chan []eventlog.Row
	free chan []eventlog.Row
	n    int64
}

func (r *reference) Begin(m feed.Meta) error { r.meta = m; return nil }

func (r *reference) Accept(line int64, obs []feed.Observation) error {
	r.n++
	for i := range obs {
		o := &obs[i]
		at := r.geo.Locate(o)
		r.rows = append(r.rows, eventlog.Row{Feed: r.meta.Feed, Mode: r.meta.Mode.String(), Observed: o.Time,
			Class: o.Class.String(), Said: o.Said, Family: o.Family, Kind: o.Value.Kind().String(), Value: o.Value.String(),
			Addr: at.Addr, Port: o.Port, Transport: o.Transport, Country: at.Country, CountryBasis: at.CountryBasis,
			ASN: at.ASN, Prefix: at.Prefix, Network: at.Network, ClaimedCountry: o.Country, ClaimedASN: o.ASN,
			Status: o.Status, Severity: o.Severity, Line: line, Label: r.meta.Label, Details: o.Details})
	}
	if len(r.rows) >= segmentRows {
		r.hand()
	}
	return nil
}

func (r *reference) Reject(int64, feed.Reason, string, []byte) error { r.n++; return nil }

func (r *reference) hand() {
	if len(r.rows) == 0 {
		return
	}
	r.full <- r.rows
	r.rows = (<-r.free)[:0]
}

func referenceLoop(ctx context.Context, path, geoFile, out string) (int64, time.Duration, error) {
	geo, err := locate.Open(locate.Config{CSV: geoFile, Now: time.Now()})
	if err != nil {
		return 0, 0, err
	}
	defer geo.Close()
	value.Registrable("warm.example.org")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, 0, err
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	start := time.Now()
	r := &reference{geo: geo, rows: make([]eventlog.Row, 0, segmentRows+8),
		full: make(chan []eventlog.Row, 1), free: make(chan []eventlog.Row, 3)}
	for range 2 {
		r.free <- make([]eventlog.Row, 0, segmentRows+8)
	}
	wrote := make(chan error, 1)
	go func() { wrote <- r.write(out) }()
	err = shadowserver.Format{}.Read(ctx, feed.Input{Name: filepath.Base(path), Body: bufio.NewReaderSize(f, 1<<20)}, r)
	r.hand()
	close(r.full)
	return r.n, time.Since(start), cmp.Or(<-wrote, err)
}

// write makes each batch durable: the file's bytes, then its name.
func (r *reference) write(out string) error {
	var failed error
	for n := 0; ; n++ {
		rows, ok := <-r.full
		if !ok {
			return failed
		}
		if failed == nil {
			failed = writeSegment(filepath.Join(out, fmt.Sprintf("%06d.parquet", n)), rows)
		}
		r.free <- rows
	}
}

func writeSegment(path string, rows []eventlog.Row) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := eventlog.WriteSegment(f, rows); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
