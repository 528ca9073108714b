package surge

import (
	"crypto/sha256"
	"encoding/binary"

	"entente/internal/feed"
	"entente/internal/infra/eventlog"
)

// identity is the first 16 bytes of SHA-256 over everything the row says, each
// text with its length before it. Feed and day are the scope it is unique in.
func (c *collector) identity(o *feed.Observation, r *eventlog.Row) (k [16]byte) {
	b := binary.BigEndian.AppendUint64(c.buf[:0], uint64(r.Observed))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Snapshot))
	b = append(b, byte(o.Class))
	b = binary.BigEndian.AppendUint16(b, o.Port)
	b = binary.BigEndian.AppendUint32(b, o.ASN)
	b = appendText(b, r.Kind)
	b = appendText(b, r.Value)
	b = appendText(b, o.Family)
	b = appendText(b, o.Transport)
	b = appendText(b, o.Said)
	b = appendText(b, o.Country)
	b = appendText(b, o.Status)
	b = appendText(b, o.Severity)
	if o.At.IsValid() {
		b = o.At.AppendTo(b)
	}
	b = append(b, sep)
	b = append(b, o.Details...)
	c.buf = b
	sum := sha256.Sum256(b)
	copy(k[:], sum[:])
	return k
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}
