package sample

import (
	"bytes"
	"io"
	"testing"
)

// A third of the benchmark's rows open a case each.
func TestBenchmarkShare(t *testing.T) {
	const rows = 30000
	var b bytes.Buffer
	if err := WriteShadowserver(&b, rows, 1.0/3, 5); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range bytes.Split(b.Bytes(), []byte("\n")) {
		if f := bytes.Split(line, []byte(",")); i > 0 && len(f) > 4 {
			seen[string(f[2])+" "+string(f[4])] = true
		}
	}
	if n := len(seen); n < rows*32/100 || n > rows*36/100 {
		t.Errorf("%d services in %d rows", n, rows)
	}
}

func BenchmarkWriteShadowserver(b *testing.B) {
	var one bytes.Buffer
	if err := WriteShadowserver(&one, 1000, 1.0/3, 1); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(one.Len() / 1000))
	if err := WriteShadowserver(io.Discard, int64(b.N), 1.0/3, 1); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWriteIntelMQ(b *testing.B) {
	var one bytes.Buffer
	if err := WriteIntelMQ(&one, 1000, 1.0/3, 1); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(one.Len() / 1000))
	if err := WriteIntelMQ(io.Discard, int64(b.N), 1.0/3, 1); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
