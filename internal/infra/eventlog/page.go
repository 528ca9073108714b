package eventlog

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageRows is how many rows a page of a wide column has: value, addr, details.
// The other columns have one page. A query for one value reads only the wide
// pages that hold it.
const pageRows = 2048

// plainBelow is the size in bytes under which a column is not compressed.
const plainBelow = 512

// chunk is one column being written: its pages one after another, as they will
// stand in the file.
type chunk struct {
	buf       []byte
	raw       int64 // bytes before compression, with headers
	codec     format.CompressionCodec
	encodings []format.Encoding
	dictAt    int // place of the dictionary page in buf; -1: none
	dataAt    int // place of the first data page
	pages     []page
	stats     format.Statistics
}

// page is where a data page lies in its chunk.
type page struct {
	at, n    int
	firstRow int64
	rows     int
	nulls    int
	min, max []byte // of addr
}

func (c *chunk) reset() {
	*c = chunk{buf: c.buf[:0], encodings: c.encodings[:0], pages: c.pages[:0], dictAt: -1, codec: format.Zstd}
}

// pager encodes pages. Its buffers serve one column after another.
type pager struct {
	zstd   *zstd.Encoder
	raw    []byte
	packed []byte
	levels []byte
	proto  thrift.CompactProtocol
}

func newPager() *pager {
	// The options are constant and valid.
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err)
	}
	return &pager{zstd: enc}
}

// emit appends a page of raw bytes to c, behind its header.
func (p *pager) emit(c *chunk, h format.PageHeader, raw []byte) error {
	data := raw
	if c.codec == format.Zstd {
		p.packed = p.zstd.EncodeAll(raw, p.packed[:0])
		data = p.packed
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(raw)), int32(len(data))
	h.CRC = int32(crc32.ChecksumIEEE(data))
	head, err := thrift.Marshal(&p.proto, &h)
	if err != nil {
		return err
	}
	c.buf = append(c.buf, head...)
	c.buf = append(c.buf, data...)
	c.raw += int64(len(head) + len(raw))
	return nil
}

// dictionary appends the dictionary page.
func (p *pager) dictionary(c *chunk, values int, raw []byte) error {
	c.dictAt = len(c.buf)
	c.encodings = append(c.encodings, format.Plain, format.RLE, format.RLEDictionary)
	return p.emit(c, format.PageHeader{
		Type: format.DictionaryPage,
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{
			NumValues: int32(values), Encoding: format.Plain,
		}),
	}, raw)
}

// data appends a data page of rows rows whose values are encoded as enc in raw
// behind the levels.
func (p *pager) data(c *chunk, enc format.Encoding, firstRow int64, rows, nulls int, raw []byte) error {
	if len(c.pages) == 0 {
		c.dataAt = len(c.buf)
		if c.dictAt < 0 {
			c.encodings = append(c.encodings, format.RLE, enc)
		}
	}
	at := len(c.buf)
	err := p.emit(c, format.PageHeader{
		Type: format.DataPage,
		DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(rows), Encoding: enc, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
		}),
	}, raw)
	c.pages = append(c.pages, page{at: at, n: len(c.buf) - at, firstRow: firstRow, rows: rows, nulls: nulls})
	return err
}

// appendLevels appends the definition levels of an optional column: a length of
// 4 bytes and the runs. levels is empty when all rows have a value.
func (p *pager) appendLevels(dst []byte, rows, nulls int, levels []uint8) ([]byte, error) {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	switch nulls {
	case 0:
		dst = append(binary.AppendUvarint(dst, uint64(rows)<<1), 1)
	case rows:
		dst = append(binary.AppendUvarint(dst, uint64(rows)<<1), 0)
	default:
		var err error
		if p.levels, err = (&rle.Encoding{BitWidth: 1}).EncodeLevels(p.levels[:0], levels); err != nil {
			return nil, err
		}
		dst = append(dst, p.levels...)
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst, nil
}

// places writes the one data page of a column with a dictionary of n values.
func (p *pager) places(c *chunk, pr *presence, n int, places []int32) error {
	raw, err := p.appendLevels(p.raw[:0], pr.rows, pr.nulls, pr.levels)
	if err != nil {
		return err
	}
	width := bits.Len(uint(max(n-1, 0)))
	if len(places) > 0 && width == 0 {
		width = 1
	}
	raw = append(raw, byte(width))
	if n == 1 {
		raw = append(binary.AppendUvarint(raw, uint64(len(places))<<1), 0)
	} else if p.levels, err = (&rle.Encoding{BitWidth: width}).EncodeInt32(p.levels[:0], places); err != nil {
		return err
	} else {
		raw = append(raw, p.levels...)
	}
	p.raw = raw
	return p.data(c, format.RLEDictionary, 0, pr.rows, pr.nulls, raw)
}

// deltas writes the one data page of a column of many integers.
func (p *pager) deltas(c *chunk, pr *presence, required bool, values []int64) error {
	raw := p.raw[:0]
	var err error
	if !required {
		if raw, err = p.appendLevels(raw, pr.rows, pr.nulls, pr.levels); err != nil {
			return err
		}
	}
	if p.levels, err = (&delta.BinaryPackedEncoding{}).EncodeInt64(p.levels[:0], values); err != nil {
		return err
	}
	p.raw = append(raw, p.levels...)
	return p.data(c, format.DeltaBinaryPacked, 0, pr.rows, pr.nulls, p.raw)
}

// nothing writes the page of a column in which no row has a value.
func (p *pager) nothing(c *chunk, rows int) error {
	c.codec = format.Uncompressed
	raw, err := p.appendLevels(p.raw[:0], rows, rows, nil)
	if err != nil {
		return err
	}
	p.raw = raw
	return p.data(c, format.Plain, 0, rows, rows, raw)
}
