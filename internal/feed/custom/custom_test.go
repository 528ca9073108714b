package custom_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/custom"
	"entente/internal/feed/feedtest"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, custom.Format{}, "testdata") }

func TestEveryShippedExampleIsGood(t *testing.T) {
	files, err := filepath.Glob("../../../docs/examples/custom-*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples: %v", len(files), err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := custom.ParseMapping(data); err != nil {
			t.Errorf("%s: %v (%s)", f, err, fault.RemedyOf(err))
		}
	}
}

func TestMappingsThatAreRefused(t *testing.T) {
	const ok = "class: scanner\nmode: event\nfields: {ip: a, time: t}\n"
	for text, say := range map[string]string{
		"":                           "empty",
		"- a":                        "no table",
		ok + "lable: RED":            `did you mean "label"`,
		ok + "label: PINK":           `"PINK" is no label`,
		ok + "comma: ';;'":           "not one sign",
		ok + "zone: Lima":            "no time zone",
		ok + "zone: Local":           "no time zone",
		ok + "times: [iso]":          "no layout",
		ok + "format: xml":           "no format",
		ok + "classes: {x: fishy}":   "no class",
		ok + "constants: {portt: 1}": `did you mean "port"`,
		ok + "columns: 1":            "wrong kind",
		ok + "class: scanner":        "stands twice",
		"class: scaner\nmode: event\nfields: {ip: a, time: t}": `did you mean "scanner"`,
		"class: scanner\nmode: event\nfields: {ip: a}":         "need a time",
		"class: scanner\nfields: {time: t}":                    "what acts",
		"class: scanner\nmode: snapshot\nfields: [a]":          "no table of keys",
		ok + "format: jsonl\ncolumns: [a]":                     "no columns",
		ok + "comma: '#'\ncomment: '#'":                        "same sign",
	} {
		_, err := custom.ParseMapping([]byte(text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) || fault.RemedyOf(err) == "" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

const mapping = "mode: event\nclass: scanner\nfields: {time: when, value: what, port: port}\n"

func read(t testing.TB, mapping string, body []byte) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := custom.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: bytes.NewReader(body),
		Options: feed.Options{Now: feedtest.Now, Mapping: []byte(mapping), AsOf: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

func TestEveryRowIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cell := rapid.StringMatching(`[0-9a-z.:/T+ -]{0,24}`)
		want := int64(0)
		body := "when,what,port\n"
		for range rapid.IntRange(0, 20).Draw(rt, "rows") {
			row := strings.Join(rapid.SliceOfN(cell, 2, 4).Draw(rt, "cells"), ",")
			body += row + "\n"
			want++
		}
		if r := read(t, mapping, []byte(body)); r.Rows() != want {
			rt.Fatalf("%d rows of %q, want %d", r.Rows(), body, want)
		}
	})
}

func TestBadInput(t *testing.T) {
	good := "2026-01-01T10:00:00Z,192.0.2.7,80\n"
	body := "when,what,port\n" + good + strings.Repeat("y", 100<<20) + "\n" + "2026-01-01T10:00:00Z,192.0.2.7\x00,80\n" + good
	if r := read(t, mapping, []byte(body)); r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
}

func TestZoneIsNeverTheServers(t *testing.T) {
	defer func(l *time.Location) { time.Local = l }(time.Local)
	time.Local = time.FixedZone("here", 7*3600)
	r := read(t, mapping, []byte("when,what,port\n2026-01-01 10:00:00,192.0.2.7,80\n"))
	if r.By[feed.NoZone] != 1 {
		t.Errorf("rejected %v", r.By)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(mapping, []byte("when,what,port\n2026-01-01T10:00:00Z,192.0.2.7,80\n"))
	f.Add("format: jsonl\nclass: scanner\nmode: snapshot\nfields: {ip: a.b}\n", []byte(`{"a":{"b":"192.0.2.7"}}`))
	f.Add("comma: tab\ncolumns: [a]\nmode: snapshot\nclass: scanner\nfields: {value: a}\nempty: [x]\n", []byte("192.0.2.7:1\nx\n"))
	f.Fuzz(func(t *testing.T, mapping string, data []byte) {
		if len(mapping) < 4096 {
			read(t, mapping, data)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	var buf bytes.Buffer
	buf.WriteString("when,what,port,note\n")
	const n = 20_000
	for i := range n {
		fmt.Fprintf(&buf, "2026-01-01T10:%02d:%02dZ,198.18.%d.%d,80,some note of the producer %d\n", i/60%60, i%60, i>>8&255, i&255, i)
	}
	for b.Loop() {
		r := read(b, mapping, buf.Bytes())
		if r.Accepted != n {
			b.Fatal(r.By)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
