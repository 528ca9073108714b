package surge

import (
	"context"
	"fmt"
	"slices"

	"entente/internal/infra/erasure"
	"entente/internal/infra/store"
)

// texts are the tables in which a person's or a feed's text may hold a value, with
// their key. What is found in others is told, not changed: names that rows of
// other tables are known by, and what organisations say of themselves.
var texts = []struct {
	table, key string
	columns    []string
}{
	{"cases", "no", []string{"value", "family"}},
	{"reject", "id", []string{"text", "field"}},
	{"member", "id", []string{"name", "options", "reason", "note", "drift"}},
	{"judge_hold", "id", []string{"value", "prefix", "domain", "reason", "author", "lifted_by", "lift_reason"}},
	{"hold_release", "act", []string{"reason"}},
	{"case_life", "no", []string{"reason"}},
	{"case_said", "act", []string{"name", "reason", "reference"}},
	{"placement", "id", []string{"network"}},
	{"surge", "id", []string{"name"}},
	{"erased", "no", []string{"reason", "author"}},
}

// scrubbed names the tables whose old pages may hold what was replaced.
func scrubbed() (out []string) {
	for _, t := range texts {
		out = append(out, t.table)
	}
	return out
}

// cell is a text that holds an erased value.
type cell struct {
	table, key, column string
	id                 int64
}

// cellsWith finds the texts of the database that hold a marked value.
func (d *Desk) cellsWith(ctx context.Context, f *erasure.Finder) (out []cell, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		for _, t := range texts {
			query := "SELECT " + t.key
			for _, c := range t.columns {
				query += ", " + c
			}
			found := make([][]byte, len(t.columns))
			var id int64
			into := []any{&id}
			for i := range found {
				into = append(into, &found[i])
			}
			err := each(ctx, q, func(scan func(...any) error) error {
				if err := scan(into...); err != nil {
					return err
				}
				for i, text := range found {
					if f.In(text) {
						out = append(out, cell{t.table, t.key, t.columns[i], id})
					}
				}
				return nil
			}, query+" FROM "+t.table)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// kindErased is what cases.kind says of a case whose asset was erased.
const kindErased = 255

// mark is what stands in the place of a text that held an erased value.
func mark(no int64) string { return fmt.Sprintf("erased:%d", no) }

// erase replaces the text.
func (c *cell) erase(ctx context.Context, tx *store.Tx, no int64) error {
	set, args := c.column+" = $2", []any{c.id, mark(no)}
	switch c.table + "." + c.column {
	case "cases.value":
		set += ", kind = $3"
		args = append(args, int64(kindErased))
	case "reject.text":
		args[1] = []byte(mark(no))
	case "member.name", "surge.name":
		args[1] = fmt.Sprintf("%s (%d)", mark(no), c.id) // names are told apart
	case "member.options":
		args[1] = "{}"
	case "judge_hold.value", "judge_hold.prefix", "judge_hold.domain":
		// A rule that has ended; without any condition it would not be one.
		set, args = "value_kind = '', value = '', prefix = '', domain = $2", []any{c.id, "erased.invalid"}
	}
	_, err := tx.Exec(ctx, "UPDATE "+c.table+" SET "+set+" WHERE "+c.key+" = $1", args...)
	return err
}

func (e *Erasure) count(cells []cell) {
	e.Cases, e.Rejected = distinct(cells, "cases"), distinct(cells, "reject")
	for _, c := range cells {
		if c.table != "cases" && c.table != "reject" {
			e.Other++
		}
	}
}

// distinct counts the rows of a table among cells.
func distinct(cells []cell, table string) int {
	var ids []int64
	for _, c := range cells {
		if c.table == table {
			ids = append(ids, c.id)
		}
	}
	slices.Sort(ids)
	return len(slices.Compact(ids))
}
