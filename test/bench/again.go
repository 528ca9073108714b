package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// compact merges the largest log, whose batches lie in a file each.
func (b *bench) compact(most int64) error {
	data := b.path(fmt.Sprintf("data-%d", most))
	before, err := b.segments(data)
	if err != nil {
		return err
	}
	o, err := b.exec(b.bin, "--data", data, "log", "compact", "--json", "--quiet")
	if err != nil {
		return err
	}
	after, err := b.segments(data)
	if err != nil {
		return err
	}
	line(fmt.Sprintf("`log compact` of %d rows, %d files to %d", most, before, after),
		fmt.Sprintf("%.0f rows/s, peak %.0f MB", float64(most)/o.took.Seconds(), o.peakMB), "100,000 rows/s")
	return nil
}

// segments counts the live files of a log.
func (b *bench) segments(data string) (int, error) {
	o, err := b.exec(b.bin, "--data", data, "log", "files", "--json")
	if err != nil {
		return 0, err
	}
	var files struct {
		Files []json.RawMessage `json:"files"`
	}
	err = json.Unmarshal([]byte(o.stdout), &files)
	return len(files.Files), err
}

// replay reads a million rows again, as a preview and for real, beside the ingest
// that read them first.
func (b *bench) replay(int64) error {
	const rows = 1_000_000
	data := b.path(fmt.Sprintf("data-%d", rows))
	if _, err := os.Stat(data); err != nil {
		return nil // that size was not asked for
	}
	for _, how := range [][]string{{"--preview"}, nil} {
		args := append([]string{"--data", data, "replay", "shadowserver/scan_rdp", "--geo", b.path("geography.csv"), "--json", "--quiet"}, how...)
		o, err := b.exec(b.bin, args...)
		if err != nil {
			return err
		}
		what := "`replay`"
		if how != nil {
			what = "`replay --preview`"
		}
		line(fmt.Sprintf("%s of %d rows", what, rows), fmt.Sprintf("%.0f rows/s, peak %.0f MB", rows/o.took.Seconds(), o.peakMB), "ingest speed")
	}
	return nil
}

// stats draws up the figures of a surge of a million cases that were all reported.
func (b *bench) stats(int64) error {
	data := b.path("data-reports")
	release, err := b.exec(b.bin, "--data", data, "report", "release", "bench", "--by", "the benchmark")
	if err != nil {
		return err
	}
	o, err := b.exec(b.bin, "--data", data, "surge", "stats", "bench", "--json")
	if err != nil {
		return err
	}
	line(fmt.Sprintf("`surge stats` over 1 M cases, all of them reported (`report release` took %s)", seconds(release.took)),
		fmt.Sprintf("%s, peak %.0f MB", seconds(o.took), o.peakMB), "5 s")
	return os.RemoveAll(data)
}
