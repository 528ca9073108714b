// Package record owns the tables of acts and duties and the sequencer that
// numbers and chains acts. It imports store, core/ledger, core/duty and
// core/fault; never another package of infra, a desk or a door.
package record

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/klauspost/compress/zstd"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/infra/store"
)

//go:embed migration
var migrations embed.FS

// Record reads and writes acts and duties. Many goroutines may share one.
type Record struct {
	db  *store.DB
	zip *zstd.Encoder
}

// Open makes the tables when they are missing.
func Open(ctx context.Context, db *store.DB) (*Record, error) {
	fsys, err := subMigrations()
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, "record", fsys); err != nil {
		return nil, err
	}
	zip, err := newPacker()
	if err != nil {
		return nil, err
	}
	return &Record{db: db, zip: zip}, nil
}

// Append adds an act in the caller's transaction and gives its number. Numbers
// rise by one without a hole, since an undone transaction gives its number
// back. Other appenders wait until the transaction ends, so append late in it.
// Seq and Prev of act are set here, and ID when it is zero.
func (r *Record) Append(ctx context.Context, tx *store.Tx, act ledger.Act) (seq int64, err error) {
	head, err := lockHead(ctx, tx)
	if err != nil {
		return 0, err
	}
	linked, next, err := head.Link(act)
	if err != nil {
		return 0, err
	}
	return linked.Seq, insert(ctx, tx, linked, next)
}

func lockHead(ctx context.Context, tx *store.Tx) (ledger.Head, error) {
	// The update takes the row's lock on PostgreSQL; on SQLite the transaction
	// is already the only one that writes.
	if _, err := tx.Exec(ctx, `INSERT INTO act_head (one, seq, hash) VALUES (1, 0, $1)
		ON CONFLICT (one) DO UPDATE SET seq = act_head.seq`, ledger.Hash{}); err != nil {
		return ledger.Head{}, err
	}
	var h ledger.Head
	var hash []byte
	if err := tx.QueryRow(ctx, `SELECT seq, hash FROM act_head WHERE one = 1`).Scan(&h.Seq, &hash); err != nil {
		return h, err
	}
	return h, fill(h.Hash[:], hash, "the end of the record")
}

func insert(ctx context.Context, tx *store.Tx, a ledger.Act, head ledger.Head) error {
	var item, commit, body any
	if a.Item != [16]byte{} {
		item = a.Item
	}
	if a.Commit != (ledger.Hash{}) {
		commit = a.Commit
	}
	if len(a.Body) > 0 {
		body = []byte(a.Body)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO act (seq, id, time, node, actor, org, verb, item, commitment, body, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		a.Seq, a.ID, a.Time, a.Node, a.Actor, a.Org, a.Verb, item, commit, body, a.Prev, head.Hash); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE act_head SET seq = $1, hash = $2 WHERE one = 1`, head.Seq, head.Hash)
	return err
}

// Filter chooses acts. The zero Filter chooses the first 1,000.
type Filter struct {
	After int64    // only acts with a larger number
	Upto  int64    // only acts up to this number; 0: no bound
	Verb  string   // only this verb; "": all
	Item  [16]byte // only acts on this item; zero: all
	Limit int      // at most so many; 0: 1,000
}

const columns = `seq, id, time, node, actor, org, verb, item, commitment, body, prev`

// Acts gives acts by their number, rising. Page by the last one's Seq.
func (r *Record) Acts(ctx context.Context, f Filter) ([]ledger.Act, error) {
	var out []ledger.Act
	err := r.db.Read(ctx, func(q store.Querier) (err error) {
		out, err = acts(ctx, q, f)
		return err
	})
	return out, err
}

// ActsOf gives every act on one item, rising.
func (r *Record) ActsOf(ctx context.Context, item [16]byte) ([]ledger.Act, error) {
	var out []ledger.Act
	err := r.db.Read(ctx, func(q store.Querier) error {
		for after := int64(0); ; {
			page, err := acts(ctx, q, Filter{Item: item, After: after})
			if err != nil || len(page) == 0 {
				return err
			}
			out = append(out, page...)
			after = page[len(page)-1].Seq
		}
	})
	return out, err
}

func acts(ctx context.Context, q store.Querier, f Filter) ([]ledger.Act, error) {
	args := []any{f.After}
	cond := []string{"seq > $1"}
	add := func(c string, v any) {
		args = append(args, v)
		cond = append(cond, fmt.Sprintf(c, len(args)))
	}
	if f.Upto > 0 {
		add("seq <= $%d", f.Upto)
	}
	if f.Verb != "" {
		add("verb = $%d", f.Verb)
	}
	if f.Item != [16]byte{} {
		add("item = $%d", f.Item)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 1000
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM act WHERE %s ORDER BY seq LIMIT %d",
		columns, strings.Join(cond, " AND "), limit), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []ledger.Act
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

func scan(rows *sql.Rows) (ledger.Act, error) {
	var a ledger.Act
	var id, node, item, commit, body, prev []byte
	if err := rows.Scan(&a.Seq, &id, &a.Time, &node, &a.Actor, &a.Org, &a.Verb, &item, &commit, &body, &prev); err != nil {
		return a, err
	}
	if len(body) > 0 {
		a.Body = body
	}
	what := fmt.Sprintf("act %d", a.Seq)
	err := errors.Join(fill(a.ID[:], id, what), fill(a.Node[:], node, what), fill(a.Prev[:], prev, what))
	if item != nil {
		err = errors.Join(err, fill(a.Item[:], item, what))
	}
	if commit != nil {
		err = errors.Join(err, fill(a.Commit[:], commit, what))
	}
	return a, err
}

// fill copies stored bytes of a fixed length.
func fill(dst, src []byte, what string) error {
	if len(src) != len(dst) {
		return fault.Newf(fault.Corrupt, "restore the database from its last backup", "%s is damaged", what)
	}
	copy(dst, src)
	return nil
}

// Head gives the end of the chain.
func (r *Record) Head(ctx context.Context) (ledger.Head, error) {
	var h ledger.Head
	err := r.db.Read(ctx, func(q store.Querier) error {
		var hash []byte
		err := q.QueryRowContext(ctx, `SELECT seq, hash FROM act_head WHERE one = 1`).Scan(&h.Seq, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return fill(h.Hash[:], hash, "the end of the record")
	})
	return h, err
}

// Verify checks the whole chain and every list of case changes against its
// act, and gives the number of acts. What does not fit is fault.Corrupt.
func (r *Record) Verify(ctx context.Context) (int64, error) {
	var h ledger.Head
	err := r.db.Read(ctx, func(q store.Querier) error {
		for {
			page, err := acts(ctx, q, Filter{After: h.Seq})
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			if h, err = ledger.Verify(h, page); err != nil {
				return err
			}
			for _, a := range page {
				if err := verifyChanges(ctx, q, a); err != nil {
					return err
				}
			}
		}
		var kept ledger.Head
		var hash []byte
		err := q.QueryRowContext(ctx, `SELECT seq, hash FROM act_head WHERE one = 1`).Scan(&kept.Seq, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = fill(kept.Hash[:], hash, "the end of the record")
		}
		if err == nil && kept != h {
			err = fault.Newf(fault.Corrupt, "compare the record with a backup", "the record ends at act %d, where act %d is expected", h.Seq, kept.Seq)
		}
		return err
	})
	return h.Seq, err
}
