package test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// later is when the grace of files that died is over.
const later = "2026-11-21T11:00:00Z"

// upkeep is a folder with segments to merge, rows to end and a value to erase.
type upkeep struct {
	ready  string
	config string
	value  string
	whole  state
	took   []time.Duration
}

// commands are the steps, each of which is killed in turn.
func (u *upkeep) commands(data string) [][]string {
	flags := []string{"--data", data, "--now", later, "--quiet", "--config", u.config}
	return [][]string{
		append(flags[:len(flags):len(flags)], "log", "compact"),
		append(flags[:len(flags):len(flags)], "log", "retain"),
		append(flags[:len(flags):len(flags)], "log", "erase", u.value, "--reason", "asked", "--by", "Ann"),
		append(flags[:len(flags):len(flags)], "log", "compact"),
	}
}

func newUpkeep(t *testing.T) *upkeep {
	t.Helper()
	dir := t.TempDir()
	u := &upkeep{ready: filepath.Join(dir, "ready"), config: filepath.Join(dir, "keep.yaml")}
	// The sample's days are 2026-11-17 to 20: the first is over, of the second a class.
	rules := "retention:\n  - {class: potentially-unwanted-accessible, days: 2}\n  - {days: 3}\n  - {rejected_days: 1}\n"
	if err := os.WriteFile(u.config, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	sample := makeSample(t, 30_000, false)
	prepare(t, sample, u.ready)
	feeds, err := filepath.Glob(filepath.Join(sample, "feeds", "*"))
	if err != nil || len(feeds) < 4 {
		t.Fatal(feeds, err)
	}
	for half := range 2 { // two runs, so that each day has several segments
		args := []string{"--data", u.ready, "--now", now, "--quiet", "--json", "ingest", "--geo", filepath.Join(sample, "geography.csv")}
		must(t, done, append(args, feeds[half*len(feeds)/2:(half+1)*len(feeds)/2]...)...)
	}
	u.value = valueOfLastDay(t, u.ready)
	data := filepath.Join(dir, "undisturbed")
	copyFolder(t, u.ready, data)
	for _, args := range u.commands(data) {
		begun := time.Now()
		must(t, done, args...)
		u.took = append(u.took, time.Since(begun))
	}
	u.whole = u.end(t, data)
	if before := look(t, u.ready); len(before.log) <= len(u.whole.log) || len(before.cases) != len(u.whole.cases) {
		t.Fatalf("%d rows became %d, %d cases %d", len(before.log), len(u.whole.log), len(before.cases), len(u.whole.cases))
	}
	return u
}

// valueOfLastDay gives an address that the log has on a day that is kept.
func valueOfLastDay(t *testing.T, data string) string {
	t.Helper()
	r := must(t, []int{0}, "--data", data, "--now", now, "--live", "--jsonl", "log", "query", "--from", "2026-11-20", "--outcome", "routed")
	for _, line := range strings.Split(r.stdout, "\n") {
		var row struct{ Kind, Value string }
		if json.Unmarshal([]byte(line), &row) == nil && row.Kind == "ipv4" {
			return row.Value
		}
	}
	t.Fatal("no address")
	return ""
}

// end looks at a folder whose dead files are over: those on the disk are those
// that count.
func (u *upkeep) end(t *testing.T, data string) state {
	t.Helper()
	// One sweep ends the lease of what was killed, and deletes what it left.
	must(t, done, "--data", data, "--now", "2026-11-21T15:00:00Z", "--quiet", "log", "compact")
	listed := strings.Fields(must(t, []int{0}, "--data", data, "log", "files").stdout)
	there, err := filepath.Glob(filepath.Join(data, "log", "*", "*"))
	if err != nil || len(there) != len(listed) {
		t.Errorf("%d files are there, %d count (%v)", len(there), len(listed), err)
	}
	s := look(t, data)
	for i, c := range s.log {
		if strings.Contains(c, `"`+u.value+`"`) {
			t.Errorf("the erased value is in row %d", i)
		}
	}
	return s
}

// TestUpkeepCrash: compaction, retention and erasure that were killed, then a
// plain rerun of the same command. Log and cases equal those of an undisturbed
// one, and no file is left over.
func TestUpkeepCrash(t *testing.T) {
	u := newUpkeep(t)
	tries := 6
	if long() {
		tries = 40
	}
	var hits atomic.Int64
	t.Run("at", func(t *testing.T) {
		for seed := range uint64(tries) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(seed, 11))
				data := filepath.Join(t.TempDir(), "data")
				copyFolder(t, u.ready, data)
				for i, args := range u.commands(data) {
					if _, hit := disturb(t, moment(rng, u.took[i]), syscall.SIGKILL, args...); hit {
						hits.Add(1)
					}
					must(t, done, args...)
				}
				sameState(t, u.end(t, data), u.whole)
			})
		}
	})
	if hits.Load() < int64(tries) {
		t.Errorf("only %d of %d commands were killed", hits.Load(), 4*tries)
	}
}
