package life

import (
	"context"
	"slices"
	"time"

	"entente/internal/core/duty"
	"entente/internal/core/rsit"
	"entente/internal/infra/store"
)

// Clocks knows every version of every deadline. No clock is stored: when one began
// stands in the case's life, and it ends by the version that was in force then, so
// that a changed deadline moves no clock that runs.
type Clocks struct{ of map[Clock][]version }

type version struct {
	since int64 // it holds for clocks that begin from then on
	duty.Profile
}

// Running is a clock that runs, or ran out.
type Running struct {
	Duty    Duty
	Start   int64
	Due     int64
	Profile duty.Profile
}

// Overdue tells whether the clock has run out.
func (r Running) Overdue(now int64) bool { return now > r.Due }

// OpenClocks reads the kept versions and keeps those deadlines that differ from the
// newest ones as new versions, which hold from now on; the first ones hold for all
// time before. note records in the same transaction how many changed.
func OpenClocks(ctx context.Context, db *store.DB, want Deadlines, now time.Time, note func(tx *store.Tx, changed int) error) (*Clocks, error) {
	k := &Clocks{of: map[Clock][]version{}}
	if err := db.Read(ctx, func(q store.Querier) error { return k.load(ctx, q) }); err != nil {
		return nil, err
	}
	type fresh struct {
		Clock
		version
	}
	var list []fresh
	changed := 0
	for c, p := range want {
		kept := k.of[c]
		v := version{0, p}
		if n := len(kept); n > 0 {
			last := kept[n-1]
			if last.Length == p.Length && last.Unit == p.Unit && last.Citation == p.Citation {
				continue
			}
			v.Version, v.since = last.Version+1, now.UnixMicro()
			changed++
		}
		list = append(list, fresh{c, v})
		k.of[c] = append(kept, v)
	}
	if len(list) == 0 {
		return k, nil
	}
	return k, db.Write(ctx, func(tx *store.Tx) error {
		err := tx.CopyIn(ctx, "deadline", []string{"class", "duty", "version", "since", "length", "unit", "citation"}, len(list), func(i int, d []any) {
			f := &list[i]
			d[0], d[1], d[2], d[3] = int64(f.Class), int64(f.Duty), int64(f.Version), f.since
			d[4], d[5], d[6] = int64(f.Length), f.Unit.String(), f.Citation
		})
		if err != nil || changed == 0 {
			return err
		}
		return note(tx, changed)
	})
}

func (k *Clocks) load(ctx context.Context, q store.Querier) error {
	rows, err := q.QueryContext(ctx, "SELECT class, duty, version, since, length, unit, citation FROM deadline ORDER BY class, duty, version")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c Clock
		var v version
		var unit string
		if err := rows.Scan(&c.Class, &c.Duty, &v.Version, &v.since, &v.Length, &unit, &v.Citation); err != nil {
			return err
		}
		if v.Unit, err = duty.ParseUnit(unit); err != nil {
			return err
		}
		v.Name, v.Title = c.Class.String()+"."+c.Duty.String(), c.Class.String()+": "+c.Duty.String()
		k.of[c] = append(k.of[c], v)
	}
	return rows.Err()
}

// At gives a clock that began at start, by the version in force then.
func (k *Clocks) At(c Clock, start int64) (r Running, ok bool) {
	list := k.of[c]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].since <= start {
			p := list[i].Profile
			return Running{c.Duty, start, p.Due(time.UnixMicro(start), nil).UnixMicro(), p}, true
		}
	}
	return r, false
}

// Alike groups the classes whose clocks for a duty are the same, in every version.
func (k *Clocks) Alike(d Duty) (out [][]rsit.Class) {
	alike := func(a, b version) bool { return a.since == b.since && a.Length == b.Length && a.Unit == b.Unit }
next:
	for _, c := range rsit.All() {
		if c.Context() {
			continue
		}
		for i, group := range out {
			if slices.EqualFunc(k.of[Clock{group[0], d}], k.of[Clock{c, d}], alike) {
				out[i] = append(group, c)
				continue next
			}
		}
		out = append(out, []rsit.Class{c})
	}
	return out
}

// Of gives the clocks that run in a case, the most urgent first. opened is when it
// opened, for a case whose owner does not know of it and that has no row.
func (k *Clocks) Of(class rsit.Class, s State, r *Row, opened int64) (out []Running) {
	add := func(d Duty, start int64) {
		if run, ok := k.At(Clock{class, d}, start); ok {
			out = append(out, run)
		}
	}
	sent := r.Sent
	if sent == 0 { // answered without a report
		sent = r.Since
	}
	switch s {
	case Routed, Transferred, Returned, Undeliverable:
		if r.Since != 0 {
			opened = r.Since
		}
		add(Send, opened)
	case Reported:
		add(Answer, sent)
		add(Act, sent)
	case Acknowledged, Acting:
		add(Act, sent)
	}
	if len(out) == 2 && out[1].Due < out[0].Due {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

// Ticking are the states in which a clock runs.
func Ticking() []State {
	return []State{Routed, Reported, Acknowledged, Acting, Undeliverable, Transferred, Returned}
}
