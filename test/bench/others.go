package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"entente/internal/desk/sample"
)

// others measures what is no matter of size: the other bars.
func (b *bench) others(most int64) error {
	fmt.Println("| what | measured | bar |")
	fmt.Println("|---|---:|---:|")
	steps := []func(int64) error{b.intelmq, b.query, b.compact, b.replay, b.reports, b.stats, b.sweep, b.year, b.start}
	for _, step := range steps {
		if err := step(most); err != nil {
			return err
		}
	}
	return nil
}

func line(what, measured, bar string) { fmt.Printf("| %s | %s | %s |\n", what, measured, bar) }

func (b *bench) intelmq(int64) error {
	const n = 1_000_000
	in := b.path("events.jsonl")
	if err := write(in, func(f *os.File) error { return sample.WriteIntelMQ(f, n, 1.0/3, 1) }); err != nil {
		return err
	}
	defer os.Remove(in)
	o, err := b.exec(b.bin, "--data", b.path("data-intelmq"), "ingest", in, "--geo", b.path("geography.csv"), "--json", "--quiet")
	if err != nil {
		return err
	}
	line("IntelMQ JSON lines, 1 M rows, rows/s", fmt.Sprintf("%.0f", n/o.took.Seconds()), "60,000")
	return nil
}

// query looks up one address that is there and one that is not, each the median
// of nine whole processes.
func (b *bench) query(most int64) error {
	data := b.path(fmt.Sprintf("data-%d", most))
	found, err := b.exec(b.bin, "--data", data, "log", "query", "--prefix", "198.18.0.0/16", "--limit", "1", "--json", "--live")
	if err != nil {
		return err
	}
	var row struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal([]byte(found.stdout), &row); err != nil {
		return err
	}
	var took []time.Duration
	for range 9 {
		o, err := b.exec(b.bin, "--data", data, "log", "query", "--value", row.Value, "--json")
		if err != nil {
			return err
		}
		took = append(took, o.took)
	}
	slices.Sort(took)
	line(fmt.Sprintf("`log query` of one address over %d rows, whole process, median of 9", most),
		fmt.Sprintf("%d ms (slowest %d)", took[4].Milliseconds(), took[8].Milliseconds()), "300 ms")
	return nil
}

// reports writes the reports of 200 owners over a million cases.
func (b *bench) reports(int64) error {
	const rows = 1_000_000
	in := b.path("2026-11-20-scan_rdp-reports.csv")
	if err := write(in, func(f *os.File) error { return sample.WriteShadowserver(f, rows, 1, 2) }); err != nil {
		return err
	}
	defer os.Remove(in)
	orgs := b.path("owners.csv")
	if err := write(orgs, func(f *os.File) error { return writeOwners(f, b.path("geography.csv"), 200) }); err != nil {
		return err
	}
	data := b.path("data-reports")
	if _, err := b.exec(b.bin, "--data", data, "org", "import", orgs, "--quiet"); err != nil {
		return err
	}
	ingest, err := b.exec(b.bin, "--data", data, "ingest", in, "--geo", b.path("geography.csv"), "--json", "--quiet")
	if err != nil {
		return err
	}
	run, err := b.exec(b.bin, "--data", data, "surge", "run", in, "--geo", b.path("geography.csv"), "--name", "bench",
		"--out", b.path("reports"), "--json", "--quiet")
	if err != nil {
		return err
	}
	owners, err := os.ReadDir(b.path("reports", "owner"))
	if err != nil {
		return err
	}
	line(fmt.Sprintf("reports of %d owners over 1 M cases (all formats, country and owner), after an ingest of %s", len(owners), seconds(ingest.took)),
		fmt.Sprintf("%s, peak %.0f MB", seconds(run.took), run.peakMB), "60 s")
	return nil
}

func (b *bench) start(int64) error {
	var took []time.Duration
	for range 21 {
		o, err := b.exec(b.bin, "version")
		if err != nil {
			return err
		}
		took = append(took, o.took)
	}
	slices.Sort(took)
	line("`entente version`, median of 21", fmt.Sprintf("%d ms", took[10].Milliseconds()), "50 ms")
	info, err := os.Stat(b.bin)
	if err != nil {
		return err
	}
	line("size of the binary", fmt.Sprintf("%.0f MB", float64(info.Size())/1e6), "80 MB")
	return nil
}
