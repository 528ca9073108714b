package report

import (
	"context"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/stats"
)

// lives is a stats.Source over a slice.
type lives []stats.Case

func (l lives) Covered(context.Context) (map[int64]stats.Days, error) { return nil, nil }

func (l lives) Cases(context.Context) iter.Seq2[*stats.Case, error] {
	return func(yield func(*stats.Case, error) bool) {
		for i := range l {
			if !yield(&l[i], nil) {
				return
			}
		}
	}
}

// became gives figures in which twelve cases of Chile were reported, and nothing was
// of Peru.
func became(t *testing.T, now time.Time) *stats.Result {
	t.Helper()
	at := now.Add(-48 * time.Hour).UnixMicro()
	var list lives
	for i := range int64(12) {
		list = append(list, stats.Case{No: i + 1, Class: rsit.C2Server, Country: "CL", State: 4, InSurge: true, First: at, Last: now.UnixMicro(),
			Source: 1, Life: stats.Life{Reported: at}})
		if i < 8 {
			c := &list[i]
			c.State, c.Grade, c.Down = stats.VerifiedDown, stats.Producer, at+(i+1)*3_600_000_000
			c.Proved = c.Down
		}
	}
	list = append(list, stats.Case{No: 20, Class: rsit.Phishing, Country: "PE", State: 2, InSurge: true, First: at, Last: at, Source: 1})
	r, err := stats.Compute(context.Background(), list, stats.Options{Surge: "x", AsOf: now, Opened: now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEffect: the index and the page of a country say what became of the cases, with
// denominators, method and lag; where there is nothing to say they say nothing.
func TestEffect(t *testing.T) {
	base := t.TempDir()
	opt := sampleOptions(filepath.Join(base, "a"))
	opt.Stats = became(t, opt.Now)
	write(t, sample(), opt)
	files := tree(t, opt.Dir)
	for path, want := range map[string][]string{
		"index.html":             {"What became of the cases", "8 of 12 (66.7 %)", "12 of 13 (92.3 %)", "6 h (2 h to not reached)", "Kaplan", "silence proves nothing", "natural remediation", "n &lt; 10"},
		"country/CL/report.html": {"What became of the cases", "8 of 12 (66.7 %)", "12 of 12 (100.0 %)", "not followed so long"},
	} {
		for _, w := range want {
			if !strings.Contains(files[path], w) {
				t.Errorf("%s does not say %q", path, w)
			}
		}
	}
	for path, text := range files {
		if strings.HasSuffix(path, ".html") && path != "index.html" && path != "country/CL/report.html" && strings.Contains(text, "What became of the cases") {
			t.Errorf("%s says what became of cases", path)
		}
		if strings.Contains(text, "[st-") || strings.Contains(text, "[s-") || strings.Contains(text, "[sm-") {
			t.Errorf("%s lacks a text", path)
		}
	}
	again := sampleOptions(filepath.Join(base, "b"))
	again.Stats = became(t, opt.Now)
	write(t, sample(), again)
	for path, text := range tree(t, again.Dir) {
		if files[path] != text {
			t.Errorf("%s differs between two runs", path)
		}
	}
	silent := sampleOptions(filepath.Join(base, "c"))
	silent.Stats = &stats.Result{}
	write(t, sample(), silent)
	if strings.Contains(tree(t, silent.Dir)["index.html"], "What became of the cases") {
		t.Error("there is nothing to say, and yet it says so")
	}
}
