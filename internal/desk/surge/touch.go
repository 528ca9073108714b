package surge

import (
	"encoding/binary"
	"errors"

	"entente/internal/core/sharing"
)

// touch is what a batch adds to a case that was there, from one source.
type touch struct {
	no       int64
	source   int64
	first    int64
	last     int64
	count    int64
	severity uint8
	label    sharing.TLP
	primary  bool // source is the case's first source
}

const touchPrimary = 1 << 6

// packTouches packs a list in order of its numbers.
func packTouches(list []touch) []byte {
	b := make([]byte, 0, len(list)*16)
	var no, at int64
	for i := range list {
		t := &list[i]
		flags := byte(t.severity)&7 | byte(t.label)&7<<3
		if t.primary {
			flags |= touchPrimary
		}
		b = append(b, flags)
		b = binary.AppendUvarint(b, uint64(t.no-no))
		b = binary.AppendUvarint(b, uint64(t.source))
		b = binary.AppendVarint(b, t.first-at)
		b = binary.AppendUvarint(b, uint64(t.last-t.first))
		b = binary.AppendUvarint(b, uint64(t.count))
		no, at = t.no, t.first
	}
	return b
}

var errTouch = errors.New("a packed list of sightings is damaged")

// unpackTouch reads the sighting after prev and gives what follows it.
func unpackTouch(prev touch, b []byte) (touch, []byte, error) {
	flags := b[0]
	b = b[1:]
	var field [5]uint64
	for i := range field {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return prev, nil, errTouch
		}
		field[i], b = v, b[n:]
	}
	first := prev.first + (int64(field[2]>>1) ^ -int64(field[2]&1))
	return touch{no: prev.no + int64(field[0]), source: int64(field[1]), first: first, last: first + int64(field[3]),
		count: int64(field[4]), severity: flags & 7, label: sharing.TLP(flags >> 3 & 7), primary: flags&touchPrimary != 0}, b, nil
}

// merge adds another list's touch of the same case and source.
func (t *touch) merge(o *touch) {
	t.first, t.last, t.count = min(t.first, o.first), max(t.last, o.last), t.count+o.count
	t.severity, t.label = max(t.severity, o.severity), max(t.label, o.label)
}
