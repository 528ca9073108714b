package surge

import (
	"context"

	"entente/internal/infra/store"
)

// Why a raw input goes. The numbers are stored.
const (
	rawRetained = 1 // its time was over
	rawErased   = 2 // it holds a value that was erased, and must not be kept again
)

// forgetRaw notes in the caller's transaction that raw inputs are to be deleted;
// removeRaw does it after.
func (d *Desk) forgetRaw(ctx context.Context, tx *store.Tx, raws [][32]byte, why int) error {
	now := d.Now().UnixMicro()
	return tx.UpdateIn(ctx, `INSERT INTO raw_gone (raw, why, at, done) VALUES ($1, $2, $3, 0)
		ON CONFLICT (raw) DO UPDATE SET why = CASE WHEN raw_gone.why > excluded.why THEN raw_gone.why ELSE excluded.why END, at = excluded.at, done = 0`,
		len(raws), func(i int, dst []any) { dst[0], dst[1], dst[2] = raws[i][:], int64(why), now })
}

// removeRaw deletes the raw inputs that are to go, and those that hold an erased
// value and were put again. It may be stopped anywhere.
func (d *Desk) removeRaw(ctx context.Context) error {
	var raws [][32]byte
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var raw []byte
			err := scan(&raw)
			if err == nil {
				raws = append(raws, [32]byte(raw))
			}
			return err
		}, "SELECT raw FROM raw_gone WHERE done = 0 OR why = $1", int64(rawErased))
	})
	if err != nil || len(raws) == 0 {
		return err
	}
	for _, raw := range raws {
		if err := d.Blobs.Remove(ctx, raw); err != nil {
			return err
		}
	}
	return d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE raw_gone SET done = 1 WHERE why = $1", int64(rawErased)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM raw_gone WHERE why = $1", int64(rawRetained))
		return err
	})
}
