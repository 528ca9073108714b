package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// listOf writes a list of addresses of 198.18.0.0/15 and 2001:db8::/32, numbered
// from first on.
func listOf(path string, numbers func(yield func(int) bool)) error {
	return write(path, func(f *os.File) error {
		w := bufio.NewWriterSize(f, 1<<20)
		for n := range numbers {
			if n < 1<<17 {
				fmt.Fprintf(w, "198.%d.%d.%d\n", 18+n>>16, n>>8&255, n&255)
			} else {
				fmt.Fprintf(w, "2001:db8:%x:%x::%x\n", n>>24, n>>12&0xfff, n&0xfff)
			}
		}
		return w.Flush()
	})
}

func upTo(from, to int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for n := from; n < to && yield(n); n++ {
		}
	}
}

var firstDay = time.Date(2025, 1, 1, 6, 0, 0, 0, time.UTC)

// snapshot takes a list in as of a day.
func (b *bench) snapshot(data, path, feed string, day int) (outcome, error) {
	asOf := firstDay.AddDate(0, 0, day)
	return b.exec(b.bin, "--data", data, "--now", asOf.Add(time.Hour).Format(time.RFC3339), "ingest", path, "--format", "list", "--class", "c2-server",
		"--mode", "snapshot", "--feed", feed, "--as-of", asOf.Format(time.RFC3339), "--geo", b.path("geography.csv"), "--json", "--quiet")
}

// sweep weighs a million open cases, once when nothing can be said of them, and
// once when all of them are proved down.
func (b *bench) sweep(int64) error {
	const cases = 1_000_000
	data, list, few := b.path("data-sweep"), b.path("sweep.txt"), b.path("few.txt")
	if err := listOf(list, upTo(0, cases)); err != nil {
		return err
	}
	defer os.Remove(list)
	if err := listOf(few, upTo(cases, cases+10)); err != nil {
		return err
	}
	day := 0
	if _, err := b.snapshot(data, list, "swept", day); err != nil {
		return err
	}
	took := func(day int) (outcome, string, error) {
		o, err := b.exec(b.bin, "--data", data, "--now", firstDay.AddDate(0, 0, day).Add(2*time.Hour).Format(time.RFC3339), "case", "sweep", "--json")
		if err != nil {
			return o, "", err
		}
		var s struct {
			Checked  int64            `json:"checked"`
			Verified map[string]int64 `json:"verified"`
		}
		err = json.Unmarshal([]byte(o.stdout), &s)
		return o, fmt.Sprintf("%d weighed, %d verified down", s.Checked, s.Verified["silence-14"]), err
	}
	o, what, err := took(0)
	if err != nil {
		return err
	}
	line("`case sweep`: "+what, fmt.Sprintf("%s, peak %.0f MB", seconds(o.took), o.peakMB), "60 s")
	for day = 1; day <= 21; day++ { // seven small lists make the band, fourteen are covered
		if _, err := b.snapshot(data, few, "swept", day); err != nil {
			return err
		}
	}
	if o, what, err = took(21); err != nil {
		return err
	}
	line("`case sweep`: "+what, fmt.Sprintf("%s, peak %.0f MB", seconds(o.took), o.peakMB), "60 s")
	return os.RemoveAll(data)
}

// year takes in a year of daily lists of 100,000 entries, of which one in 200
// changes each day, and compares what log, sets and state take with one list and
// its changes.
func (b *bench) year(int64) error {
	const entries, changed, days = 100_000, 500, 365
	data, list := b.path("data-year"), b.path("year.txt")
	var first, rest int64
	var longest time.Duration
	for day := range days {
		if err := listOf(list, upTo(day*changed, day*changed+entries)); err != nil {
			return err
		}
		o, err := b.snapshot(data, list, "year", day)
		if err != nil {
			return err
		}
		longest = max(longest, o.took)
		size, err := b.kept(data)
		if err != nil {
			return err
		}
		if day == 0 {
			first = size
		}
		rest = size
	}
	// A change is an entry that comes and one that goes: two rows of the log, one
	// new case, at the price of an entry of the first list each.
	changes := float64(first) / entries * changed * (days - 1) * 2
	line(fmt.Sprintf("a year of daily lists of %d, %d of them new each day: kept beside raw input, to one list and its changes", entries, changed),
		fmt.Sprintf("%.2f (%d MB; longest day %s)", float64(rest)/(float64(first)+changes), rest>>20, seconds(longest)), "2")
	return os.RemoveAll(data)
}

// kept is the size of a data folder but for raw input.
func (b *bench) kept(data string) (total int64, err error) {
	err = filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "blobs" {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}
