package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"entente/internal/desk/sample"
)

// bench measures with one program in one folder.
type bench struct {
	ctx      context.Context
	bin, dir string
}

// outcome is what one process did.
type outcome struct {
	took   time.Duration
	peakMB float64 // VmHWM
	stdout string
}

// exec runs a command to its end. Exit code 3 (rows were rejected) is well.
func (b *bench) exec(name string, args ...string) (outcome, error) {
	cmd := exec.CommandContext(b.ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	o := outcome{took: time.Since(start), stdout: out.String()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.peakMB = float64(usage.Maxrss) / 1024
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil
	}
	if err != nil {
		return o, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, errs.String())
	}
	return o, nil
}

// size is one line of the table of sizes.
type size struct {
	rows              int64
	reference, ingest outcome
	refRows           float64 // rows a second
	inRows            float64
	logBytes          float64 // bytes of log a row
	cases             int64
}

func (b *bench) run(rows []int64) error {
	if err := write(b.path("geography.csv"), func(f *os.File) error { return sample.WriteGeography(f) }); err != nil {
		return err
	}
	fmt.Printf("Machine: %s\nDate: %s\nCommand: make bench\n\n", machine(), time.Now().UTC().Format("2006-01-02"))
	fmt.Println("Shadowserver CSV, about 350 bytes a row, 1 row in 3 opens a case; SQLite; peak is VmHWM.")
	fmt.Println()
	fmt.Println("| rows | R rows/s | ingest rows/s | ingest / R | R peak MB | ingest peak MB | log bytes/row | cost/row to 1 M | cases |")
	fmt.Println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	var list []size
	for _, n := range rows {
		s, err := b.size(n)
		if err != nil {
			return err
		}
		list = append(list, s)
		growth := "–"
		for _, o := range list {
			if o.rows == 1_000_000 {
				growth = fmt.Sprintf("%.2f", o.inRows/s.inRows)
			}
		}
		fmt.Printf("| %d | %.0f | %.0f | %.2f | %.0f | %.0f | %.0f | %s | %d |\n", n, s.refRows, s.inRows, s.inRows/s.refRows,
			s.reference.peakMB, s.ingest.peakMB, s.logBytes, growth, s.cases)
	}
	fmt.Println()
	return b.others(rows[len(rows)-1])
}

// size measures R and the ingest over one file. The reference runs before and
// after, and the mean counts, since the machine's speed drifts.
func (b *bench) size(n int64) (size, error) {
	s := size{rows: n}
	in := b.path(fmt.Sprintf("2026-11-20-scan_rdp-%d.csv", n))
	err := write(in, func(f *os.File) error { return sample.WriteShadowserver(f, n, 1.0/3, 1) })
	if err != nil {
		return s, err
	}
	defer os.Remove(in)
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	var refSeconds float64
	reference := func() error {
		out := b.path("reference")
		defer os.RemoveAll(out)
		if s.reference, err = b.exec(self, "-reference", in, "-geo", b.path("geography.csv"), "-out", out); err != nil {
			return err
		}
		var rows int64
		var took float64
		if _, err := fmt.Sscan(s.reference.stdout, &rows, &took); err != nil {
			return err
		}
		refSeconds += took
		return nil
	}
	if err := reference(); err != nil {
		return s, err
	}
	data := b.path(fmt.Sprintf("data-%d", n))
	s.ingest, err = b.exec(b.bin, "--data", data, "ingest", in, "--geo", b.path("geography.csv"), "--json", "--quiet")
	if err != nil {
		return s, err
	}
	var account struct {
		Accepted    int64   `json:"accepted"`
		CasesOpened int64   `json:"cases_opened"`
		Seconds     float64 `json:"seconds"`
	}
	if err := json.Unmarshal([]byte(s.ingest.stdout), &account); err != nil {
		return s, err
	}
	if account.Accepted != n {
		return s, fmt.Errorf("%d of %d rows were accepted", account.Accepted, n)
	}
	if err := reference(); err != nil {
		return s, err
	}
	s.refRows = float64(n) / (refSeconds / 2)
	s.inRows = float64(n) / s.ingest.took.Seconds()
	s.cases = account.CasesOpened
	bytes, err := folderSize(filepath.Join(data, "log"))
	s.logBytes = float64(bytes) / float64(n)
	return s, err
}

func folderSize(dir string) (int64, error) {
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

func write(path string, fill func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
