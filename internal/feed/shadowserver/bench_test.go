package shadowserver

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"entente/internal/feed"
)

// benchReport writes rows of 29 columns and about 350 bytes, quoted as the
// producer quotes them.
func benchReport(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`"timestamp","severity","ip","protocol","port","hostname","tag","asn","geo","region","city","naics","hostname_source","sector","http","http_code","http_reason","content_type","connection","www_authenticate","set_cookie","server","content_length","transfer_encoding","http_date","version","build_date","detail","build_branch"` + "\n")
	for i := range n {
		fmt.Fprintf(&b, `"2026-11-24 %02d:%02d:%02d","high","198.18.%d.%d","tcp",%d,"host-%d.example.org","http;basic-auth",%d,"AT","WIEN","VIENNA",518210,"ptr","Communications, Service Provider, and Hosting Service","HTTP/1.1",401,"Unauthorized","text/html; charset=utf-8",,"Basic realm","session=5473ad3faa3d","nginx/1.18.0",%d,,"Tue, 24 Nov 2026 08:00:00 GMT",,,,`+"\n",
			i/3600%24, i/60%60, i%60, i>>8&255, i&255, 8000+i%20, i, 64496+i%16, i%1000)
	}
	return b.Bytes()
}

type counter struct{ accepted, rejected, bytes int }

func (c *counter) Begin(feed.Meta) error { return nil }
func (c *counter) Accept(_ int64, obs []feed.Observation) error {
	c.accepted++
	c.bytes += len(obs[0].Details)
	return nil
}
func (c *counter) Reject(int64, feed.Reason, string, []byte) error {
	c.rejected++
	return nil
}

func BenchmarkRead(b *testing.B) {
	const rows = 20000
	in := benchReport(rows)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		err := Format{}.Read(context.Background(), feed.Input{Name: "2026-11-24-scan_http_vulnerable-x.csv", Body: bytes.NewReader(in), Options: feed.Options{Now: now}}, &c)
		if err != nil || c.accepted != rows {
			b.Fatal(err, c)
		}
	}
	b.ReportMetric(float64(len(in))/rows, "B/row")
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
