package eventlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"iter"
	"net/netip"
	"slices"
	"sync"

	"entente/internal/core/fault"
)

// rowChunk is a page full of wanted rows, on its way to who asked.
type rowChunk struct {
	rows []Row
	err  error
	pool *sync.Pool
}

// free gives the rows' memory back. Strings and details stay.
func (c *rowChunk) free() {
	if c.pool != nil {
		clear(c.rows)
		c.rows = c.rows[:0]
		c.pool.Put(c)
	}
}

// segmentsAhead is how many segments wait decoded or half decoded while another
// is being given out.
const segmentsAhead = 1

// ahead gives the chunks of all segments in order, while the next ones are
// decoded in other goroutines. It ends after a chunk with an error. All
// goroutines have ended when it returns.
func (l *Log) ahead(ctx context.Context, segments []*segment, q *Query, need *columnSet) iter.Seq[*rowChunk] {
	return func(yield func(*rowChunk) bool) {
		var wg sync.WaitGroup
		defer wg.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		chunks := &sync.Pool{New: func() any { return &rowChunk{} }}
		scanners := &sync.Pool{New: func() any { return newScanner(chunks) }}
		queue := make(chan chan *rowChunk, segmentsAhead)
		wg.Go(func() {
			defer close(queue)
			for _, s := range segments {
				out := make(chan *rowChunk, 1)
				select {
				case queue <- out:
				case <-ctx.Done():
					return
				}
				wg.Go(func() {
					defer close(out)
					sc := scanners.Get().(*scanner)
					defer scanners.Put(sc)
					give := func(c *rowChunk) bool {
						select {
						case out <- c:
							return true
						case <-ctx.Done():
							return false
						}
					}
					if err := sc.scan(ctx, l, s, q, need, give); err != nil {
						give(&rowChunk{err: err})
					}
				})
			}
		})
		for out := range queue {
			for c := range out {
				if !yield(c) || c.err != nil {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(&rowChunk{err: err})
		}
	}
}

// scanner finds the wanted rows of one segment after another.
type scanner struct {
	reader *reader
	decoded
	value, addr, details widePage
	keep                 []bool
	filtered             bool // keep counts
	chunks               *sync.Pool
}

func newScanner(chunks *sync.Pool) *scanner { return &scanner{reader: newReader(), chunks: chunks} }

func (sc *scanner) scan(ctx context.Context, l *Log, s *segment, q *Query, need *columnSet, give func(*rowChunk) bool) error {
	f, err := l.fs.Open(s.Path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = l.missing(ctx, s, err)
		}
		return err
	}
	defer f.Close()
	sc.reader.seg, sc.reader.file = s, f
	err = sc.find(ctx, q, need, give)
	var known *fault.Error
	if err != nil && !errors.As(err, &known) && ctx.Err() == nil {
		err = damaged(s, err)
	}
	return err
}

func (sc *scanner) find(ctx context.Context, q *Query, need *columnSet, give func(*rowChunk) bool) error {
	r := sc.reader
	if ok, err := r.mayHold(q); !ok || err != nil {
		return err
	}
	if err := r.index(); err != nil {
		return err
	}
	for c := range columns {
		n := &sc.narrow[c]
		n.at, sc.numbers[c] = n.at[:0], nil
	}
	if err := sc.choose(q); err != nil {
		return err
	}
	if sc.filtered && !slices.Contains(sc.keep, true) {
		return nil
	}
	for c := range columns {
		if need[c] && len(sc.narrow[c].at) == 0 && c != colValue && c != colAddr && c != colDetails {
			if err := r.decodeNarrow(&sc.decoded, c); err != nil {
				return err
			}
		}
	}
	for p, place := range r.columns[colValue].pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if sc.filtered && !slices.Contains(sc.keep[place.firstRow:place.firstRow+place.rows], true) {
			continue
		}
		c, err := sc.chunk(p, place, need)
		if err != nil {
			return err
		}
		if !give(c) {
			return ctx.Err()
		}
	}
	return nil
}

// choose fills keep with what q wants, cheap columns first.
func (sc *scanner) choose(q *Query) error {
	r := sc.reader
	s := r.seg
	rows := int(s.Rows)
	sc.keep = slices.Grow(sc.keep[:0], rows)[:rows]
	for i := range sc.keep {
		sc.keep[i] = true
	}
	sc.filtered = false
	for c, want := range map[int]string{colClass: q.Class, colKind: q.Kind, colOutcome: q.Outcome} {
		if want == "" {
			continue
		}
		n := &sc.narrow[c]
		if err := r.decodeNarrow(&sc.decoded, c); err != nil {
			return err
		}
		id := int32(slices.Index(n.texts, want))
		sc.only(func(i int) bool { return n.at[i] >= 0 && n.at[i] == id })
	}
	if q.ASN != 0 {
		if err := r.decodeNarrow(&sc.decoded, colASN); err != nil {
			return err
		}
		sc.only(func(i int) bool { return sc.numbers[colASN][i] == int64(q.ASN) })
	}
	if q.From != 0 && s.MinTime < q.From || q.To != 0 && s.MaxTime >= q.To {
		if err := r.decodeNarrow(&sc.decoded, colObserved); err != nil {
			return err
		}
		sc.only(func(i int) bool {
			t := sc.numbers[colObserved][i]
			return (q.From == 0 || t >= q.From) && (q.To == 0 || t < q.To)
		})
	}
	if len(q.Batches) > 0 && s.Batch != s.Last {
		if err := r.decodeNarrow(&sc.decoded, colBatch); err != nil {
			return err
		}
		sc.only(func(i int) bool { return slices.Contains(q.Batches, sc.numbers[colBatch][i]) })
	}
	if q.Case != ([16]byte{}) {
		if err := r.decodeNarrow(&sc.decoded, colCase); err != nil {
			return err
		}
		n := &sc.narrow[colCase]
		sc.only(func(i int) bool { return n.at[i] >= 0 && n.ids[n.at[i]] == q.Case })
	}
	if q.Only != nil {
		if err := sc.onlyCases(q.Only(s.Batch)); err != nil {
			return err
		}
	}
	if q.Prefix.IsValid() {
		if err := sc.onlyPrefix(q.Prefix); err != nil {
			return err
		}
	}
	if q.Value != "" {
		return sc.onlyPages(colValue, &sc.value, func(v []byte) bool { return string(v) == q.Value })
	}
	return nil
}

// onlyCases keeps the rows of the cases that are wanted; a nil want is all rows.
func (sc *scanner) onlyCases(want func(id [16]byte) bool) error {
	if want == nil {
		return nil
	}
	n := &sc.narrow[colCase]
	if len(n.at) == 0 {
		if err := sc.reader.decodeNarrow(&sc.decoded, colCase); err != nil {
			return err
		}
	}
	known := make([]bool, len(n.ids))
	for i, id := range n.ids {
		known[i] = want(id)
	}
	sc.only(func(i int) bool { return n.at[i] >= 0 && known[n.at[i]] })
	return nil
}

func (sc *scanner) only(want func(i int) bool) {
	sc.filtered = true
	for i, k := range sc.keep {
		if k && !want(i) {
			sc.keep[i] = false
		}
	}
}

// onlyPages keeps the rows whose value in a wide column is wanted, reading only
// pages in which a row is still kept.
func (sc *scanner) onlyPages(c int, w *widePage, want func([]byte) bool) error {
	sc.filtered = true
	for p, place := range sc.reader.columns[c].pages {
		keep := sc.keep[place.firstRow : place.firstRow+place.rows]
		if !slices.Contains(keep, true) {
			continue
		}
		if err := sc.reader.decodeWide(w, c, p); err != nil {
			return err
		}
		for i, k := range keep {
			keep[i] = k && want(w.row(i))
		}
	}
	return nil
}

func (sc *scanner) onlyPrefix(p netip.Prefix) error {
	first := p.Masked().Addr()
	low := first.As16()
	high := low
	free := first.BitLen() - p.Bits() // bits after the prefix, at the end of the 16 bytes
	for i := 15; free > 0; i, free = i-1, free-8 {
		high[i] |= byte(1<<min(free, 8) - 1)
	}
	for i, place := range sc.reader.columns[colAddr].pages {
		least, most := sc.reader.addrMin[i], sc.reader.addrMax[i]
		if len(least) != 16 || bytes.Compare(most, low[:]) < 0 || bytes.Compare(least, high[:]) > 0 {
			clear(sc.keep[place.firstRow : place.firstRow+place.rows])
		}
	}
	// A short IPv6 prefix spans the mapped addresses too, but holds no IPv4.
	four := first.Is4()
	return sc.onlyPages(colAddr, &sc.addr, func(a []byte) bool {
		return len(a) == 16 && bytes.Compare(a, low[:]) >= 0 && bytes.Compare(a, high[:]) <= 0 && bytes.HasPrefix(a, mapped[:]) == four
	})
}

// mapped begins an IPv4 address in 16 bytes (RFC 4291, 2.5.5.2).
var mapped = [12]byte{10: 0xff, 11: 0xff}
