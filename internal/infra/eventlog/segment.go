package eventlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// damaged names the file of a segment that does not fit its checksums.
func damaged(s *segment, cause error) error {
	text := "the log's file " + s.Path + " is damaged"
	if errors.Is(cause, fs.ErrNotExist) {
		text = "the log's file " + s.Path + " is missing"
	}
	return fault.Wrap(fault.Corrupt, cause, text,
		"restore that file from the backup which the database is of; the other segments are not touched by it")
}

var (
	errChecksum = errors.New("bytes do not fit their checksum")
	errShape    = errors.New("its columns are not those of the log")
)

// reader reads one segment. It and its buffers serve one goroutine at a time.
type reader struct {
	seg   *segment
	file  disk.ReadFile
	zstd  *zstd.Decoder
	proto thrift.CompactProtocol

	columns [numColumns]columnPlace
	addrMin [][]byte // of each page of addr; nil: no address in it
	addrMax [][]byte
	buf     []byte // compressed bytes
	raw     []byte // decompressed bytes of a narrow column
	levels  []uint8
}

// columnPlace is where the pages of a column lie.
type columnPlace struct {
	codec  format.CompressionCodec
	dictAt int64 // 0: no dictionary
	dictN  int64
	pages  []pagePlace
}

type pagePlace struct {
	at, n    int64
	firstRow int
	rows     int
}

func newReader() *reader {
	// The options are constant and valid.
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		panic(err)
	}
	return &reader{zstd: dec}
}

// read gives the bytes of a span, checked. They are valid until the next read.
func (r *reader) read(s span) ([]byte, error) {
	b, err := r.readAt(s.At, s.N)
	if err != nil {
		return nil, err
	}
	if crc32.Checksum(b, castagnoli) != s.CRC {
		return nil, errChecksum
	}
	return b, nil
}

func (r *reader) readAt(at, n int64) ([]byte, error) {
	if n < 0 || at < 0 || at+n > r.seg.sum.Bytes {
		return nil, errChecksum
	}
	if int64(cap(r.buf)) < n {
		r.buf = make([]byte, n)
	}
	b := r.buf[:n]
	if _, err := r.file.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("read %d bytes at %d: %w", n, at, err)
	}
	return b, nil
}

// mayHold asks the Bloom filters whether the segment may hold what q names.
func (r *reader) mayHold(q *Query) (bool, error) {
	if q.Value != "" {
		if ok, err := r.check(filterValue, xxhash.Sum64String(q.Value)); !ok || err != nil {
			return false, err
		}
	}
	if q.Case != ([16]byte{}) {
		if ok, err := r.check(filterCase, xxhash.Sum64(q.Case[:])); !ok || err != nil {
			return false, err
		}
	}
	if q.Prefix.IsValid() && q.Prefix.IsSingleIP() {
		a := q.Prefix.Addr().As16()
		return r.check(filterAddr, xxhash.Sum64(a[:]))
	}
	return true, nil
}

func (r *reader) check(filter int, hash uint64) (bool, error) {
	b, err := r.read(r.seg.sum.Filters[filter])
	if err != nil {
		return false, err
	}
	return bloom.MakeSplitBlockFilter(b).Check(hash), nil
}

// index reads where all pages lie.
func (r *reader) index() error {
	tailSpan := r.seg.sum.Tail
	read, err := r.read(tailSpan)
	if err != nil {
		return err
	}
	tail := append([]byte(nil), read...) // page bounds point into it
	n := len(tail) - 8
	if n < 0 || string(tail[n+4:]) != parquetMagic {
		return errShape
	}
	size := int(binary.LittleEndian.Uint32(tail[n:]))
	if size > n {
		return errShape
	}
	var meta format.FileMetaData
	if err := thrift.Unmarshal(&r.proto, tail[n-size:n], &meta); err != nil {
		return err
	}
	if len(meta.RowGroups) != 1 || len(meta.RowGroups[0].Columns) != numColumns || meta.NumRows != r.seg.Rows {
		return errShape
	}
	part := func(at int64, n int32) []byte {
		at -= tailSpan.At
		if at < 0 || n < 0 || at+int64(n) > int64(len(tail)) {
			return nil
		}
		return tail[at : at+int64(n)]
	}
	for c := range columns {
		g := &meta.RowGroups[0].Columns[c]
		m := &g.MetaData
		if len(m.PathInSchema) != 1 || m.PathInSchema[0] != columns[c].name {
			return errShape
		}
		var off format.OffsetIndex
		if err := thrift.Unmarshal(&r.proto, part(g.OffsetIndexOffset, g.OffsetIndexLength), &off); err != nil {
			return err
		}
		p := columnPlace{codec: m.Codec, dictAt: m.DictionaryPageOffset}
		if p.dictAt > 0 {
			p.dictN = m.DataPageOffset - p.dictAt
		}
		for i, l := range off.PageLocations {
			last := meta.NumRows
			if i+1 < len(off.PageLocations) {
				last = off.PageLocations[i+1].FirstRowIndex
			}
			if l.FirstRowIndex < 0 || last < l.FirstRowIndex {
				return errShape
			}
			p.pages = append(p.pages, pagePlace{l.Offset, int64(l.CompressedPageSize), int(l.FirstRowIndex), int(last - l.FirstRowIndex)})
		}
		r.columns[c] = p
	}
	g := &meta.RowGroups[0].Columns[colAddr]
	var bounds format.ColumnIndex
	if err := thrift.Unmarshal(&r.proto, part(g.ColumnIndexOffset, g.ColumnIndexLength), &bounds); err != nil {
		return err
	}
	pages := len(r.columns[colAddr].pages)
	if len(bounds.NullPages) != pages || len(bounds.MinValues) != pages || len(bounds.MaxValues) != pages {
		return errShape
	}
	r.addrMin, r.addrMax = bounds.MinValues, bounds.MaxValues
	return r.aligned()
}

// aligned checks that the columns have the pages that this version writes.
func (r *reader) aligned() error {
	for c := range columns {
		pages := r.columns[c].pages
		wide := c == colValue || c == colAddr || c == colDetails
		if !wide && len(pages) != 1 {
			return errShape
		}
		for i, p := range pages {
			if wide && p.firstRow != i*pageRows || !wide && p.rows != int(r.seg.Rows) {
				return errShape
			}
		}
		if wide && len(pages) != len(r.columns[colValue].pages) {
			return errShape
		}
	}
	return nil
}

// page reads a page: its header and its decompressed bytes, appended to dst.
func (r *reader) page(codec format.CompressionCodec, at, n int64, dst []byte) (*format.PageHeader, []byte, error) {
	b, err := r.readAt(at, n)
	if err != nil {
		return nil, nil, err
	}
	var h format.PageHeader
	in := bytes.NewReader(b)
	if err := thrift.NewDecoder(r.proto.NewReader(in)).Decode(&h); err != nil {
		return nil, nil, err
	}
	data := b[len(b)-in.Len():]
	if int(h.CompressedPageSize) != len(data) || int32(crc32.ChecksumIEEE(data)) != h.CRC {
		return nil, nil, errChecksum
	}
	switch codec {
	case format.Uncompressed:
		dst = append(dst, data...)
	case format.Zstd:
		if dst, err = r.zstd.DecodeAll(data, dst); err != nil {
			return nil, nil, err
		}
	default:
		return nil, nil, errShape
	}
	if len(dst) != int(h.UncompressedPageSize) {
		return nil, nil, errChecksum
	}
	return &h, dst, nil
}
