package eventlog

import (
	"context"

	"entente/internal/infra/erasure"
)

// In tells whether the row holds an erased value: as its value or address, or in
// what its producer wrote. What we found ourselves (network, prefix, owner) and
// the feed's name are not looked at.
func (r *Row) In(f *erasure.Finder) bool {
	return f.InText(r.Value) || f.InAddr(r.Addr) || f.In(r.Details) || f.InText(r.Said) || f.InText(r.Family) || f.InText(r.Status)
}

// erasedColumns is what In looks at.
var erasedColumns = []int{colValue, colAddr, colDetails, colSaid, colFamily, colStatus}

// erasing gives a finder of the values whose erasure is under way, nil if there
// is none: until it is done, their rows may still be in the log.
func (l *Log) erasing(ctx context.Context) (*erasure.Finder, error) {
	if l.erased == nil {
		return nil, nil
	}
	marks, err := l.erased.Marks(ctx, true)
	if err != nil || marks.Empty() {
		return nil, err
	}
	return marks.Finder(), nil
}
