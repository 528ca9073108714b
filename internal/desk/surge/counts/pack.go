package counts

import (
	"encoding/binary"

	"entente/internal/core/fault"
)

// A packed list holds, per count: the distance from the number before, shifted
// by severityBits, with the severity; the source; the distance of first from the
// first before; last less first; the number of observations. All are varints.
const severityBits = 3

// packer writes a list in order.
type packer struct {
	b      []byte
	no, at int64
}

func (p *packer) add(c *Count) {
	b := binary.AppendUvarint(p.b, uint64(c.No-p.no)<<severityBits|uint64(c.Severity)&(1<<severityBits-1))
	b = binary.AppendUvarint(b, uint64(c.Source))
	b = binary.AppendVarint(b, c.First-p.at)
	b = binary.AppendUvarint(b, uint64(c.Last-c.First))
	p.b = binary.AppendUvarint(b, uint64(c.N))
	p.no, p.at = c.No, c.First
}

// Pack packs a list that is in order.
func Pack(list []Count) []byte {
	p := packer{b: make([]byte, 0, len(list)*16)}
	for i := range list {
		p.add(&list[i])
	}
	return p.b
}

// walker reads a packed list.
type walker struct {
	rest []byte
	at   Count
}

// next steps on; false at the end, or at what is no packed list.
func (w *walker) next() (bool, error) {
	if len(w.rest) == 0 {
		return false, nil
	}
	var field [5]uint64
	for i := range field {
		v, n := binary.Uvarint(w.rest)
		if n <= 0 {
			return false, damaged()
		}
		field[i], w.rest = v, w.rest[n:]
	}
	first := w.at.First + (int64(field[2]>>1) ^ -int64(field[2]&1))
	w.at = Count{No: w.at.No + int64(field[0]>>severityBits), Source: int64(field[1]), First: first, Last: first + int64(field[3]),
		N: int64(field[4]), Severity: uint8(field[0] & (1<<severityBits - 1))}
	return true, nil
}

func damaged() error {
	return fault.New(fault.Corrupt, "a packed list of counts in the database is damaged", "restore the database from a backup")
}
