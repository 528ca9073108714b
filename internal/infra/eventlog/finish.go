package eventlog

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/parquet-go/parquet-go/format"
)

func (s *segmentWriter) finishColumns() error {
	for c := range columns {
		var err error
		switch {
		case c == colRaw:
			err = s.finishText(c, &s.rawHex)
		case c == colCase:
			err = s.finishCases()
		case s.text[c] != nil:
			err = s.finishText(c, s.text[c])
		case s.number[c] != nil:
			err = s.finishNumber(c, s.number[c])
		}
		if err != nil {
			return err
		}
	}
	a := &s.chunks[colAddr]
	for _, p := range a.pages {
		if p.min != nil && a.stats.MinValue == nil {
			a.stats.MinValue = p.min
		}
		if p.max != nil {
			a.stats.MaxValue = p.max
		}
	}
	for _, col := range []int{colValue, colAddr, colDetails} {
		for _, p := range s.chunks[col].pages {
			s.chunks[col].stats.NullCount += int64(p.nulls)
		}
	}
	return nil
}

func (s *segmentWriter) finishText(column int, t *texts) error {
	c := &s.chunks[column]
	c.stats.NullCount = int64(t.nulls)
	if len(t.values) == 0 {
		return s.nothing(c, t.rows)
	}
	if t.bytes+len(t.places)/8 < plainBelow || len(t.values) == 1 {
		c.codec = format.Uncompressed
	}
	raw := s.raw[:0]
	lo, hi := t.values[0], t.values[0]
	for _, v := range t.values {
		if !utf8.ValidString(v) {
			v = strings.ToValidUTF8(v, "\uFFFD")
		}
		raw = append(binary.LittleEndian.AppendUint32(raw, uint32(len(v))), v...)
		lo, hi = min(lo, v), max(hi, v)
	}
	s.raw = raw
	if utf8.ValidString(lo) && utf8.ValidString(hi) {
		c.stats.MinValue, c.stats.MaxValue = []byte(lo), []byte(hi)
	}
	if err := s.dictionary(c, len(t.values), raw); err != nil {
		return err
	}
	return s.places(c, &t.presence, len(t.values), t.places)
}

func (s *segmentWriter) finishNumber(column int, t *ints) error {
	c := &s.chunks[column]
	c.stats.NullCount = int64(t.nulls)
	if len(t.all) == 0 && t.rows > 0 {
		return s.nothing(c, t.rows)
	}
	if len(t.all) == 0 {
		return s.deltas(c, &t.presence, columns[column].required, t.all)
	}
	lo, hi := t.all[0], t.all[0]
	for _, v := range t.all {
		lo, hi = min(lo, v), max(hi, v)
	}
	narrow := columns[column].kind == kindPort
	c.stats.MinValue, c.stats.MaxValue = plainInt(nil, lo, narrow), plainInt(nil, hi, narrow)
	if columns[column].required || t.many {
		if narrow {
			return s.plainPorts(c, t)
		}
		c.codec = format.Uncompressed
		return s.deltas(c, &t.presence, columns[column].required, t.all)
	}
	if len(t.values) < 32 {
		c.codec = format.Uncompressed
	}
	raw := s.raw[:0]
	for _, v := range t.values {
		raw = plainInt(raw, v, narrow)
	}
	s.raw = raw
	if err := s.dictionary(c, len(t.values), raw); err != nil {
		return err
	}
	return s.places(c, &t.presence, len(t.values), t.places)
}

func plainInt(dst []byte, v int64, narrow bool) []byte {
	if narrow {
		return binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(v))
}

func (s *segmentWriter) plainPorts(c *chunk, t *ints) error {
	raw, err := s.appendLevels(s.raw[:0], t.rows, t.nulls, t.levels)
	if err != nil {
		return err
	}
	for _, v := range t.all {
		raw = plainInt(raw, v, true)
	}
	s.raw = raw
	return s.data(c, format.Plain, 0, t.rows, t.nulls, raw)
}

// finishCases writes case ids, which no one can compress: as a dictionary only
// when at least half of the rows share theirs.
func (s *segmentWriter) finishCases() error {
	c, t := &s.chunks[colCase], &s.cases
	c.stats.NullCount = int64(t.nulls)
	c.codec = format.Uncompressed
	if len(t.values) == 0 {
		return s.nothing(c, t.rows)
	}
	for i := range t.values {
		s.filters[filterCase].add(xxhash.Sum64(t.values[i][:]))
	}
	if 2*len(t.values) <= len(t.places) {
		raw := s.raw[:0]
		for i := range t.values {
			raw = append(raw, t.values[i][:]...)
		}
		s.raw = raw
		if err := s.dictionary(c, len(t.values), raw); err != nil {
			return err
		}
		return s.places(c, &t.presence, len(t.values), t.places)
	}
	raw, err := s.appendLevels(s.raw[:0], t.rows, t.nulls, t.levels)
	if err != nil {
		return err
	}
	for _, at := range t.places {
		raw = append(raw, t.values[at][:]...)
	}
	s.raw = raw
	return s.data(c, format.Plain, 0, t.rows, t.nulls, raw)
}
