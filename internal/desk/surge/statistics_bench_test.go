package surge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/desk/surge/counts"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// BenchmarkStats is the bar of the statistics: all figures of a surge of a million
// cases with ten million observations, each case with a life of its own, in 5
// seconds on SQLite. Run it with -benchtime 1x.
func BenchmarkStats(b *testing.B) {
	ctx := context.Background()
	n, err := openNode(ctx, b.TempDir(), disk.OS(), newRules(b))
	if err != nil {
		b.Fatal(err)
	}
	defer n.close()
	synthLives(b, n, 1_000_000)
	b.ResetTimer()
	for b.Loop() {
		start := time.Now()
		r, err := n.Stats(ctx, surge.StatsRequest{Surge: "big"})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s")
		b.ReportMetric(highWater(), "MB-peak")
		if r.All.Cases != 1_000_000 || !r.All.Says() {
			b.Fatalf("%d cases", r.All.Cases)
		}
	}
}

// synthLives fills the tables with a surge "big" of so many cases, in 5,000 places,
// most of them reported and half of them down.
func synthLives(t testing.TB, n *node, cases int64) {
	t.Helper()
	const places, slice = 5_000, 50_000
	random := rand.New(rand.NewPCG(1, 2))
	day := func(d int64) int64 { return clock.UnixMicro() - d*86_400_000_000 - random.Int64N(86_400_000_000) }
	ctx := context.Background()
	ok(t, n.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO run (id, fingerprint, surge, started, finished, ground) VALUES (1, $1, 1, 1, 2, '')", []byte{0}); err != nil {
			return err
		}
		for _, text := range []string{
			"INSERT INTO surge (id, name, opened, denominators) VALUES (1, 'big', " + strconv.FormatInt(day(60), 10) + ", '')",
			fmt.Sprintf("INSERT INTO run_span (run, lowest, highest) VALUES (1, 1, %d)", cases),
			"INSERT INTO source (id, feed, label, audience) VALUES (1, 'a', 'AMBER', 1), (2, 'b', 'AMBER', 1)",
		} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return tx.CopyIn(ctx, "placement", []string{"id", "country", "owner", "basis", "asn", "network"}, places, func(i int, d []any) {
			d[0], d[1], d[2], d[3], d[4], d[5] = int64(i+1), string([]byte{'A' + byte(i%26), 'A' + byte(i/26%3)}), "org"+strconv.Itoa(i%200), "asn", int64(64496+i), "Network"
		})
	}))
	book, err := counts.Open(ctx, n.DB)
	ok(t, err)
	for from := int64(1); from <= cases; from += slice {
		size := int(min(slice, cases-from+1))
		seen := make([]counts.Count, size)
		for i := range seen {
			seen[i] = counts.Count{No: from + int64(i), Source: 1 + int64(i%2), First: day(70), Last: day(random.Int64N(50)), N: 10}
		}
		ok(t, n.DB.WriteSlice(ctx, func(tx *store.Tx) error {
			err := tx.CopyIn(ctx, "cases", []string{"no", "id", "class", "family", "kind", "value", "port", "transport", "placement", "state"}, size, func(i int, d []any) {
				no := from + int64(i)
				d[0], d[1], d[2], d[3], d[4] = no, fmt.Appendf(nil, "%016d", no), int64(1+no%6), "family"+strconv.FormatInt(no%300, 10), int64(1)
				d[5], d[6], d[7], d[8], d[9] = "198.18.0.1", int64(80), "tcp", 1+random.Int64N(places), int64(4+4*(no%2))
			})
			if err != nil {
				return err
			}
			if err := book.Begin(ctx, tx, seen); err != nil {
				return err
			}
			return tx.CopyIn(ctx, "case_life", []string{"no", "since", "reported", "delivered", "bounced", "acknowledged", "claimed", "down", "proved", "grade",
				"returned", "returns", "seen_source", "seen_at", "until", "reason"}, size, func(i int, d []any) {
				for k := range d {
					d[k] = int64(0)
				}
				d[0], d[1], d[2], d[3], d[15] = from+int64(i), day(20), day(55), day(54), ""
				if (from+int64(i))%2 == 1 {
					d[7], d[8], d[9] = seen[i].Last, day(1), 1+random.Int64N(5)
				}
			})
		}))
	}
}

// highWater gives VmHWM in megabytes, 0 where the system does not tell.
func highWater() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}
