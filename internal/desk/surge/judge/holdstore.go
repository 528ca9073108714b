package judge

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/core/value"
	"entente/internal/infra/store"
)

// Component is the name under which Migrations are applied.
const Component = "judge"

//go:embed migration/*.sql
var migrations embed.FS

// Migrations are the tables of the hold rules.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migration")
	if err != nil {
		return migrations // cannot be: the folder is embedded
	}
	return sub
}

const holdColumns = "id, value_kind, value, prefix, domain, class, country, reason, author, starts, ends, lifted, lifted_by, lift_reason"

// AddHold keeps a new rule and gives its number. Whoever calls it appends the
// act in the same transaction.
func AddHold(ctx context.Context, tx *store.Tx, h Hold) (HoldID, error) {
	h.Lifted, h.LiftedBy, h.LiftReason = time.Time{}, "", ""
	if err := h.Check(); err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM judge_hold").Scan(&h.ID); err != nil {
		return 0, fmt.Errorf("number a hold rule: %w", err)
	}
	prefix, class := "", ""
	if h.Prefix.IsValid() {
		prefix = h.Prefix.String()
	}
	if h.Class != rsit.None {
		class = h.Class.String()
	}
	_, err := tx.Exec(ctx, "INSERT INTO judge_hold ("+holdColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', '')",
		int64(h.ID), h.Value.Kind().String(), h.Value.String(), prefix, h.Domain, class, h.Country, h.Reason, h.Author, micros(h.Start), micros(h.End))
	if err != nil {
		return 0, fmt.Errorf("keep a hold rule: %w", err)
	}
	return h.ID, nil
}

// LiftHold ends a rule now. One that was lifted before is a fault.Conflict, one
// that does not exist a fault.NotFound.
func LiftHold(ctx context.Context, tx *store.Tx, id HoldID, by, reason string, now time.Time) error {
	if strings.TrimSpace(by) == "" || strings.TrimSpace(reason) == "" {
		return fault.New(fault.Invalid, "lifting a hold rule needs a reason and a name", "say who lifts it and why")
	}
	n, err := tx.Exec(ctx, "UPDATE judge_hold SET lifted = $1, lifted_by = $2, lift_reason = $3 WHERE id = $4 AND lifted = 0", micros(now), by, reason, int64(id))
	if err != nil {
		return fmt.Errorf("lift hold rule %d: %w", id, err)
	}
	if n == 1 {
		return nil
	}
	var lifted int64
	err = tx.QueryRow(ctx, "SELECT lifted FROM judge_hold WHERE id = $1", int64(id)).Scan(&lifted)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Newf(fault.NotFound, "entente hold list shows the rules", "there is no hold rule %d", id)
	}
	if err != nil {
		return fmt.Errorf("lift hold rule %d: %w", id, err)
	}
	return fault.Newf(fault.Conflict, "nothing is left to do", "hold rule %d was lifted on %s", id, time.UnixMicro(lifted).UTC().Format(time.RFC3339))
}

// ListHolds gives all rules by number, also those that ended or were lifted.
func ListHolds(ctx context.Context, q store.Querier) ([]Hold, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+holdColumns+" FROM judge_hold ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("read the hold rules: %w", err)
	}
	defer rows.Close()
	var out []Hold
	for rows.Next() {
		h, err := scanHold(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func scanHold(rows *sql.Rows) (Hold, error) {
	var h Hold
	var kind, text, prefix, class string
	var start, end, lifted int64
	if err := rows.Scan(&h.ID, &kind, &text, &prefix, &h.Domain, &class, &h.Country, &h.Reason, &h.Author, &start, &end, &lifted, &h.LiftedBy, &h.LiftReason); err != nil {
		return h, fmt.Errorf("read the hold rules: %w", err)
	}
	h.Start, h.End, h.Lifted = moment(start), moment(end), moment(lifted)
	damaged := func(err error) error {
		return fault.Wrap(fault.Corrupt, err, fmt.Sprintf("hold rule %d is damaged", h.ID), "restore the database from a backup")
	}
	if kind != "" {
		k, _ := value.KindOf(kind)
		v, err := value.Parse(k, text)
		if err != nil {
			return h, damaged(err)
		}
		h.Value = v
	}
	if prefix != "" {
		p, err := netip.ParsePrefix(prefix)
		if err != nil {
			return h, damaged(err)
		}
		h.Prefix = p
	}
	if class != "" {
		c, ok := rsit.Parse(class)
		if !ok {
			return h, damaged(fmt.Errorf("no class %q", class))
		}
		h.Class = c
	}
	return h, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
