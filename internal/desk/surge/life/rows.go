package life

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/desk/surge/route"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// Columns are those of case_life, in the order of Fields, without the number.
const Columns = `since, reported, sent, delivered, bounced, acknowledged, claimed, down, proved, grade, returned, returns,
	seen_source, seen_at, until, reason, before`

var columns = strings.Split(strings.NewReplacer("\n", "", "\t", "", " ", "").Replace(Columns), ",")

// Fields gives where Columns are scanned to.
func (r *Row) Fields() []any {
	return []any{&r.Since, &r.Reported, &r.Sent, &r.Delivered, &r.Bounced, &r.Acknowledged, &r.Claimed, &r.Down, &r.Proved, &r.Grade,
		&r.Returned, &r.Returns, &r.SeenSource, &r.SeenAt, &r.Until, &r.Reason, &r.Before}
}

func (r *Row) values(dst []any) {
	for i, v := range []any{r.Since, r.Reported, r.Sent, r.Delivered, r.Bounced, r.Acknowledged, r.Claimed, r.Down, r.Proved, int64(r.Grade),
		r.Returned, r.Returns, r.SeenSource, r.SeenAt, r.Until, r.Reason, int64(r.Before)} {
		dst[i] = v
	}
}

// Kept is a case as the database has it.
type Kept struct {
	No    int64
	ID    [16]byte
	State State
	Pool  bool // nobody owns it
	Row   Row
}

// loadChunk is how many cases one query asks for.
const loadChunk = 256

// Load gives the cases of some numbers, by number. One that is not there is
// fault.NotFound.
func Load(ctx context.Context, q store.Querier, nos []int64) (map[int64]*Kept, error) {
	nos = slices.Clone(nos)
	slices.Sort(nos)
	nos = slices.Compact(nos)
	out := make(map[int64]*Kept, len(nos))
	for chunk := range slices.Chunk(nos, loadChunk) {
		if err := load(ctx, q, chunk, out); err != nil {
			return nil, err
		}
	}
	if len(out) != len(nos) {
		return nil, fault.New(fault.NotFound, "a case is not there", "`entente case list` shows the cases")
	}
	return out, nil
}

var loadQuery = func() string {
	var b strings.Builder
	b.WriteString("SELECT c.no, c.id, c.state, (SELECT p.owner FROM placement p WHERE p.id = c.placement)")
	for _, name := range columns {
		if name == "reason" {
			b.WriteString(", COALESCE(l.reason, '')")
			continue
		}
		b.WriteString(", COALESCE(l." + name + ", 0)")
	}
	b.WriteString(" FROM cases c LEFT JOIN case_life l ON l.no = c.no WHERE c.no IN (")
	for i := range loadChunk {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ")"
}()

func load(ctx context.Context, q store.Querier, nos []int64, out map[int64]*Kept) error {
	args := make([]any, loadChunk)
	for i := range args {
		args[i] = int64(0) // no case has it
		if i < len(nos) {
			args[i] = nos[i]
		}
	}
	rows, err := q.QueryContext(ctx, loadQuery, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		k := &Kept{}
		var id []byte
		var owner string
		if err := rows.Scan(append([]any{&k.No, &id, &k.State, &owner}, k.Row.Fields()...)...); err != nil {
			return err
		}
		k.ID, k.Pool = [16]byte(id), owner == route.Pool
		out[k.No] = k
	}
	return rows.Err()
}

// Write puts the states and rows of cases as they are now.
func Write(ctx context.Context, tx *store.Tx, list []*Kept) error {
	slices.SortFunc(list, func(a, b *Kept) int { return cmp.Compare(a.No, b.No) })
	err := tx.UpdateIn(ctx, "UPDATE cases SET state = $2 WHERE no = $1", len(list),
		func(i int, d []any) { d[0], d[1] = list[i].No, int64(list[i].State) })
	if err != nil {
		return err
	}
	return tx.UpdateIn(ctx, writeQuery, len(list), func(i int, d []any) {
		d[0] = list[i].No
		list[i].Row.values(d[1:])
	})
}

var writeQuery = func() string {
	var set, values []string
	for i, name := range columns {
		set = append(set, name+" = excluded."+name)
		values = append(values, "$"+strconv.Itoa(i+2))
	}
	return "INSERT INTO case_life (no, " + strings.Join(columns, ", ") + ") VALUES ($1, " + strings.Join(values, ", ") +
		") ON CONFLICT (no) DO UPDATE SET " + strings.Join(set, ", ")
}()

// Refused is a case with which a step was not legal.
type Refused struct {
	Change
	State State
	Err   error // a fault.Conflict that says what is legal
}

// Many does one step with many cases in the caller's transaction: it changes
// cases.state and case_life, and gives the changes for record.AppendBatch, in the
// order of the list. The caller must append them to an act in the same
// transaction, or an act for each: the state of a case is the fold of its acts.
// What is not legal is left as it is and given as refused, which is no error: a
// case may have moved since the caller chose it. A case may come several times; a
// later change sees the one before. Keep a list within about 1,000 cases for a
// write slice of 50 ms.
func Many(ctx context.Context, tx *store.Tx, step Step, list []Change) (done []record.CaseChange, refused []Refused, err error) {
	nos := make([]int64, len(list))
	for i := range list {
		nos[i] = list[i].No
	}
	kept, err := Load(ctx, tx, nos)
	if err != nil {
		return nil, nil, err
	}
	changed := map[int64]*Kept{}
	for _, c := range list {
		k := kept[c.No]
		c.Pool = k.Pool
		to, row, err := Apply(k.State, k.Row, step, &c)
		if err != nil {
			refused = append(refused, Refused{c, k.State, err})
			continue
		}
		done = append(done, record.CaseChange{Case: k.ID, From: uint8(k.State), To: uint8(to)})
		k.State, k.Row = to, row
		changed[c.No] = k
	}
	write := make([]*Kept, 0, len(changed))
	for _, k := range changed {
		write = append(write, k)
	}
	return done, refused, Write(ctx, tx, write)
}
