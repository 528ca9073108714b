package eventlog

import (
	"bytes"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// asParquet is what an outside reader sees of a row.
type asParquet struct {
	Batch    int64     `parquet:"batch"`
	Feed     *string   `parquet:"feed"`
	Observed *int64    `parquet:"observed"`
	Snapshot *int64    `parquet:"snapshot"`
	Value    *string   `parquet:"value"`
	Addr     *[16]byte `parquet:"addr"`
	Port     *int32    `parquet:"port"`
	ASN      *int64    `parquet:"asn"`
	Network  *string   `parquet:"network"`
	Reason   *string   `parquet:"reason"`
	Case     *[16]byte `parquet:"case_id"`
	Raw      *string   `parquet:"raw"`
	Line     int64     `parquet:"line"`
	Details  *string   `parquet:"details"`
}

func TestAnotherReaderSeesTheRows(t *testing.T) {
	for _, n := range []int{0, 1, 7, pageRows, pageRows + 1, 5000} {
		s := newSynth(1)
		rows := s.rows(7, n)
		for i := range rows {
			switch i % 7 {
			case 1:
				rows[i].Addr, rows[i].Value, rows[i].Kind = netip.Addr{}, "c.example.org", "domain"
			case 2:
				rows[i].Case, rows[i].Details = [16]byte{}, nil
			case 3:
				rows[i].Port, rows[i].ASN, rows[i].Network = 0, 0, ""
			case 4:
				rows[i].Port = uint16(i)
			}
		}
		var buf bytes.Buffer
		if err := WriteSegment(&buf, rows); err != nil {
			t.Fatal(err)
		}
		f, err := parquet.OpenFile(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
		if err != nil {
			t.Fatal(n, err)
		}
		r := parquet.NewGenericReader[asParquet](f)
		got := make([]asParquet, n+1)
		k, err := r.Read(got)
		if k != n || err != nil && err != io.EOF {
			t.Fatal(n, k, err)
		}
		var so sorter
		for i, key := range so.sort(rows, nil) {
			w, g := &rows[key.at], &got[i]
			if g.Batch != w.Batch || *g.Feed != w.Feed || *g.Observed != w.Observed || g.Snapshot != nil || *g.Value != w.Value ||
				g.Line != w.Line || *g.Raw != hex.EncodeToString(w.Raw[:]) || g.Reason != nil {
				t.Fatalf("%d rows, row %d: %+v", n, i, g)
			}
			if (g.Addr == nil) != !w.Addr.IsValid() || g.Addr != nil && *g.Addr != w.Addr.As16() {
				t.Fatal("addr", i)
			}
			if (g.Port == nil) != (w.Port == 0) || g.Port != nil && *g.Port != int32(w.Port) {
				t.Fatal("port", i)
			}
			if (g.Network == nil) != (w.Network == "") || g.Network != nil && *g.Network != w.Network {
				t.Fatal("network", i)
			}
			if (g.Case == nil) != (w.Case == [16]byte{}) || g.Case != nil && *g.Case != w.Case {
				t.Fatal("case", i)
			}
			if (g.Details == nil) != (w.Details == nil) || g.Details != nil && *g.Details != string(w.Details) {
				t.Fatal("details", i)
			}
		}
	}
}

func TestSameRowsSameBytes(t *testing.T) {
	rows := newSynth(2).rows(1, 6000)
	var first bytes.Buffer
	if err := WriteSegment(&first, rows); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		other := newSynth(3).rows(2, 3000)
		if err := WriteSegment(io.Discard, other); err != nil { // leaves its traces in the shared writer
			t.Fatal(err)
		}
		mixed := slices.Clone(rows)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		var again bytes.Buffer
		if err := WriteSegment(&again, mixed); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Fatal("other bytes for the same rows")
		}
	}
}

func TestTextThatIsNoUTF8(t *testing.T) {
	rows := newSynth(4).rows(1, 10)
	rows[3].Network, rows[3].Value, rows[3].Details = "a\xffb", "v\xff", []byte("{\"a\":\"\xff\"}")
	var buf bytes.Buffer
	if err := WriteSegment(&buf, rows); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(buf.Bytes(), []byte("a\xffb")) {
		t.Fatal("broken text was written")
	}
}

func BenchmarkWriteSegment(b *testing.B) {
	rows := newSynth(1).rows(1, 16_000)
	if path := os.Getenv("ENTENTE_SEGMENT_OUT"); path != "" {
		f, _ := os.Create(path)
		WriteSegment(f, rows)
		f.Close()
	}
	var n counter
	for b.Loop() {
		n = 0
		if err := WriteSegment(&n, rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(rows)*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(n)/float64(len(rows)), "B/row")
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
