package surge

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"entente/internal/infra/store"
)

// openRun finds the unfinished run of the same request, or begins one. An
// unfinished run goes on by the ground it began on, or not at all.
func (d *Desk) openRun(ctx context.Context, req Request, stdin *kept) (run, error) {
	var r run
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if req.Surge != "" {
			no, err := d.openSurge(ctx, tx, req.Surge)
			if err != nil {
				return err
			}
			r.surge = no
		}
		print := req.fingerprint(r.surge, stdin)
		if req.Anew {
			if err := giveUp(ctx, tx, print); err != nil {
				return err
			}
		}
		var began string
		err := tx.QueryRow(ctx, "SELECT id, ground FROM run WHERE fingerprint = $1 AND finished = 0 ORDER BY id DESC LIMIT 1", print).Scan(&r.id, &began)
		if err == nil {
			return d.ground().continues(began)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM run").Scan(&r.id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO run (id, fingerprint, surge, ground, started, finished) VALUES ($1, $2, $3, $4, $5, 0)",
			r.id, print, r.surge, d.ground().text(), d.Now().UnixMicro())
		return err
	})
	return r, err
}

func (d *Desk) closeRun(ctx context.Context, id int64) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE run SET finished = $1 WHERE id = $2", d.Now().UnixMicro(), id)
		return err
	})
}

// AccountOf adds up what became of a run's rows, from what was committed. It
// fails with fault.Corrupt if the account does not close.
func (d *Desk) AccountOf(ctx context.Context, run int64) (Account, error) {
	a := newAccount()
	err := d.DB.Read(ctx, func(q store.Querier) error {
		if err := addMembers(ctx, q, run, &a); err != nil {
			return err
		}
		if err := addBatches(ctx, q, run, &a); err != nil {
			return err
		}
		row := q.QueryRowContext(ctx, `SELECT COUNT(CASE kind WHEN 'owner' THEN 1 END), COUNT(CASE kind WHEN 'country' THEN 1 END)
			FROM party WHERE run = $1`, run)
		return row.Scan(&a.Owners, &a.Countries)
	})
	if err != nil {
		return a, err
	}
	return a, closed(&a)
}

func addMembers(ctx context.Context, q store.Querier, run int64, a *Account) error {
	rows, err := q.QueryContext(ctx, "SELECT state, accepted, observations, rejected FROM member WHERE run = $1", run)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var state int
		var accepted, observations int64
		var text string
		if err := rows.Scan(&state, &accepted, &observations, &text); err != nil {
			return err
		}
		var by map[string]int64
		if err := json.Unmarshal([]byte(text), &by); err != nil {
			return err
		}
		a.Accepted += accepted
		a.Observations += observations
		for why, n := range by {
			a.RejectedBy[why] += n
			a.Rejected += n
		}
		switch state {
		case memberRecognised:
			a.Duplicate += observations
		case memberQuarantined, memberCut:
			a.Quarantined++
		}
	}
	a.Rows = a.Accepted + a.Rejected
	return rows.Err()
}

func addBatches(ctx context.Context, q store.Querier, run int64, a *Account) error {
	rows, err := q.QueryContext(ctx, "SELECT account FROM batch WHERE run = $1", run)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		var t tally
		if err := json.NewDecoder(bytes.NewReader([]byte(text))).Decode(&t); err != nil {
			return err
		}
		t.addTo(a)
		a.Batches++
	}
	return rows.Err()
}

func micros(t int64) time.Time { return time.UnixMicro(t).UTC() }
