package surge

import (
	"context"
	"database/sql"
	"errors"

	"entente/internal/infra/store"
)

// sourceBook numbers the sources: a feed under a label for an audience set.
type sourceBook struct {
	desk  *Desk
	known map[sourceKey]int64
}

func newSourceBook(d *Desk) *sourceBook { return &sourceBook{desk: d, known: map[sourceKey]int64{}} }

// numbers gives the number of each source, making those that are new.
func (s *sourceBook) numbers(ctx context.Context, keys []sourceKey) ([]int64, error) {
	out := make([]int64, len(keys))
	for i, k := range keys {
		no, ok := s.known[k]
		if !ok {
			err := s.desk.DB.Write(ctx, func(tx *store.Tx) (err error) {
				no, err = s.desk.number(ctx, tx, k)
				return err
			})
			if err != nil {
				return nil, err
			}
			s.known[k] = no
		}
		out[i] = no
	}
	return out, nil
}

// number finds or makes the source of a feed. What the home organisation takes
// in is for itself until somebody releases it.
func (d *Desk) number(ctx context.Context, tx *store.Tx, k sourceKey) (int64, error) {
	audience, err := d.homeAudience(ctx, tx)
	if err != nil {
		return 0, err
	}
	var no int64
	err = tx.QueryRow(ctx, "SELECT id FROM source WHERE feed = $1 AND label = $2 AND audience = $3", k.feed, k.label, audience).Scan(&no)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return no, err
	}
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM source").Scan(&no); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO source (id, feed, label, audience) VALUES ($1, $2, $3, $4)", no, k.feed, k.label, audience)
	return no, err
}
