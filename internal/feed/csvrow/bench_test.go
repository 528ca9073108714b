package csvrow

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
)

// benchRows writes rows of 29 columns and about 350 bytes.
func benchRows(n int, quote bool) []byte {
	var b bytes.Buffer
	for i := range n {
		cols := []string{"2026-11-24 08:00:00", "high", fmt.Sprintf("192.0.2.%d", i%256), "tcp", "8080",
			fmt.Sprintf("host-%d.example.org", i), "http;basic-auth", "64496", "AT", "WIEN", "VIENNA", "518210", "cert",
			"Communications, Service Provider, and Hosting Service", "HTTP/1.1", "401", "Unauthorized",
			"text/html; charset=utf-8", "keep-alive", "Basic realm", "session=5473ad3faa3de66685fb3a53bffb390b",
			"nginx/1.18.0", "149", "chunked", "Tue 24 Nov 2026 08:00:00 GMT", "4.7.0", "2026-01-01", "detail", ""}
		for j, c := range cols {
			if j > 0 {
				b.WriteByte(',')
			}
			if strings.ContainsRune(c, ',') && !quote {
				c = strings.ReplaceAll(c, ",", "")
			}
			if quote && j != 4 && j != 7 && j != 11 && c != "" {
				c = `"` + c + `"`
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	for _, quote := range []bool{false, true} {
		in := benchRows(20000, quote)
		name := map[bool]string{false: "plain", true: "quoted"}[quote]
		b.Run(name+"/csvrow", func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				r := New(bytes.NewReader(in), Options{Tolerant: true})
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					}
				}
			}
			b.ReportMetric(float64(len(in))/20000, "B/row")
		})
		b.Run(name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				r := csv.NewReader(bytes.NewReader(in))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					}
				}
			}
		})
	}
}
