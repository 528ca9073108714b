package surge

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"os"
	"slices"

	"entente/internal/infra/eventlog"
)

// pairs finds out how the rows of cases are shared out anew: it holds against each
// other, row by row, the case in the log and the case of the new reading. A row is
// known by its raw input and line; where several files came in one raw input, by
// its value too, since each file counts its lines from the first.
type pairs struct {
	dir      string
	seed     maphash.Seed
	old, now *spill // row, case
	by, into *spill // old case, new case: by the one, and by the other
	buf      []byte
}

const (
	rowWidth  = 8 + 16
	pairWidth = 16 + 16
)

func newPairs() (*pairs, error) {
	dir, err := os.MkdirTemp("", "entente-replay")
	if err != nil {
		return nil, err
	}
	return &pairs{dir: dir, seed: maphash.MakeSeed(), old: newSpill(dir, "old", rowWidth), now: newSpill(dir, "now", rowWidth),
		by: newSpill(dir, "by", pairWidth), into: newSpill(dir, "into", pairWidth)}, nil
}

func (p *pairs) close() (err error) {
	for _, s := range []*spill{p.old, p.now, p.by, p.into} {
		err = errors.Join(err, s.close())
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// add notes the case of a row.
func (p *pairs) add(to *spill, r *eventlog.Row, several bool) error {
	b := append(p.buf[:0], r.Raw[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Line))
	if several {
		b = append(b, r.Value...)
	}
	key := maphash.Bytes(p.seed, b)
	b = binary.BigEndian.AppendUint64(b[:0], key)
	p.buf = append(b, r.Case[:]...)
	return to.put(p.buf[0], p.buf)
}

// readLog notes the rows of the feed that are logged.
func (p *pairs) readLog(ctx context.Context, log *eventlog.Log, feed string, several map[[32]byte]bool) error {
	for row, err := range log.Scan(ctx, eventlog.Query{}, "feed", "case_id", "raw", "line", "value", "outcome") {
		if err != nil {
			return err
		}
		if row.Feed != feed || row.Case == ([16]byte{}) || row.Outcome == Unlisted {
			continue
		}
		if err := p.add(p.old, row, several[row.Raw]); err != nil {
			return err
		}
	}
	return nil
}

// join brings the rows together. Cases are told apart by all that both readings say.
func (p *pairs) join() error {
	for i := range spillParts {
		old, err := p.old.sorted(i)
		if err != nil {
			return err
		}
		now, err := p.now.sorted(i)
		if err != nil {
			return err
		}
		var found [][]byte
		for len(old) > 0 && len(now) > 0 {
			switch c := bytes.Compare(old[0][:8], now[0][:8]); {
			case c < 0:
				old = old[1:]
			case c > 0:
				now = now[1:]
			default:
				n, m := alike(old, 8), alike(now, 8)
				found = matched(found, old[:n], now[:m])
				old, now = old[n:], now[m:]
			}
		}
		slices.SortFunc(found, bytes.Compare)
		for _, f := range slices.CompactFunc(found, bytes.Equal) {
			if err := p.by.put(f[0], f); err != nil {
				return err
			}
			if err := p.into.put(f[16], slices.Concat(f[16:], f[:16])); err != nil {
				return err
			}
		}
	}
	return nil
}

// matchMost bounds how many cases of one row are held against how many others.
const matchMost = 64

// matched pairs the cases of one row: what both readings say is itself, the rest of
// the one became the rest of the other.
func matched(found, old, now [][]byte) [][]byte {
	var left [][]byte
	for _, a := range old {
		i, same := slices.BinarySearchFunc(now, a, bytes.Compare)
		if same {
			found = append(found, slices.Concat(a[8:], a[8:]))
			now = slices.Concat(now[:i], now[i+1:])
			continue
		}
		left = append(left, a)
	}
	for _, a := range left[:min(len(left), matchMost)] {
		for _, b := range now[:min(len(now), matchMost)] {
			found = append(found, slices.Concat(a[8:], b[8:]))
		}
	}
	return found
}

// many calls fn for each case of s that has two or more others.
func (p *pairs) many(s *spill, fn func(id CaseID, others []CaseID)) error {
	for i := range spillParts {
		list, err := s.sorted(i)
		if err != nil {
			return err
		}
		for len(list) > 0 {
			n := alike(list, 16)
			if n > 1 {
				others := make([]CaseID, n)
				for j := range others {
					others[j] = CaseID(list[j][16:])
				}
				fn(CaseID(list[0][:16]), others)
			}
			list = list[n:]
		}
	}
	return nil
}

// alike tells how many records begin like the first one.
func alike(list [][]byte, width int) int {
	n := 1
	for n < len(list) && bytes.Equal(list[n][:width], list[0][:width]) {
		n++
	}
	return n
}

// sorted gives the distinct records of a part in order.
func (s *spill) sorted(i int) ([][]byte, error) {
	text, err := s.part(i)
	if err != nil {
		return nil, err
	}
	list := slices.Collect(slices.Chunk(text, s.width))
	slices.SortFunc(list, bytes.Compare)
	return slices.CompactFunc(list, bytes.Equal), nil
}
