package eventlog

import (
	"net/netip"
	"os"
	"strconv"
	"testing"

	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// benchLog makes a log of ENTENTE_BENCH_ROWS rows (default 500,000; the target
// is 10 million) in segments of 16,000, over 30 days.
func benchLog(b *testing.B) (*Log, *Row, int) {
	total := 500_000
	if n, err := strconv.Atoi(os.Getenv("ENTENTE_BENCH_ROWS")); err == nil {
		total = n
	}
	l := openLog(b, storetest.Open(b, store.SQLite), disk.OS(), b.TempDir(), newClock())
	s := newSynth(1)
	rows := s.rows(1, 16_000)
	one := rows[77]
	for batch := int64(1); int(batch)*len(rows) <= total; batch++ {
		if batch > 1 {
			rows = s.rows(batch, len(rows))
		}
		s.day += dayMicros * 30 / int64(total/len(rows)+1) / dayMicros * dayMicros
		put(b, l, batch, rows)
	}
	return l, &one, total / len(rows) * len(rows)
}

func BenchmarkQuery(b *testing.B) {
	l, one, total := benchLog(b)
	for name, q := range map[string]Query{
		"value":   {Value: one.Value},
		"address": {Prefix: netip.PrefixFrom(one.Addr, 32)},
		"case":    {Case: one.Case},
		"absent":  {Value: "192.0.2.1"},
	} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				for _, err := range l.Query(ctx, q) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n), "rows")
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms")
		})
	}
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			for _, err := range l.Scan(ctx, Query{}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(total*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("scan6", func(b *testing.B) {
		for b.Loop() {
			for _, err := range l.Scan(ctx, Query{}, "observed", "class", "country", "owner", "case_id", "feed") {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(total*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

// BenchmarkStage stages and commits batches of 16,000 rows, of one day and of
// thirty.
func BenchmarkStage(b *testing.B) {
	for _, days := range []int{1, 30} {
		b.Run(strconv.Itoa(days), func(b *testing.B) {
			l := openLog(b, storetest.Open(b, store.SQLite), disk.OS(), b.TempDir(), newClock())
			rows := newSynth(1).rows(1, 16_000)
			for i := range rows {
				rows[i].Observed += int64(i%days) * dayMicros
			}
			batch := int64(0)
			for b.Loop() {
				batch++
				put(b, l, batch, rows)
			}
			files, err := l.Files(ctx)
			if err != nil {
				b.Fatal(err)
			}
			bytes := int64(0)
			for _, f := range files {
				bytes += f.Bytes
			}
			b.ReportMetric(float64(bytes)/float64(len(rows)*b.N), "B/row")
			b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
