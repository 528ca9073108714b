package xarf_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/xarf"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, xarf.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t, Keep: true}
	err := xarf.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const good = `{"xarf_version":"4.2.0","timestamp":"2026-11-20T08:00:00Z","source_identifier":"192.0.2.7","category":"connection","type":"port_scan","evidence":[{"payload":"bG9n"}]}`

func TestEveryReportIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := []string{good}
		for range rapid.IntRange(0, 20).Draw(rt, "n") {
			row := []byte(good)
			if c := rapid.Byte().Draw(rt, "byte"); c != '\n' {
				row[rapid.IntRange(0, len(row)-1).Draw(rt, "at")] = c
			}
			rows = append(rows, string(row[:rapid.IntRange(1, len(row)).Draw(rt, "cut")]))
		}
		want := int64(0)
		for _, row := range rows {
			if strings.TrimSpace(row) != "" {
				want++
			}
		}
		if r := read(t, strings.NewReader(strings.Join(rows, "\n"))); r.Rows() != want || r.Accepted < 1 {
			rt.Fatalf("%d rows of %d", r.Rows(), want)
		}
	})
}

func TestBadInput(t *testing.T) {
	evidence := strings.Replace(good, "bG9n", strings.Repeat("A", 100<<20), 1)
	many := strings.Replace(good, `"bG9n"`, `"`+strings.Repeat(`","k":"`, 1<<20)+`"`, 1)
	body := "\xef\xbb\xbf" + good + "\r\n" + evidence + "\n" + many + "\n" + good + "\x00\n{\"xarf_version\":\"\xff\"}\n" + good
	r := read(t, strings.NewReader(body))
	if r.Accepted != 3 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	if !strings.Contains(r.Observed[1], `{"payload":{"omitted_bytes":104857600}}`) {
		t.Errorf("%.400s", r.Observed[1])
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[" + good + "," + good + "]"))
	f.Add([]byte(`{"Version":"3","ReporterInfo":{},"Report":{"ReportType":"Spam","Date":"2026-11-20T08:00:00Z","Source":{"IP":"192.0.2.7"}}}`))
	f.Add([]byte(`{"xarf_version":"4","timestamp":"2026-11-20T08:00:00Z","url":"http://example.org/","source_identifier":"a@example.org","category":"content","type":"phishing","tags":["tlp:red"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		xarf.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data))
	})
}

// TestRealReports reads the examples of the specification: every one is taken.
func TestRealReports(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(feedtest.Shared(t, "data/examples/xarf"), "*.json"))
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := (xarf.Format{}).Detect(file, body); n < 95 {
			t.Errorf("%s: detect %d", file, n)
		}
		r := read(t, bytes.NewReader(body))
		if r.Accepted != 1 || r.Rejected != 0 {
			t.Errorf("%s: %v", file, r.Rejects)
		}
		t.Logf("%s: %.200s", filepath.Base(file), strings.Join(r.Observed, " "))
	}
}
