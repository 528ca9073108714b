package test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// full is a place with some hundred cases and several segments, and what it
// holds.
func full(t *testing.T) (*place, string, state) {
	t.Helper()
	p := newPlace(t)
	dir := writeFiles(t, map[string]string{"events.jsonl": events(700), "2026-11-20-scan_telnet-a.csv": table(700)})
	p.took(t, dir)
	return p, dir, p.look(t)
}

// copy is the same place with another data folder.
func (p *place) copy(t *testing.T) *place {
	t.Helper()
	other := &place{data: filepath.Join(t.TempDir(), "data"), geo: p.geo, store: p.store}
	copyFolder(t, p.data, other.data)
	return other
}

// harm changes a file.
func harm(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	good(t, err)
	good(t, os.WriteFile(path, change(text), 0o600))
}

func zeroed(from, n int) func([]byte) []byte {
	return func(b []byte) []byte { clear(b[min(from, len(b)):min(from+n, len(b))]); return b }
}

func flipped(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at%len(b)] ^= 0x55; return b }
}

// TestDamagedDatabase: a database whose pages are lost one by one is named with
// the way back, or tells exactly what it told before; it is never half right.
func TestDamagedDatabase(t *testing.T) {
	p, dir, want := full(t)
	path := func(p *place) string { return filepath.Join(p.data, "state.db") }
	for name, change := range map[string]func([]byte) []byte{
		"header": zeroed(0, 100), "text": func([]byte) []byte { return bytes.Repeat([]byte("no database "), 1000) },
		"half": func(b []byte) []byte { return b[:len(b)/2] }, "empty": func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := p.copy(t)
			harm(t, path(p), change)
			for _, args := range [][]string{{"case", "list"}, {"ingest", "--geo", p.geo, dir}} {
				entente(t, p.flags(args...)...).says(t, 1, "state.db", "backup")
			}
		})
	}
	text, err := os.ReadFile(path(p))
	good(t, err)
	step := 16
	if long() {
		step = 1
	}
	for page := 0; page < len(text)/4096; page += step {
		p := p.copy(t)
		harm(t, path(p), zeroed(page*4096, 4096))
		r := entente(t, p.flags("--live", "--jsonl", "case", "list", "--limit", "100000")...)
		switch {
		case r.code == 0:
			sameLines(t, "cases of a damaged database", sorted(r.stdout), want.cases)
		default:
			r.says(t, 1, "state.db is damaged", "backup")
		}
		if t.Failed() {
			t.Fatalf("page %d", page)
		}
	}
}

// TestDamagedSegment: a damaged or missing segment is named, with the way back,
// and stops no ingest.
func TestDamagedSegment(t *testing.T) {
	p, _, want := full(t)
	file, _, _ := strings.Cut(must(t, []int{0}, p.flags("log", "files")...).stdout, "\n")
	rel, err := filepath.Rel(p.data, file)
	good(t, err)
	text, err := os.ReadFile(file)
	good(t, err)
	for i := range 24 {
		p := p.copy(t)
		what := fmt.Sprintf("byte %d of %d flipped", i*len(text)/24, len(text))
		switch i {
		case 22:
			what = "missing"
			good(t, os.Remove(filepath.Join(p.data, rel)))
		case 23:
			what = "cut"
			harm(t, filepath.Join(p.data, rel), func(b []byte) []byte { return b[:len(b)/2] })
		default:
			harm(t, filepath.Join(p.data, rel), flipped(i*len(text)/24))
		}
		r := entente(t, p.flags("--live", "--jsonl", "log", "query", "--limit", "0")...)
		if r.code == 0 {
			sameLines(t, "rows of a damaged log", sorted(r.stdout), want.log)
			if t.Failed() || i >= 22 {
				t.Fatalf("%s, and nothing said", what)
			}
			continue
		}
		r.says(t, 1, rel, "backup")
		if t.Failed() {
			t.Fatal(what)
		}
		if i%8 == 0 {
			p.took(t, writeFiles(t, map[string]string{"more.jsonl": events(710)}))
		}
	}
}

// TestDamagedRun: a damaged or missing key run stops an ingest, since rows would
// be counted twice without it; nothing changes.
func TestDamagedRun(t *testing.T) {
	p, dir, want := full(t)
	entries, err := filepath.Glob(filepath.Join(p.data, "runs", "*.run"))
	good(t, err)
	if len(entries) == 0 {
		t.Fatal("no key runs")
	}
	text, err := os.ReadFile(entries[0])
	good(t, err)
	// Another file with the same rows, so that each must be found.
	again := writeFiles(t, map[string]string{"again.jsonl": "\n" + events(700)})
	stopped := 0
	for i := range 16 {
		p := p.copy(t)
		path := filepath.Join(p.data, "runs", filepath.Base(entries[0]))
		what := fmt.Sprintf("byte %d of %d flipped", i*len(text)/14, len(text))
		switch i {
		case 14:
			what = "missing"
			good(t, os.Remove(path))
		case 15:
			what = "cut"
			harm(t, path, func(b []byte) []byte { return b[:len(b)/2] })
		default:
			harm(t, path, flipped(i*len(text)/14))
		}
		r := p.ingest(t, again)
		if r.code == 1 {
			stopped++
			r.says(t, 1, filepath.Base(path), "backup")
		} else if a := parseAccount(t, r.stdout); a.figure("duplicate") != 700 {
			t.Errorf("%s: %s", what, a.figures("rows", "duplicate", "cases_opened"))
		}
		sameState(t, p.look(t), want)
		if t.Failed() {
			t.Fatal(what)
		}
		if i == 14 { // put back, the same command goes on
			good(t, os.WriteFile(path, text, 0o600))
			if a := p.took(t, again); a.figure("duplicate") != 700 {
				t.Errorf("after the repair: %s", a.figures("rows", "duplicate"))
			}
		}
	}
	if stopped < 8 {
		t.Errorf("only %d damages were noticed", stopped)
	}
	_ = dir
}

// TestSecondProcess: one process works in a data folder; a second one is refused
// with the number of the first.
func TestSecondProcess(t *testing.T) {
	p := newPlace(t)
	cmd := exec.Command(program(t), p.flags("ingest", "-", "--geo", p.geo)...)
	in, err := cmd.StdinPipe()
	good(t, err)
	good(t, cmd.Start())
	defer func() {
		_ = in.Close()
		_ = cmd.Wait()
	}()
	for range 100 {
		if text, err := os.ReadFile(filepath.Join(p.data, "entente.lock")); err == nil && len(text) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	for _, args := range [][]string{{"case", "list"}, {"ingest", "--geo", p.geo, p.geo}} {
		entente(t, p.flags(args...)...).says(t, 6, fmt.Sprintf("process %d", cmd.Process.Pid), "wait until")
	}
	_, err = io.WriteString(in, events(5))
	good(t, err)
	good(t, in.Close())
	good(t, cmd.Wait())
	if n := len(p.look(t).log); n != 5 {
		t.Errorf("%d rows", n)
	}
}

// sorted gives the lines of a text in order.
func sorted(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	slices.Sort(lines)
	return lines
}
