package eventlog

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// sorter puts rows into the log's order: by address (none first), value,
// observed time, then everything that could tell two rows apart. The order is
// total but for rows that say the same, so the same rows give the same bytes.
type sorter struct {
	keys []sortKey
}

type sortKey struct {
	hi, lo uint64 // the address as 16 bytes
	at     int32
}

func (k *sortKey) set(r *Row) {
	k.hi, k.lo = 0, 0
	if r.Addr.IsValid() {
		b := r.Addr.As16()
		k.hi, k.lo = binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	}
}

// sort gives the positions of the picked rows in order; pick nil picks all. The
// result is valid until the next call.
func (s *sorter) sort(rows []Row, pick []int32) []sortKey {
	n := len(pick)
	if pick == nil {
		n = len(rows)
	}
	s.keys = slices.Grow(s.keys[:0], n)[:n]
	for i := range s.keys {
		k := sortKey{at: int32(i)}
		if pick != nil {
			k.at = pick[i]
		}
		k.set(&rows[k.at])
		s.keys[i] = k
	}
	slices.SortFunc(s.keys, func(a, b sortKey) int {
		switch {
		case a.hi != b.hi:
			return cmp.Compare(a.hi, b.hi)
		case a.lo != b.lo:
			return cmp.Compare(a.lo, b.lo)
		}
		return compareRows(&rows[a.at], &rows[b.at])
	})
	return s.keys
}

// compareRows compares rows of the same address.
func compareRows(a, b *Row) int {
	if c := strings.Compare(a.Value, b.Value); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Observed, b.Observed); c != 0 {
		return c
	}
	if c := bytes.Compare(a.Raw[:], b.Raw[:]); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Line, b.Line); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.Snapshot, b.Snapshot), strings.Compare(a.Feed, b.Feed), strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Class, b.Class), strings.Compare(a.Said, b.Said), strings.Compare(a.Family, b.Family),
		cmp.Compare(a.Port, b.Port), strings.Compare(a.Transport, b.Transport), strings.Compare(a.Outcome, b.Outcome),
		strings.Compare(a.Reason, b.Reason), strings.Compare(a.Owner, b.Owner), bytes.Compare(a.Case[:], b.Case[:]),
		strings.Compare(a.Status, b.Status), strings.Compare(a.Severity, b.Severity), bytes.Compare(a.Details, b.Details),
		strings.Compare(a.Label, b.Label), cmp.Compare(a.ClaimedASN, b.ClaimedASN), strings.Compare(a.ClaimedCountry, b.ClaimedCountry),
		strings.Compare(a.Country, b.Country), strings.Compare(a.CountryBasis, b.CountryBasis), cmp.Compare(a.ASN, b.ASN),
		strings.Compare(a.Prefix, b.Prefix), strings.Compare(a.Network, b.Network), strings.Compare(a.OwnerBasis, b.OwnerBasis),
		strings.Compare(a.Mode, b.Mode), cmp.Compare(a.Batch, b.Batch))
}
