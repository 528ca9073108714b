package eventlog

import (
	"bytes"
	"context"
	"hash/crc32"
	"io/fs"
	"net/netip"
	"sync"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// oneFile is a file system with one file, in memory.
type oneFile struct {
	disk.FS
	text []byte
}

type openFile struct{ *bytes.Reader }

func (o oneFile) Open(string) (disk.ReadFile, error) { return openFile{bytes.NewReader(o.text)}, nil }
func (openFile) Close() error                        { return nil }
func (openFile) Stat() (fs.FileInfo, error)          { return nil, fs.ErrInvalid }

// FuzzSegment: a segment in which any bytes were changed, with checksums to
// match in the manifest, gives rows or fault.Corrupt.
func FuzzSegment(f *testing.F) {
	var buf bytes.Buffer
	sum, err := writeSegment(&buf, newSynth(1).rows(7, 300), nil)
	if err != nil {
		f.Fatal(err)
	}
	sound := buf.Bytes()
	f.Add(uint32(0), []byte{})
	f.Add(uint32(sum.Tail.At), []byte{0xff, 0, 0xff})
	f.Add(uint32(len(sound)-8), []byte{0xff, 0xff, 0xff, 0x7f})
	f.Add(uint32(4), []byte("\x15\x04\x15"))
	f.Add(uint32(sum.Filters[0].At), bytes.Repeat([]byte{0}, 64))
	f.Fuzz(func(t *testing.T, at uint32, change []byte) {
		text := bytes.Clone(sound)
		copy(text[int(at)%len(text):], change)
		s := &segment{File: File{Path: "x", Rows: sum.Rows, Bytes: sum.Bytes}, sum: sum}
		for i := range s.sum.Filters {
			fix(text, &s.sum.Filters[i])
		}
		fix(text, &s.sum.Tail)
		l := &Log{fs: oneFile{text: text}}
		for _, q := range []*Query{{}, {Value: "198.18.0.1"}, {Prefix: netip.MustParsePrefix("198.18.0.0/16")}, {Class: "scanner", Outcome: "routed"}} {
			need, err := needed(q, nil)
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			err = newScanner(&sync.Pool{New: func() any { return &rowChunk{} }}).scan(context.Background(), l, s, q, need, func(c *rowChunk) bool {
				rows += len(c.rows)
				return true
			})
			if err != nil && !fault.Is(err, fault.Corrupt) {
				t.Errorf("%v", err)
			}
			if rows > 300 {
				t.Errorf("%d rows of 300", rows)
			}
		}
	})
}

func fix(text []byte, s *span) { s.CRC = crc32.Checksum(text[s.At:s.At+s.N], castagnoli) }

// FuzzSummary: the manifest's words for a segment are read or refused.
func FuzzSummary(f *testing.F) {
	f.Add("1+2/0000000a 3+4/0000000b 5+6/0000000c", "7+8/0000000d")
	f.Add("", "")
	f.Add("-1+-2/x", "9999999999999999999+1/0")
	f.Fuzz(func(t *testing.T, filters, tail string) {
		var s summary
		if s.parse(filters, tail) != nil {
			return
		}
		var again summary
		if err := again.parse(s.texts()); err != nil || again != s {
			t.Errorf("%+v, again %+v: %v", s, again, err)
		}
	})
}
