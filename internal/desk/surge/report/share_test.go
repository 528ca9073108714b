package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/rsit"
	"entente/internal/infra/eventlog"

	"pgregory.net/rapid"
)

// TestFanOutIsTheFilter draws a surge and compares each folder's tables with a
// plain filter over the same rows.
func TestFanOutIsTheFilter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &fake{}
		n := rapid.IntRange(0, 30).Draw(rt, "cases")
		for i := range n {
			c := Case{ID: caseID(i), Class: rapid.SampledFrom([]rsit.Class{rsit.C2Server, rsit.Phishing, rsit.Spam}).Draw(rt, "class"), Kind: "ipv4",
				Value: fmt.Sprintf("192.0.2.%d", i), Country: rapid.SampledFrom([]string{"", "CL", "PE", "BR"}).Draw(rt, "country"),
				Owner: rapid.SampledFrom([]string{"pool", "a", "b", "c/d", "E"}).Draw(rt, "owner"), Label: "GREEN", First: 1, Last: 2, Count: 1, Sources: []string{"s"}}
			f.cases = append(f.cases, c)
			rows := observe(&c, rapid.IntRange(0, 4).Draw(rt, "rows"), int64(i*10+1))
			for j := range rows {
				rows[j].Outcome = rapid.SampledFrom([]string{"routed", "pooled", "context", "held", "suppressed"}).Draw(rt, "outcome")
			}
			f.rows = append(f.rows, rows...)
		}
		dir := filepath.Join(t.TempDir(), "out")
		write(t, f, sampleOptions(dir))
		files := tree(t, dir)
		for _, by := range []Grouping{ByCountry, ByOwner} {
			groups := map[string]bool{}
			for _, c := range f.cases {
				groups[group2(by, c.Country, c.Owner)] = true
			}
			for g := range groups {
				path, err := folderPath(by, g)
				if err != nil {
					rt.Fatal(err)
				}
				if path == "" {
					continue
				}
				wantRows := casesHeader
				for c := range f.Cases(t.Context(), by) {
					if group2(by, c.Country, c.Owner) == g {
						wantRows += string(appendCase(nil, c))
					}
				}
				if got := files[path+"/cases.csv"]; got != wantRows {
					rt.Fatalf("%s/cases.csv:\n%s\nwant\n%s", path, got, wantRows)
				}
				want, events, incidents := []byte(observationsHeader), []byte(nil), []byte(nil)
				opt := sampleOptions(dir)
				x := newXARF(&opt)
				for i := range f.rows {
					r := &f.rows[i]
					if group2(by, r.Country, r.Owner) == g && (r.Outcome == "routed" || r.Outcome == "pooled") {
						want = appendObservation(want, r)
						events = appendEvent(events, r)
						incidents = append(incidents, x.line(r)...)
					}
				}
				if got := files[path+"/observations.csv"]; got != string(want) {
					rt.Fatalf("%s/observations.csv:\n%s\nwant\n%s", path, got, want)
				}
				if got := files[path+"/xarf.jsonl"]; got != string(incidents) {
					rt.Fatalf("%s/xarf.jsonl:\n%s\nwant\n%s", path, got, incidents)
				}
				if got := files[path+"/intelmq.jsonl"]; got != string(events) {
					rt.Fatalf("%s/intelmq.jsonl:\n%s\nwant\n%s", path, got, events)
				}
			}
		}
	})
}

func group2(by Grouping, country, owner string) string {
	if by == ByCountry {
		return country
	}
	return owner
}

// TestManyFilesFewOpen writes to more parts than may be open and have chunks,
// in turn, and compares each with what was written to it.
func TestManyFilesFewOpen(t *testing.T) {
	st, err := openStage(sampleOptions(filepath.Join(t.TempDir(), "out")))
	if err != nil {
		t.Fatal(err)
	}
	defer st.abandon()
	fan := newFan(st)
	const parts = chunkCount + openFiles
	all := make([]*part, parts)
	want := make([][]byte, parts)
	for i := range all {
		all[i] = fan.part(fmt.Sprintf("part-%d", i))
	}
	for round := range 6 {
		for i, p := range all {
			line := []byte(strings.Repeat(string(rune('a'+(i+round)%26)), 1+(i*37+round*1001)%3000) + "\n")
			if i%100 == round {
				line = bytes.Repeat(line, chunkSize/len(line)+2)
			}
			want[i] = append(want[i], line...)
			if err := fan.write(p, line); err != nil {
				t.Fatal(err)
			}
			if fan.opened > openFiles || fan.made > chunkCount {
				t.Fatalf("%d open, %d chunks", fan.opened, fan.made)
			}
		}
	}
	for i, p := range all {
		e, err := fan.close(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustRead(t, p.full); !bytes.Equal(got, want[i]) || e.Bytes != int64(len(got)) {
			t.Fatalf("part %d differs", i)
		}
	}
}

// TestSplit has one row more than a file takes.
func TestSplit(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 500,001 rows")
	}
	c := sample().cases[8] // of the pool, without a country: one folder only
	row := observe(&c, 1, 1)[0]
	row.Details = nil
	f := &fake{rows: slices.Repeat([]eventlog.Row{row}, SplitRows+1)}
	dir := filepath.Join(t.TempDir(), "out")
	write(t, f, sampleOptions(dir))
	for name, want := range map[string]int{"observations-001.csv": SplitRows, "observations-002.csv": 1} {
		records, err := csv.NewReader(bytes.NewReader(mustRead(t, filepath.Join(dir, "owner/pool", name)))).ReadAll()
		if err != nil || len(records) != want+1 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
		}
		if len(records) > 0 && records[0][0] != "observed" {
			t.Errorf("%s has no header", name)
		}
	}
	page := string(mustRead(t, filepath.Join(dir, "owner/pool/report.html")))
	if !strings.Contains(page, "observations-002.csv") || strings.Contains(page, "\"observations.csv\"") {
		t.Error("the page names other files")
	}
}
