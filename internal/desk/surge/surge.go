package surge

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// Surge is a named campaign over cases.
type Surge struct {
	No     int64
	Name   string
	Opened time.Time
	// Denominators is the account of the first completed run. It never changes:
	// later figures are shares of it.
	Denominators Account
	Frozen       bool
}

// openSurge finds the surge of that name or opens it.
func (d *Desk) openSurge(ctx context.Context, tx *store.Tx, name string) (int64, error) {
	var no int64
	err := tx.QueryRow(ctx, "SELECT id FROM surge WHERE name = $1", name).Scan(&no)
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return no, err
	}
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM surge").Scan(&no); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO surge (id, name, opened, denominators) VALUES ($1, $2, $3, '')",
		no, name, d.Now().UnixMicro()); err != nil {
		return 0, err
	}
	return no, d.act(ctx, tx, "surge.open", "surge", name)
}

// SurgeOf gives the surge of that name; fault.NotFound if there is none.
func (d *Desk) SurgeOf(ctx context.Context, name string) (Surge, error) {
	s := Surge{Name: name}
	err := d.DB.Read(ctx, func(q store.Querier) error {
		var opened int64
		var text string
		err := q.QueryRowContext(ctx, "SELECT id, opened, denominators FROM surge WHERE name = $1", name).Scan(&s.No, &opened, &text)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Newf(fault.NotFound, "`entente surge list` shows them", "there is no surge named %q", name)
		}
		if err != nil {
			return err
		}
		s.Opened = micros(opened)
		if s.Frozen = text != ""; s.Frozen {
			return json.Unmarshal([]byte(text), &s.Denominators)
		}
		return nil
	})
	return s, err
}

// Surges lists all surges, oldest first.
func (d *Desk) Surges(ctx context.Context) ([]Surge, error) {
	var names []string
	err := d.DB.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT name FROM surge ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				return err
			}
			names = append(names, n)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	out := make([]Surge, 0, len(names))
	for _, n := range names {
		s, err := d.SurgeOf(ctx, n)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// freeze sets the denominators of a surge that has none yet: the account of its
// first run that was read to its end, which may be the one under way.
func (d *Desk) freeze(ctx context.Context, s Surge, underWay int64) (Surge, error) {
	if s.Frozen {
		return s, nil
	}
	var first int64
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MIN(id), 0) FROM run WHERE surge = $1 AND (finished > 0 OR id = $2)", s.No, underWay).Scan(&first)
	})
	if err != nil {
		return s, err
	}
	if first == 0 {
		return s, fault.Newf(fault.Conflict, "run it again to its end", "no run of the surge %q is complete", s.Name)
	}
	a, err := d.AccountOf(ctx, first)
	if err != nil {
		return s, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return s, err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE surge SET denominators = $1 WHERE id = $2 AND denominators = ''", string(text), s.No); err != nil {
			return err
		}
		return d.act(ctx, tx, "surge.freeze", "surge", s.Name)
	})
	s.Denominators, s.Frozen = a, err == nil
	return s, err
}
