package eventlog

import (
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	parquetMagic = "PAR1"
	createdBy    = "entente eventlog version 1"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// span is a place in a segment and the CRC-32C of what is there.
type span struct {
	At, N int64
	CRC   uint32
}

// summary is what the manifest keeps of a segment beside its name: enough to
// tell whether a value can be in it with one read, and whether what describes
// the pages is sound.
type summary struct {
	Rows, Bytes int64
	Filters     [numFilters]span // bits of the Bloom filters, without header
	Tail        span             // page indexes and footer, to the end of the file
}

// assemble writes magic, chunks, filters, page indexes and footer.
func (s *segmentWriter) assemble(w io.Writer, rows int) (summary, error) {
	sum := summary{Rows: int64(rows)}
	group := format.RowGroup{NumRows: int64(rows), FileOffset: int64(len(parquetMagic))}
	if _, err := io.WriteString(w, parquetMagic); err != nil {
		return sum, err
	}
	pos := int64(len(parquetMagic))
	for i := range s.chunks {
		c := &s.chunks[i]
		if _, err := w.Write(c.buf); err != nil {
			return sum, err
		}
		group.Columns = append(group.Columns, c.metadata(i, pos, int64(rows)))
		group.TotalByteSize += c.raw
		group.TotalCompressedSize += int64(len(c.buf))
		pos += int64(len(c.buf))
	}
	put := func(b []byte) (err error) {
		_, err = w.Write(b)
		pos += int64(len(b))
		return err
	}
	for i, col := range filterColumns {
		bits := s.filters[i].bytes()
		head, err := thrift.Marshal(&s.proto, &format.BloomFilterHeader{
			NumBytes:    int32(len(bits)),
			Algorithm:   format.BloomFilterAlgorithm{Value: &format.SplitBlockAlgorithm{}},
			Hash:        format.BloomFilterHash{Value: &format.XxHash{}},
			Compression: format.BloomFilterCompression{Value: &format.BloomFilterUncompressed{}},
		})
		if err != nil {
			return sum, err
		}
		m := &group.Columns[col].MetaData
		m.BloomFilterOffset, m.BloomFilterLength = pos, int32(len(head)+len(bits))
		if err := put(head); err != nil {
			return sum, err
		}
		sum.Filters[i] = span{pos, int64(len(bits)), crc32.Checksum(bits, castagnoli)}
		if err := put(bits); err != nil {
			return sum, err
		}
	}
	tail, err := s.appendTail(pos, int64(rows), &group)
	if err != nil {
		return sum, err
	}
	sum.Tail = span{pos, int64(len(tail)), crc32.Checksum(tail, castagnoli)}
	err = put(tail)
	sum.Bytes = pos
	return sum, err
}

// appendTail makes everything from the page indexes to the end; it will stand
// at pos.
func (s *segmentWriter) appendTail(pos, rows int64, group *format.RowGroup) ([]byte, error) {
	tail := s.tail[:0]
	add := func(v any) (at int64, n int32, err error) {
		b, err := thrift.Marshal(&s.proto, v)
		at = pos + int64(len(tail))
		tail = append(tail, b...)
		return at, int32(len(b)), err
	}
	var err error
	addr := &group.Columns[colAddr]
	if addr.ColumnIndexOffset, addr.ColumnIndexLength, err = add(s.chunks[colAddr].columnIndex()); err != nil {
		return nil, err
	}
	for i := range s.chunks {
		c, g := &s.chunks[i], &group.Columns[i]
		if g.OffsetIndexOffset, g.OffsetIndexLength, err = add(c.offsetIndex(g.MetaData.DataPageOffset - int64(c.dataAt))); err != nil {
			return nil, err
		}
	}
	meta := format.FileMetaData{
		Version: 1, Schema: schemaElements(), NumRows: rows, RowGroups: []format.RowGroup{*group}, CreatedBy: createdBy,
	}
	if rows == 0 {
		meta.RowGroups = nil
	}
	for range columns {
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	_, n, err := add(&meta)
	if err != nil {
		return nil, err
	}
	tail = binary.LittleEndian.AppendUint32(tail, uint32(n))
	tail = append(tail, parquetMagic...)
	s.tail = tail
	return tail, nil
}

// metadata describes the chunk of a column that stands at pos.
func (c *chunk) metadata(column int, pos, rows int64) format.ColumnChunk {
	def := columns[column]
	m := format.ColumnMetaData{
		Type: def.kind.physical(), Encoding: append([]format.Encoding(nil), c.encodings...), PathInSchema: []string{def.name},
		Codec: c.codec, NumValues: rows, TotalUncompressedSize: c.raw, TotalCompressedSize: int64(len(c.buf)),
		DataPageOffset: pos + int64(c.dataAt), Statistics: c.stats,
	}
	if c.dictAt >= 0 {
		m.DictionaryPageOffset = pos + int64(c.dictAt)
	}
	return format.ColumnChunk{FileOffset: 0, MetaData: m}
}

func (c *chunk) offsetIndex(base int64) *format.OffsetIndex {
	out := &format.OffsetIndex{}
	for _, p := range c.pages {
		out.PageLocations = append(out.PageLocations, format.PageLocation{
			Offset: base + int64(p.at), CompressedPageSize: int32(p.n), FirstRowIndex: p.firstRow,
		})
	}
	return out
}

// columnIndex is made for addr alone, by which the rows are sorted: rows
// without an address come first.
func (c *chunk) columnIndex() *format.ColumnIndex {
	out := &format.ColumnIndex{BoundaryOrder: format.Ascending}
	for _, p := range c.pages {
		out.NullPages = append(out.NullPages, p.min == nil)
		out.MinValues = append(out.MinValues, p.min)
		out.MaxValues = append(out.MaxValues, p.max)
		out.NullCounts = append(out.NullCounts, int64(p.nulls))
	}
	return out
}
