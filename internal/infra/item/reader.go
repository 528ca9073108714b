package item

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"entente/internal/core/sharing"
	"entente/internal/infra/store"
)

// Reader reads what one viewer may see. Only For makes one.
type Reader struct {
	db  *store.DB
	who sharing.Viewer
}

// For gives the reader of a viewer.
func (s *Items) For(who sharing.Viewer) Reader { return Reader{db: s.db, who: who} }

// Get gives one item. One that does not exist and one that the viewer may not
// see give the same fault.NotFound.
func (r Reader) Get(ctx context.Context, id ID) (Item, error) {
	list, err := r.list(ctx, "i.id = $1", []any{id}, 1)
	if err != nil {
		return Item{}, err
	}
	if len(list) == 0 {
		return Item{}, missing()
	}
	return list[0], nil
}

// List gives items of a kind by id, from the one after `after` (zero: the
// first), at most limit.
func (r Reader) List(ctx context.Context, kind string, after ID, limit int) ([]Item, error) {
	return r.list(ctx, "i.kind = $1 AND i.id > $2", []any{kind, after}, limit)
}

// Count gives how many items of a kind the viewer may see.
func (r Reader) Count(ctx context.Context, kind string) (n int64, err error) {
	err = r.filtered(ctx, "i.kind = $1", []any{kind}, func(q store.Querier, cond string, args []any) error {
		return q.QueryRowContext(ctx, `SELECT count(*) FROM item i WHERE `+cond, args...).Scan(&n)
	})
	return n, err
}

// Released is a release as a reader pages by it.
type Released struct {
	Seq  int64
	Item Item
	Time int64 // microseconds since 1970 UTC
	Act  int64
}

// Released gives releases by their number, from the one after `after`, at most
// limit. The viewer gets a release when he sees the item by that release; the
// owner gets all of the item's.
func (r Reader) Released(ctx context.Context, after int64, limit int) ([]Released, error) {
	var out []Released
	err := r.db.Read(ctx, func(q store.Querier) error {
		f, err := r.filter(ctx, q)
		if err != nil {
			return err
		}
		cond, more := f.SQL("i.owner", "i.tlp", "r.audience", 2)
		rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT %s, r.seq, r.time, r.act FROM item_release r JOIN item i ON i.id = r.item
			WHERE r.seq > $1 AND %s ORDER BY r.seq LIMIT %d`, itemColumns, cond, limit), append([]any{after}, more...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var rel Released
			if rel.Item, err = scan(rows, &rel.Seq, &rel.Time, &rel.Act); err != nil {
				return err
			}
			out = append(out, rel)
		}
		return rows.Err()
	})
	return out, err
}

func (r Reader) list(ctx context.Context, cond string, args []any, limit int) (out []Item, err error) {
	err = r.filtered(ctx, cond, args, func(q store.Querier, cond string, args []any) error {
		rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM item i WHERE %s ORDER BY i.id LIMIT %d`, itemColumns, cond, limit), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			it, err := scan(rows)
			if err != nil {
				return err
			}
			out = append(out, it)
		}
		return errors.Join(rows.Err(), rows.Close())
	})
	return out, err
}

// filtered adds the viewer's filter to a condition and runs f in one read.
func (r Reader) filtered(ctx context.Context, cond string, args []any, f func(q store.Querier, cond string, args []any) error) error {
	return r.db.Read(ctx, func(q store.Querier) error {
		filter, err := r.filter(ctx, q)
		if err != nil {
			return err
		}
		own, more := filter.SQL("i.owner", "i.tlp", "i.audience", len(args)+1)
		args := append(append([]any{}, args...), more...)
		if filter.All {
			return f(q, cond, args)
		}
		released, again := filter.SQL("i.owner", "i.tlp", "r.audience", len(args)+1)
		full := fmt.Sprintf("%s AND (%s OR EXISTS (SELECT 1 FROM item_release r WHERE r.item = i.id AND %s))", cond, own, released)
		return f(q, full, append(args, again...))
	})
}

// filter resolves the viewer against the audience sets, which are few.
func (r Reader) filter(ctx context.Context, q store.Querier) (sharing.Filter, error) {
	if r.who.Local() {
		return sharing.NewFilter(r.who, nil), nil
	}
	rows, err := q.QueryContext(ctx, `SELECT id, body FROM audience_set`)
	if err != nil {
		return sharing.Filter{}, err
	}
	defer rows.Close()
	sets := map[SetID]sharing.AudienceSet{}
	var body sql.RawBytes
	for rows.Next() {
		var id SetID
		if err := rows.Scan(&id, &body); err != nil {
			return sharing.Filter{}, err
		}
		var set sharing.AudienceSet
		if err := json.Unmarshal(body, &set); err != nil {
			return sharing.Filter{}, err
		}
		sets[id] = set
	}
	return sharing.NewFilter(r.who, sets), rows.Err()
}
