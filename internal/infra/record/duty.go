package record

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"entente/internal/core/duty"
	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// PutProfile keeps a profile. A version that is kept already must be the same
// in every part: rules change by a new version.
func (r *Record) PutProfile(ctx context.Context, tx *store.Tx, p duty.Profile) error {
	if err := p.Check(); err != nil {
		return err
	}
	kept, err := profile(ctx, tx, p.Name, p.Version)
	switch {
	case err == nil && kept == p:
		return nil
	case err == nil:
		return fault.Newf(fault.Conflict, "give the changed rule a new version", "the duty profile %s version %d is kept with other content", p.Name, p.Version)
	case !fault.Is(err, fault.NotFound):
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO duty_profile (name, version, title, citation, length, unit) VALUES ($1, $2, $3, $4, $5, $6)`,
		p.Name, p.Version, p.Title, p.Citation, p.Length, p.Unit.String())
	return err
}

func profile(ctx context.Context, q store.Querier, name string, version int) (duty.Profile, error) {
	p := duty.Profile{Name: name, Version: version}
	var unit string
	err := q.QueryRowContext(ctx, `SELECT title, citation, length, unit FROM duty_profile WHERE name = $1 AND version = $2`,
		name, version).Scan(&p.Title, &p.Citation, &p.Length, &unit)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.Newf(fault.NotFound, "list the profiles that are kept", "there is no duty profile %s version %d", name, version)
	}
	if err != nil {
		return p, err
	}
	p.Unit, err = duty.ParseUnit(unit)
	return p, err
}

// StartDuty starts the clock of a kept profile for an item that org owes;
// days are counted in zone.
func (r *Record) StartDuty(ctx context.Context, tx *store.Tx, item [16]byte, name string, version int, start time.Time, zone *time.Location, org string) (duty.Duty, error) {
	p, err := profile(ctx, tx, name, version)
	if err != nil {
		return duty.Duty{}, err
	}
	d := duty.Duty{Item: item, Profile: name, Version: version, Start: start.UnixMicro(), Due: p.Due(start, zone).UnixMicro(), Org: org}
	err = tx.QueryRow(ctx, `INSERT INTO duty (item, profile, version, start, due, org) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		d.Item, d.Profile, d.Version, d.Start, d.Due, d.Org).Scan(&d.ID)
	return d, err
}

// MeetDuty stops a clock. A duty that was met keeps its first time.
func (r *Record) MeetDuty(ctx context.Context, tx *store.Tx, id int64, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE duty SET done = CASE WHEN done = 0 THEN $2 ELSE done END WHERE id = $1`, id, at.UnixMicro())
	if err == nil && n == 0 {
		return fault.Newf(fault.NotFound, "list the duties of the item", "there is no duty %d", id)
	}
	return err
}

// Due gives the duties that still run and are due up to a moment, the most
// urgent first.
func (r *Record) Due(ctx context.Context, upto time.Time) ([]duty.Duty, error) {
	return r.duties(ctx, `WHERE done = 0 AND due <= $1 ORDER BY due, id`, upto.UnixMicro())
}

// DutiesOf gives all duties on one item.
func (r *Record) DutiesOf(ctx context.Context, item [16]byte) ([]duty.Duty, error) {
	return r.duties(ctx, `WHERE item = $1 ORDER BY due, id`, item)
}

func (r *Record) duties(ctx context.Context, where string, arg any) (out []duty.Duty, err error) {
	err = r.db.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, `SELECT id, item, profile, version, start, due, org, done FROM duty `+where, arg)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d duty.Duty
			var item []byte
			if err := rows.Scan(&d.ID, &item, &d.Profile, &d.Version, &d.Start, &d.Due, &d.Org, &d.Done); err != nil {
				return err
			}
			if err := fill(d.Item[:], item, "a duty"); err != nil {
				return err
			}
			out = append(out, d)
		}
		return rows.Err()
	})
	return out, err
}
