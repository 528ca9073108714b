package eventlog

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/parquet-go/parquet-go/format"
)

// WriteSegment writes rows as one Parquet file: one row group, zstd, sorted by
// address, value, time, raw file and line, with a Bloom filter of the standard
// kind on value, addr and case_id. The same rows give the same bytes in any
// order. Text that is not UTF-8 gets U+FFFD where it is not.
//
// The pages are made here rather than by the Parquet library's writer, which
// takes rows by reflection: columns of a batch hold few different texts, and a
// dictionary that remembers the row before costs much less.
func WriteSegment(w io.Writer, rows []Row) error {
	_, err := writeSegment(w, rows, nil)
	return err
}

// writers holds writers that are free, as a cache of memory alone: what one
// wrote before never shows in what it writes. Their tables and buffers take
// about as much memory as a batch.
var writers = sync.Pool{New: func() any { return newSegmentWriter() }}

func writeSegment(w io.Writer, rows []Row, pick []int32) (summary, error) {
	sw := writers.Get().(*segmentWriter)
	defer writers.Put(sw)
	return sw.write(w, rows, pick)
}

// segmentWriter turns rows into columns, row by row in sorted order, so that
// every row is touched once.
type segmentWriter struct {
	sorter
	*pager

	text   [numColumns]*texts
	number [numColumns]*ints
	cases  ids
	raws   [][32]byte
	rawAt  map[[32]byte]int32
	rawHex texts

	value, addr, details wide
	chunks               [numColumns]chunk
	filters              [numFilters]bloomFilter
	tail                 []byte
	rows                 int // so far
}

// wide is a column whose values are written as they come, in pages of pageRows.
type wide struct {
	presence
	raw []byte
}

func newSegmentWriter() *segmentWriter {
	s := &segmentWriter{pager: newPager(), rawAt: map[[32]byte]int32{}}
	for c, def := range columns {
		switch {
		case c == colValue || c == colDetails || c == colRaw || def.kind == kindBytes:
		case def.kind == kindText:
			s.text[c] = &texts{}
		default:
			s.number[c] = &ints{}
		}
	}
	return s
}

func (s *segmentWriter) reset() {
	for c := range columns {
		if s.text[c] != nil {
			s.text[c].reset()
		}
		if s.number[c] != nil {
			s.number[c].reset()
		}
		s.chunks[c].reset()
	}
	s.cases.reset()
	s.rawHex.reset()
	s.raws, s.rows = s.raws[:0], 0
	clear(s.rawAt)
	for _, w := range []*wide{&s.value, &s.addr, &s.details} {
		w.presence.reset()
		w.raw = w.raw[:0]
	}
	for i := range s.filters {
		s.filters[i].reset()
	}
}

func (s *segmentWriter) write(w io.Writer, rows []Row, pick []int32) (summary, error) {
	s.reset()
	for _, k := range s.sort(rows, pick) {
		if err := s.push(&rows[k.at]); err != nil {
			return summary{}, err
		}
	}
	return s.end(w)
}

// push takes the next row in order.
func (s *segmentWriter) push(r *Row) error {
	s.add(r)
	if s.rows++; s.rows%pageRows == 0 {
		return s.cut(int64(s.rows - pageRows))
	}
	return nil
}

// end writes the file of the rows that were pushed.
func (s *segmentWriter) end(w io.Writer) (summary, error) {
	if n := s.rows % pageRows; n > 0 {
		if err := s.cut(int64(s.rows - n)); err != nil {
			return summary{}, err
		}
	}
	if err := s.finishColumns(); err != nil {
		return summary{}, err
	}
	return s.assemble(w, s.rows)
}

func (s *segmentWriter) add(r *Row) {
	t, n := &s.text, &s.number
	n[colBatch].add(r.Batch)
	t[colFeed].add(r.Feed)
	t[colMode].add(r.Mode)
	n[colObserved].addOptional(r.Observed)
	n[colSnapshot].addOptional(r.Snapshot)
	t[colClass].add(r.Class)
	t[colSaid].add(r.Said)
	t[colFamily].add(r.Family)
	t[colKind].add(r.Kind)
	s.addValue(r.Value)
	if r.Addr.IsValid() {
		b := r.Addr.As16()
		s.addr.some()
		s.addr.raw = append(s.addr.raw, b[:]...)
		s.filters[filterAddr].add(xxhash.Sum64(b[:]))
	} else {
		s.addr.none()
	}
	n[colPort].addOptional(int64(r.Port))
	t[colTransport].add(r.Transport)
	t[colCountry].add(r.Country)
	t[colCountryBasis].add(r.CountryBasis)
	n[colASN].addOptional(int64(r.ASN))
	t[colPrefix].add(r.Prefix)
	t[colNetwork].add(r.Network)
	t[colClaimedCountry].add(r.ClaimedCountry)
	n[colClaimedASN].addOptional(int64(r.ClaimedASN))
	t[colStatus].add(r.Status)
	t[colSeverity].add(r.Severity)
	t[colOutcome].add(r.Outcome)
	t[colReason].add(r.Reason)
	t[colOwner].add(r.Owner)
	t[colOwnerBasis].add(r.OwnerBasis)
	if r.Case != ([16]byte{}) {
		s.cases.add(&r.Case)
	} else {
		s.cases.none()
	}
	s.addRaw(&r.Raw)
	n[colLine].add(r.Line)
	t[colLabel].add(r.Label)
	if len(r.Details) > 0 {
		s.details.some()
		s.details.raw = appendText(s.details.raw, r.Details)
	} else {
		s.details.none()
	}
}

func (s *segmentWriter) addValue(v string) {
	if v == "" {
		s.value.none()
		return
	}
	if !utf8.ValidString(v) {
		v = strings.ToValidUTF8(v, "\uFFFD")
	}
	s.value.some()
	s.value.raw = append(binary.LittleEndian.AppendUint32(s.value.raw, uint32(len(v))), v...)
	s.filters[filterValue].add(xxhash.Sum64String(v))
}

func appendText(dst, v []byte) []byte {
	if !utf8.Valid(v) {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(v))), v...)
}

// addRaw keeps a raw hash by its place; a batch has few.
func (s *segmentWriter) addRaw(h *[32]byte) {
	t := &s.rawHex
	if *h == ([32]byte{}) {
		t.none()
		return
	}
	t.some()
	if n := len(s.raws); n == 0 || t.lastAt < 0 || s.raws[t.lastAt] != *h {
		at, ok := s.rawAt[*h]
		if !ok {
			at = int32(n)
			s.rawAt[*h] = at
			s.raws = append(s.raws, *h)
			t.values = append(t.values, hex.EncodeToString(h[:]))
			t.bytes += 64
		}
		t.lastAt = at
	}
	t.places = append(t.places, t.lastAt)
}

// cut ends a page of the wide columns.
func (s *segmentWriter) cut(firstRow int64) error {
	for _, w := range []struct {
		*wide
		column int
	}{{&s.value, colValue}, {&s.addr, colAddr}, {&s.details, colDetails}} {
		raw, err := s.appendLevels(s.raw[:0], w.rows, w.nulls, w.levels)
		if err != nil {
			return err
		}
		s.raw = append(raw, w.raw...)
		c := &s.chunks[w.column]
		if err := s.data(c, format.Plain, firstRow, w.rows, w.nulls, s.raw); err != nil {
			return err
		}
		if n := len(w.raw); w.column == colAddr && n > 0 {
			p := &c.pages[len(c.pages)-1]
			p.min, p.max = bytes.Clone(w.raw[:16]), bytes.Clone(w.raw[n-16:])
		}
		w.presence.reset()
		w.wide.raw = w.wide.raw[:0]
	}
	return nil
}
