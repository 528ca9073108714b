package sample

import (
	"bytes"
	"io"
	"testing"
)

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
