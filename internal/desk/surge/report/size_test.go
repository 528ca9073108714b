package report

import (
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPastTheLimitSummarises(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	src := &synth{owners: 2, perOwner: ListLimit, countries: 1, perCase: 0}
	write(t, src, sampleOptions(dir))
	listed := string(mustRead(t, filepath.Join(dir, "owner/owner-000000/report.html")))
	if n := strings.Count(listed, `<td class="id">`); n != ListLimit {
		t.Errorf("%d cases listed of %d", n, ListLimit)
	}
	if strings.Contains(listed, "This page summarises") {
		t.Error("a page at the limit summarises")
	}
	big := string(mustRead(t, filepath.Join(dir, "country/"+synthCodes[0]+"/report.html")))
	if strings.Contains(big, `<td class="id">`) {
		t.Error("a page past the limit lists cases")
	}
	for _, want := range []string{"This page summarises", "10,000 cases", "AS64496 Network number 0", "50 of 10,000 (0.5 %)", "family0", "/tcp"} {
		if !strings.Contains(big, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if len(big) > 200_000 {
		t.Errorf("%d bytes", len(big))
	}
	if n := strings.Count(string(mustRead(t, filepath.Join(dir, "country/"+synthCodes[0]+"/cases.csv"))), "\n"); n != 2*ListLimit+1 {
		t.Errorf("%d lines in cases.csv", n)
	}
}

// TestMemory writes many folders and one large one, with more networks than a
// ranking counts, and watches what lives on the heap, garbage included.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100,000 cases")
	}
	var peak atomic.Uint64
	stop := make(chan struct{})
	heap := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	runtime.GC()
	before := heap()
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				if n := heap(); n > peak.Load() {
					peak.Store(n)
				}
			}
		}
	}()
	src := &synth{owners: 400, perOwner: 150, countries: 1, perCase: 1, network: func(n int) string { return "A rather long name of a network, number " + strconv.Itoa(n) }}
	write(t, src, sampleOptions(filepath.Join(t.TempDir(), "out")))
	close(stop)
	if got := (peak.Load() - min(before, peak.Load())) >> 20; got > 64 {
		t.Errorf("%d MB", got)
	} else {
		t.Logf("%d MB at most", got)
	}
}
