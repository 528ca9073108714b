package eventlog

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// narrow is a decoded column with one page: at gives each row's place in one of
// the value lists, -1 for none. A column that nobody needs has no at.
type narrow struct {
	at    []int32
	texts []string
	ids   [][16]byte
	raws  [][32]byte
}

// decoded is what was decoded of a segment.
type decoded struct {
	narrow  [numColumns]narrow
	numbers [numColumns][]int64 // 0 for none
	places  []int32
}

// data reads a data page. It gives which rows have a value (nil: all), how
// many, and the encoded values: new memory if they may be kept, else memory
// that is valid until the next call.
func (r *reader) data(c int, p pagePlace, kept bool) (h *format.PageHeader, levels []uint8, some int, body []byte, err error) {
	dst := r.raw[:0]
	if kept {
		dst = nil
	}
	if h, body, err = r.page(r.columns[c].codec, p.at, p.n, dst); err != nil {
		return nil, nil, 0, nil, err
	}
	if !kept {
		r.raw = body
	}
	if h.Type != format.DataPage || !h.DataPageHeader.Valid || int(h.DataPageHeader.V.NumValues) != p.rows {
		return nil, nil, 0, nil, errChecksum
	}
	if columns[c].required {
		return h, nil, p.rows, body, nil
	}
	if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body)) > uint64(len(body)-4) {
		return nil, nil, 0, nil, errChecksum
	}
	n := int(binary.LittleEndian.Uint32(body)) + 4
	runs := body[4:n]
	body = body[n:]
	// One run says the same for all rows.
	if count, k := binary.Uvarint(runs); k > 0 && k+1 == len(runs) && count == uint64(p.rows)<<1 {
		if runs[k] == 1 {
			return h, nil, p.rows, body, nil
		}
		return h, nil, 0, body, nil
	}
	if r.levels, err = (&rle.Encoding{BitWidth: 1}).DecodeLevels(r.levels[:0], runs); err != nil {
		return nil, nil, 0, nil, err
	}
	if len(r.levels) < p.rows {
		return nil, nil, 0, nil, errChecksum
	}
	levels = r.levels[:p.rows]
	for _, l := range levels {
		some += int(l & 1)
	}
	return h, levels, some, body, nil
}

// dictionary reads the values of a column with a dictionary, as raw bytes that
// are the caller's.
func (r *reader) dictionary(c int) ([]byte, int, error) {
	p := &r.columns[c]
	h, raw, err := r.page(p.codec, p.dictAt, p.dictN, nil)
	if err != nil {
		return nil, 0, err
	}
	if h.Type != format.DictionaryPage || !h.DictionaryPageHeader.Valid {
		return nil, 0, errChecksum
	}
	return raw, int(h.DictionaryPageHeader.V.NumValues), nil
}

// decodeNarrow decodes a column with one page into d.
func (r *reader) decodeNarrow(d *decoded, c int) error {
	p := &r.columns[c]
	pl := p.pages[0]
	out := &d.narrow[c]
	h, levels, some, body, err := r.data(c, pl, false)
	if err != nil {
		return err
	}
	out.at = slices.Grow(out.at[:0], pl.rows)[:pl.rows]
	number := columns[c].kind != kindText && columns[c].kind != kindBytes
	if some == 0 {
		for i := range out.at {
			out.at[i] = -1
		}
		if number {
			d.numbers[c] = append(d.numbers[c][:0], make([]int64, pl.rows)...)
		}
		return nil
	}
	switch h.DataPageHeader.V.Encoding {
	case format.RLEDictionary:
		raw, n, err := r.dictionary(c)
		if err != nil {
			return err
		}
		if err := d.placesOf(out, levels, some, n, body); err != nil {
			return err
		}
		return d.values(c, out, raw, n)
	case format.DeltaBinaryPacked:
		list, err := (&delta.BinaryPackedEncoding{}).DecodeInt64(nil, body)
		if err != nil {
			return err
		}
		if len(list) != some {
			return errChecksum
		}
		d.spread(c, levels, list, pl.rows)
		return nil
	case format.Plain:
		return d.plain(c, out, levels, some, pl.rows, body)
	}
	return errShape
}

// placesOf decodes places in a dictionary of n values.
func (d *decoded) placesOf(out *narrow, levels []uint8, some, n int, body []byte) error {
	if len(body) == 0 || n == 0 {
		return errChecksum
	}
	width := int(body[0])
	if width > 32 || width != max(bits.Len(uint(n-1)), 1) {
		return errChecksum
	}
	var err error
	if d.places, err = (&rle.Encoding{BitWidth: width}).DecodeInt32(d.places[:0], body[1:]); err != nil {
		return err
	}
	if len(d.places) < some {
		return errChecksum
	}
	for _, p := range d.places[:some] {
		if p < 0 || int(p) >= n {
			return errChecksum
		}
	}
	if levels == nil {
		copy(out.at, d.places)
		return nil
	}
	k := 0
	for i, l := range levels {
		out.at[i] = -1
		if l != 0 {
			out.at[i] = d.places[k]
			k++
		}
	}
	return nil
}

// values decodes the dictionary of a column whose places are known.
func (d *decoded) values(c int, out *narrow, raw []byte, n int) error {
	switch columns[c].kind {
	case kindText:
		all := string(raw)
		out.texts, out.raws = out.texts[:0], out.raws[:0]
		for range n {
			if len(all) < 4 {
				return errChecksum
			}
			k := int(binary.LittleEndian.Uint32([]byte(all[:4])))
			if k > len(all)-4 {
				return errChecksum
			}
			out.texts = append(out.texts, all[4:4+k])
			all = all[4+k:]
		}
		if c == colRaw {
			for _, t := range out.texts {
				var h [32]byte
				if m, err := hex.Decode(h[:], []byte(t)); err != nil || m != 32 {
					return errChecksum
				}
				out.raws = append(out.raws, h)
			}
		}
	case kindBytes:
		if len(raw) != 16*n {
			return errChecksum
		}
		out.setIDs(raw)
	default:
		size := 8
		if columns[c].kind == kindPort {
			size = 4
		}
		if len(raw) != size*n {
			return errChecksum
		}
		list := slices.Grow(d.numbers[c][:0], len(out.at))[:len(out.at)]
		for i, at := range out.at {
			list[i] = 0
			if at >= 0 {
				list[i] = number(raw[int(at)*size:], size)
			}
		}
		d.numbers[c] = list
	}
	return nil
}

func number(b []byte, size int) int64 {
	if size == 4 {
		return int64(binary.LittleEndian.Uint32(b))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

func (n *narrow) setIDs(raw []byte) {
	n.ids = slices.Grow(n.ids[:0], len(raw)/16)[:len(raw)/16]
	for i := range n.ids {
		copy(n.ids[i][:], raw[16*i:])
	}
}

// plain decodes values that stand one after another: ports and case ids.
func (d *decoded) plain(c int, out *narrow, levels []uint8, some, rows int, body []byte) error {
	if columns[c].kind == kindPort {
		if len(body) != 4*some {
			return errChecksum
		}
		list := make([]int64, some)
		for i := range list {
			list[i] = number(body[4*i:], 4)
		}
		d.spread(c, levels, list, rows)
		return nil
	}
	if c != colCase || len(body) != 16*some {
		return errShape
	}
	out.setIDs(body)
	k := int32(0)
	for i := range out.at {
		if levels != nil && levels[i] == 0 {
			out.at[i] = -1
			continue
		}
		out.at[i] = k
		k++
	}
	return nil
}

// spread gives the numbers of a column to the rows that have one.
func (d *decoded) spread(c int, levels []uint8, list []int64, rows int) {
	if levels == nil {
		d.numbers[c] = list
		return
	}
	all, k := make([]int64, rows), 0
	for i, l := range levels {
		if l != 0 {
			all[i] = list[k]
			k++
		}
	}
	d.numbers[c] = all
}
