package eventlog

import (
	"context"
	"iter"
	"net/netip"

	"entente/internal/core/fault"
)

// Query says which rows are wanted: those for which all that is set holds.
type Query struct {
	Value   string // canonical text, exactly
	Kind    string
	Prefix  netip.Prefix // holds the row's address
	ASN     uint32
	Class   string
	From    int64  // observed not before; 0: any
	To      int64  // observed before; 0: any
	Day     string // of the segment, as 2026-11-24: of the snapshot, else of the observed time
	Case    [16]byte
	Batches []int64 // none: all
	Outcome string
	Limit   int // at most so many rows; 0: all
	// Only gives, for a batch, what tells whether rows of a case are wanted; then
	// rows without a case are not. nil for a batch: all its rows are. Both may be
	// called by several goroutines.
	Only func(batch int64) func(id [16]byte) bool
}

// match tells whether a row is wanted, apart from its batch.
func (q *Query) match(r *Row) bool {
	return (q.Value == "" || r.Value == q.Value) &&
		(q.Kind == "" || r.Kind == q.Kind) &&
		(!q.Prefix.IsValid() || r.Addr.IsValid() && q.Prefix.Contains(r.Addr)) &&
		(q.ASN == 0 || r.ASN == q.ASN) &&
		(q.Class == "" || r.Class == q.Class) &&
		(q.From == 0 || r.Observed >= q.From) &&
		(q.To == 0 || r.Observed < q.To) &&
		(q.Case == [16]byte{} || r.Case == q.Case) &&
		(q.Outcome == "" || r.Outcome == q.Outcome)
}

// Query gives the wanted rows in the order of the log: by segment (its first
// batch, its day), then address, value, time. A row is valid until the next step;
// its strings and details may be kept. A damaged segment ends it with
// fault.Corrupt.
func (l *Log) Query(ctx context.Context, q Query) iter.Seq2[*Row, error] { return l.Scan(ctx, q) }

// Scan is Query for full passes: segments are decoded ahead in other
// goroutines, and of each row only the named columns are filled (all when none
// is named), beside those that q asks about.
func (l *Log) Scan(ctx context.Context, q Query, names ...string) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		need, err := needed(&q, names)
		if err != nil {
			yield(nil, err)
			return
		}
		erasing, err := l.erasing(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		if erasing != nil {
			for _, c := range erasedColumns {
				need[c] = true
			}
		}
		q.Prefix = unmapped(q.Prefix)
		defer l.reading()()
		segments, err := l.segments(ctx, q)
		if err != nil {
			yield(nil, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		given := 0
		for c := range l.ahead(ctx, segments, &q, need) {
			for i := range c.rows {
				if erasing != nil && c.rows[i].In(erasing) {
					continue
				}
				if !yield(&c.rows[i], nil) {
					return
				}
				if given++; given == q.Limit {
					return
				}
			}
			if c.err != nil {
				yield(nil, c.err)
				return
			}
			c.free()
		}
	}
}

// unmapped makes an IPv4 network of one written as IPv4 mapped into IPv6.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.IsValid() && p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}

// needed turns names into a set of columns, with those that q looks at.
func needed(q *Query, names []string) (*columnSet, error) {
	var need columnSet
	for _, name := range names {
		at := -1
		for c, def := range columns {
			if def.name == name {
				at = c
			}
		}
		if at < 0 {
			return nil, fault.Newf(fault.Usage, "take one of the columns of the log", "%q is no column of the log", name)
		}
		need[at] = true
	}
	if len(names) == 0 {
		for c := range need {
			need[c] = true
		}
	}
	for c, asked := range map[int]bool{
		colValue: q.Value != "", colKind: q.Kind != "", colAddr: q.Prefix.IsValid(), colASN: q.ASN != 0, colClass: q.Class != "",
		colObserved: q.From != 0 || q.To != 0, colCase: q.Case != [16]byte{} || q.Only != nil, colOutcome: q.Outcome != "",
		colBatch: len(q.Batches) > 0,
	} {
		need[c] = need[c] || asked
	}
	return &need, nil
}

// columnSet is the columns that are wanted.
type columnSet [numColumns]bool
