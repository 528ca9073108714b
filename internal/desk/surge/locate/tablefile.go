package locate

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"

	"github.com/cespare/xxhash/v2"
)

// The file of a table: a magic word, the number of elements of each section,
// the xxHash64 of the body, then the sections as little-endian numbers. What
// can be derived is not in the file.
const (
	tableMagic  = "ENTNET1\n"
	tableHeader = len(tableMagic) + 5*8 + 8
)

// encode gives the bytes of the table's file.
func (t *table) encode() []byte {
	n4, n6, recs := len(t.start4), len(t.hi6), len(t.asn)
	size := tableHeader + bodySize(n4, n6, recs, len(t.names), len(t.text))
	b := make([]byte, 0, size)
	b = append(b, tableMagic...)
	for _, n := range []int{n4, n6, recs, len(t.names), len(t.text)} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	b = binary.LittleEndian.AppendUint64(b, 0)
	b = append32(b, t.start4, t.rec4, t.text4, t.rec6, t.text6, t.asn, t.name)
	for _, s := range [][]uint64{t.hi6, t.lo6} {
		for _, v := range s {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	for _, v := range t.country {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	b = append(b, t.bits4...)
	b = append(b, t.bits6...)
	b = append(b, t.names...)
	b = append(b, t.text...)
	binary.LittleEndian.PutUint64(b[tableHeader-8:], xxhash.Sum64(b[tableHeader:]))
	return b
}

func append32(b []byte, sections ...[]uint32) []byte {
	for _, s := range sections {
		for _, v := range s {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	return b
}

// bodySize gives the bytes after the header.
func bodySize(n4, n6, recs, names, text int) int {
	return 4*(n4+n4+n4+1+n6+n6+1+recs+recs+1) + 16*n6 + 2*recs + n4 + n6 + names + text
}

// decodeTable reads the bytes of a table's file. It fails on anything that is
// not whole and sound, so that a look-up can never run outside.
func decodeTable(b []byte) (*table, error) {
	if len(b) < tableHeader || string(b[:len(tableMagic)]) != tableMagic {
		return nil, fmt.Errorf("it is no table of networks of this version")
	}
	var n [5]int
	for i := range n {
		v := binary.LittleEndian.Uint64(b[len(tableMagic)+8*i:])
		if v > math.MaxInt32 {
			return nil, fmt.Errorf("its header is damaged")
		}
		n[i] = int(v)
	}
	body := b[tableHeader:]
	if len(body) != bodySize(n[0], n[1], n[2], n[3], n[4]) {
		return nil, fmt.Errorf("it is cut off or too long: %d bytes", len(b))
	}
	if xxhash.Sum64(body) != binary.LittleEndian.Uint64(b[tableHeader-8:]) {
		return nil, fmt.Errorf("its checksum is wrong")
	}
	t := &table{}
	r := sections{body}
	t.start4, t.rec4, t.text4 = r.take32(n[0]), r.take32(n[0]), r.take32(n[0]+1)
	t.rec6, t.text6 = r.take32(n[1]), r.take32(n[1]+1)
	t.asn, t.name = r.take32(n[2]), r.take32(n[2]+1)
	t.hi6, t.lo6 = r.take64(n[1]), r.take64(n[1])
	t.country = r.take16(n[2])
	t.bits4 = append([]uint8(nil), r.take(n[0])...)
	t.bits6 = append([]uint8(nil), r.take(n[1])...)
	t.names, t.text = string(r.take(n[3])), string(r.take(n[4]))
	if err := t.check(); err != nil {
		return nil, err
	}
	t.index()
	return t, nil
}

type sections struct{ rest []byte }

func (s *sections) take(n int) []byte {
	b := s.rest[:n:n]
	s.rest = s.rest[n:]
	return b
}

func (s *sections) take16(n int) []uint16 {
	out, b := make([]uint16, n), s.take(2*n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return out
}

func (s *sections) take32(n int) []uint32 {
	out, b := make([]uint32, n), s.take(4*n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return out
}

func (s *sections) take64(n int) []uint64 {
	out, b := make([]uint64, n), s.take(8*n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return out
}

// check tells whether every number points inside and the order is kept.
func (t *table) check() error {
	bad := func(what string) error { return fmt.Errorf("its %s are out of order", what) }
	for i, s := range t.start4 {
		if t.bits4[i] > 32 || int(t.rec4[i]) >= len(t.asn) || i > 0 && s < t.start4[i-1] {
			return bad("IPv4 networks")
		}
	}
	for i, h := range t.hi6 {
		if t.bits6[i] > 128 || int(t.rec6[i]) >= len(t.asn) || i > 0 && h < t.hi6[i-1] {
			return bad("IPv6 networks")
		}
	}
	for _, o := range []struct {
		what string
		at   []uint32
		end  int
	}{{"names", t.name, len(t.names)}, {"texts", t.text4, len(t.text)}, {"texts", t.text6, len(t.text)}} {
		for i, v := range o.at {
			if int(v) > o.end || i > 0 && v < o.at[i-1] {
				return bad(o.what)
			}
		}
	}
	return nil
}

// readTable reads the file of a table.
func readTable(path string) (*table, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodeTable(b)
}
