package intelmq_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/intelmq"

	"github.com/goccy/go-json"
	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, intelmq.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := intelmq.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const good = `{"time.source":"2026-08-01T00:00:00+00:00","source.ip":"192.0.2.20","classification.type":"scanner","extra.x":"y"}`

func TestEveryEventIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := []string{good}
		for range rapid.IntRange(0, 20).Draw(rt, "n") {
			row := []byte(good)
			switch rapid.IntRange(0, 2).Draw(rt, "how") {
			case 0: // a changed byte, but no line break
				if c := rapid.Byte().Draw(rt, "byte"); c != '\n' {
					row[rapid.IntRange(0, len(row)-1).Draw(rt, "at")] = c
				}
			case 1:
				row = row[:rapid.IntRange(1, len(row)).Draw(rt, "cut")]
			}
			rows = append(rows, string(row))
		}
		r := read(t, strings.NewReader(strings.Join(rows, "\n")))
		blank := int64(0)
		for _, row := range rows {
			if strings.TrimSpace(row) == "" {
				blank++
			}
		}
		if r.Rows() != int64(len(rows))-blank || r.Accepted < 1 {
			rt.Fatalf("%d rows of %d", r.Rows(), len(rows))
		}
	})
}

func TestBadInput(t *testing.T) {
	huge := `{"source.ip":"` + strings.Repeat("x", 100<<20) + `"}`
	body := good + "\n" + huge + "\n" + good + "\x00\n{\"source.ip\":\"\xff\"}\n" + good
	r := read(t, strings.NewReader(body))
	if r.Accepted != 2 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 2 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	r = read(t, strings.NewReader("["+good+","+huge+","+good+"]"))
	if r.Accepted != 2 || r.By[feed.LineTooLong] != 1 {
		t.Errorf("array: accepted %d, rejected %v", r.Accepted, r.By)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[" + good + "," + good + "]"))
	f.Add([]byte(`{"time.observation":"2026-08-01T00:00:00Z","source.url":"hxxp://example.org/","classification.type":"phishing","tlp":"RED","source.asn":"AS1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		intelmq.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data))
	})
}

// event is a row of about 650 bytes, as Shadowserver data looks in IntelMQ.
func event(i int) string {
	return fmt.Sprintf(`{"time.source":"2026-08-01T00:%02d:%02d+00:00","time.observation":"2026-08-02T06:00:00+00:00","source.ip":"198.18.%d.%d","source.port":%d,"source.asn":64496,"source.geolocation.cc":"PE","source.geolocation.region":"LIMA","source.geolocation.city":"LIMA","source.reverse_dns":"host-%d.example.org","classification.taxonomy":"vulnerable","classification.type":"vulnerable-system","classification.identifier":"open-telnet","protocol.transport":"tcp","protocol.application":"telnet","feed.name":"Accessible-Telnet","feed.provider":"Example","feed.accuracy":100.0,"extra.tag":"telnet-alt","extra.source.naics":517311,"extra.source.sector":"Communications","extra.banner":"|Login:|Password:","event_description.text":"a service is open"}`,
		i/60%60, i%60, i>>8&255, i&255, 1+i%60000, i)
}

type count struct{ accepted, rejected int }

func (c *count) Begin(feed.Meta) error                           { return nil }
func (c *count) Accept(int64, []feed.Observation) error          { c.accepted++; return nil }
func (c *count) Reject(int64, feed.Reason, string, []byte) error { c.rejected++; return nil }

func corpus() ([]byte, int) {
	var b bytes.Buffer
	const n = 20_000
	for i := range n {
		b.WriteString(event(i))
		b.WriteByte('\n')
	}
	return b.Bytes(), n
}

func BenchmarkRead(b *testing.B) {
	data, n := corpus()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c := &count{}
		if err := (intelmq.Format{}).Read(context.Background(), feed.Input{Name: "x", Body: bytes.NewReader(data)}, c); err != nil || c.accepted != n {
			b.Fatal(err, c)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkGoccyMap is what a general library needs to keep unknown keys: JSON
// to a map and nothing else.
func BenchmarkGoccyMap(b *testing.B) {
	data, n := corpus()
	rows := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for _, row := range rows {
			var m map[string]any
			if err := json.Unmarshal(row, &m); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
