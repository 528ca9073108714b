package surge

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed/source"
	"entente/internal/infra/erasure"
	"entente/internal/infra/store"
)

// keysOf gives a set's hashes in order.
func keysOf(set map[[32]byte]bool) [][32]byte {
	return slices.SortedFunc(maps.Keys(set), func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
}

// errHolds ends the reading of a raw input that holds what is looked for.
var errHolds = errors.New("it holds an erased value")

// eraseRaw reads every raw input that is kept and notes those that hold a marked
// value, beside those that rows of the log named. A row that was a duplicate or
// was rejected has no other trace.
func (d *Desk) eraseRaw(ctx context.Context, finder *erasure.Finder, named map[[32]byte]bool, done *Erasure, dry bool) error {
	gone := map[[32]byte]bool{}
	err := d.Blobs.All(ctx, func(raw [32]byte) error {
		if named[raw] {
			gone[raw] = true
			return nil
		}
		holds, whole, err := d.rawHolds(ctx, finder, raw)
		switch {
		case err != nil:
			return err
		case holds:
			gone[raw] = true
		case !whole:
			done.Unsearched = append(done.Unsearched, hex.EncodeToString(raw[:]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	done.Raw = len(gone)
	if dry || len(gone) == 0 {
		return nil
	}
	return d.DB.WriteSlice(ctx, func(tx *store.Tx) error { return d.forgetRaw(ctx, tx, keysOf(gone), rawErased) })
}

// rawHolds reads a raw input, unpacked, and tells whether it holds a marked value;
// whole is false where it could not be read to its end.
func (d *Desk) rawHolds(ctx context.Context, finder *erasure.Finder, raw [32]byte) (holds, whole bool, err error) {
	kept, err := d.Blobs.Open(ctx, raw)
	if err != nil {
		return false, false, err
	}
	defer kept.Close()
	err = source.Members(ctx, "raw", time.Time{}, kept, kept.At, kept.Size, source.Limits{}, func(m source.Member) error {
		if finder.InText(m.Name) {
			return errHolds
		}
		in, err := finder.InStream(m.Body)
		if in {
			return errHolds
		}
		return err
	})
	switch {
	case err == nil:
		return false, true, nil
	case errors.Is(err, errHolds):
		return true, true, nil
	case fault.Is(err, fault.Corrupt), fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid):
		return false, false, nil
	}
	return false, false, err
}
