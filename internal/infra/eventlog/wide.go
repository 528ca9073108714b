package eventlog

import (
	"encoding/binary"
	"slices"
)

// widePage is a decoded page of value, addr or details. Row i stands in body
// from starts[i] to ends[i]; equal for none.
type widePage struct {
	body         []byte
	text         string // body of value
	starts, ends []int32
}

func (w *widePage) reset() { *w = widePage{starts: w.starts[:0], ends: w.ends[:0]} }

// decodeWide decodes page p of a wide column. Its bytes may be kept.
func (r *reader) decodeWide(w *widePage, c, p int) error {
	pl := r.columns[c].pages[p]
	_, levels, some, body, err := r.data(c, pl, true)
	if err != nil {
		return err
	}
	w.body, w.text = body, ""
	if c == colValue {
		w.text = string(body)
	}
	w.starts = slices.Grow(w.starts[:0], pl.rows)[:pl.rows]
	w.ends = slices.Grow(w.ends[:0], pl.rows)[:pl.rows]
	at, end := 0, len(body)
	for i := range pl.rows {
		w.starts[i], w.ends[i] = int32(at), int32(at)
		if levels != nil && levels[i] == 0 || some == 0 {
			continue
		}
		n := 16
		if c != colAddr {
			if end-at < 4 {
				return errChecksum
			}
			n = int(binary.LittleEndian.Uint32(body[at:]))
			at += 4
		}
		if n < 0 || n > end-at {
			return errChecksum
		}
		w.starts[i], w.ends[i] = int32(at), int32(at+n)
		at += n
	}
	if at != end {
		return errChecksum
	}
	return nil
}

// row gives the bytes of row i of the page.
func (w *widePage) row(i int) []byte { return w.body[w.starts[i]:w.ends[i]:w.ends[i]] }
