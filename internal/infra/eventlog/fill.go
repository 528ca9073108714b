package eventlog

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
)

// chunk makes the kept rows of page p.
func (sc *scanner) chunk(p int, place pagePlace, need *columnSet) (*rowChunk, error) {
	if err := sc.wide(p, need); err != nil {
		return nil, err
	}
	c := sc.chunks.Get().(*rowChunk)
	c.pool = sc.chunks
	c.rows = slices.Grow(c.rows[:0], place.rows)
	for i := range place.rows {
		at := place.firstRow + i
		if sc.filtered && !sc.keep[at] {
			continue
		}
		c.rows = append(c.rows, Row{})
		sc.fill(&c.rows[len(c.rows)-1], at, i)
	}
	return c, nil
}

// wide decodes page p of the wide columns.
func (sc *scanner) wide(p int, need *columnSet) error {
	for c, w := range map[int]*widePage{colValue: &sc.value, colAddr: &sc.addr, colDetails: &sc.details} {
		w.reset()
		if need[c] {
			if err := sc.reader.decodeWide(w, c, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill makes the row at place at of the segment, the i-th of its page.
func (sc *scanner) fill(r *Row, at, i int) {
	r.Batch = sc.number(colBatch, at)
	r.Feed = sc.text(colFeed, at)
	r.Mode = sc.text(colMode, at)
	r.Observed = sc.number(colObserved, at)
	r.Snapshot = sc.number(colSnapshot, at)
	r.Class = sc.text(colClass, at)
	r.Said = sc.text(colSaid, at)
	r.Family = sc.text(colFamily, at)
	r.Kind = sc.text(colKind, at)
	if i < len(sc.value.ends) {
		r.Value = sc.value.text[sc.value.starts[i]:sc.value.ends[i]]
		if sc.filtered {
			r.Value = strings.Clone(r.Value)
		}
	}
	if i < len(sc.addr.ends) {
		if a := sc.addr.row(i); len(a) == 16 {
			r.Addr = netip.AddrFrom16([16]byte(a)).Unmap()
		}
	}
	r.Port = uint16(sc.number(colPort, at))
	r.Transport = sc.text(colTransport, at)
	r.Country = sc.text(colCountry, at)
	r.CountryBasis = sc.text(colCountryBasis, at)
	r.ASN = uint32(sc.number(colASN, at))
	r.Prefix = sc.text(colPrefix, at)
	r.Network = sc.text(colNetwork, at)
	r.ClaimedCountry = sc.text(colClaimedCountry, at)
	r.ClaimedASN = uint32(sc.number(colClaimedASN, at))
	r.Status = sc.text(colStatus, at)
	r.Severity = sc.text(colSeverity, at)
	r.Outcome = sc.text(colOutcome, at)
	r.Reason = sc.text(colReason, at)
	r.Owner = sc.text(colOwner, at)
	r.OwnerBasis = sc.text(colOwnerBasis, at)
	if n := &sc.narrow[colCase]; at < len(n.at) && n.at[at] >= 0 {
		r.Case = n.ids[n.at[at]]
	}
	if n := &sc.narrow[colRaw]; at < len(n.at) && n.at[at] >= 0 {
		r.Raw = n.raws[n.at[at]]
	}
	r.Line = sc.number(colLine, at)
	r.Label = sc.text(colLabel, at)
	if i < len(sc.details.ends) {
		if d := sc.details.row(i); len(d) > 0 {
			if sc.filtered {
				d = bytes.Clone(d) // who keeps the row must not keep the page
			}
			r.Details = d
		}
	}
}

func (sc *scanner) text(c, at int) string {
	n := &sc.narrow[c]
	if at >= len(n.at) || n.at[at] < 0 {
		return ""
	}
	return n.texts[n.at[at]]
}

func (sc *scanner) number(c, at int) int64 {
	if at >= len(sc.numbers[c]) {
		return 0
	}
	return sc.numbers[c][at]
}
