package surge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/source"
	"entente/internal/infra/store"
)

// Rejected is a row that was not taken, as it is kept.
type Rejected struct {
	ID     int64  `json:"id"`
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Field  string `json:"field"`
	Text   string `json:"text"` // the row, or its first 4 KiB
}

// Rejects lists rejected rows that no retry has settled, oldest first; run 0
// means all runs, limit 0 all rows.
func (d *Desk) Rejects(ctx context.Context, run int64, limit int64) ([]Rejected, error) {
	if limit <= 0 {
		limit = 1 << 40
	}
	var out []Rejected
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r Rejected
			var text []byte
			err := scan(&r.ID, &r.File, &r.Line, &r.Reason, &r.Field, &text)
			r.Text = string(text)
			out = append(out, r)
			return err
		}, `SELECT j.id, m.name, j.line, j.reason, j.field, j.text FROM reject j JOIN member m ON m.id = j.member
			WHERE j.resolved = 0 AND (m.run = $1 OR $1 = 0) ORDER BY j.id LIMIT $2`, run, limit)
	})
	return out, err
}

// SetAside lists the files that were quarantined or broke off, oldest first; of
// all runs (run 0) only those that no later run has read to their end.
func (d *Desk) SetAside(ctx context.Context, run int64) ([]Note, error) {
	var out []Note
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var n Note
			err := scan(&n.File, &n.Reason, &n.Text)
			out = append(out, n)
			return err
		}, `SELECT name, reason, note FROM member WHERE state IN (3, 4) AND (run = $1
			OR $1 = 0 AND (raw, idx) NOT IN (SELECT raw, idx FROM member WHERE state = 1)) ORDER BY id`, run)
	})
	return out, err
}

// retryMember is one member with rejected rows that are not settled.
type retryMember struct {
	id      int64
	raw     [32]byte
	index   int
	name    string
	options string
	format  string
	surge   string          // name of the surge it was read for; "" for none
	rows    map[int64]int64 // ordinal -> reject
}

// Retry reads the rejected rows again from the kept raw input: after a parser
// was mended, what it now takes joins the log and the cases. What is rejected
// again stays as it was. What is taken joins the surge that the row was read
// for. A zone or a mapping in the request's options replaces
// the one that was given at first. The account is of the rows tried.
func (d *Desk) Retry(ctx context.Context, req Request) (Result, error) {
	pending, err := d.pendingRejects(ctx)
	if err != nil {
		return Result{}, err
	}
	if len(pending) == 0 {
		return Result{}, fault.New(fault.NotFound, "there are no rejected rows", "nothing to do")
	}
	holds, err := d.alignHolds(ctx, d.Now(), 0)
	if err != nil {
		return Result{}, err
	}
	bySurge := map[string][]*retryMember{}
	for _, m := range pending {
		bySurge[m.surge] = append(bySurge[m.surge], m)
	}
	total := Result{Account: newAccount(), Holds: holds}
	for _, name := range sortedKeys(bySurge) {
		res, err := d.retrySurge(ctx, req, name, bySurge[name])
		if err != nil {
			return total, err
		}
		sum(&total.Account, &res.Account)
		total.Run, total.Notes = res.Run, append(total.Notes, res.Notes...)
	}
	return total, nil
}

// retrySurge tries the rows that were rejected in the runs of one surge; what is
// taken joins that surge.
func (d *Desk) retrySurge(ctx context.Context, req Request, name string, pending []*retryMember) (Result, error) {
	in := newIngest(d, req)
	var err error
	if in.run, err = d.openRun(ctx, Request{Paths: []string{fmt.Sprintf("retry %d", d.Now().UnixNano())}, Surge: name}, nil); err != nil {
		return Result{}, err
	}
	if in.members, in.lastMember, err = d.loadMembers(ctx, in.run.id); err != nil {
		return Result{}, err
	}
	res, err := in.finish(ctx, func(ctx context.Context) error {
		for _, m := range pending {
			if err := in.retry(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
	res.Quarantined += int64(len(in.notes)) // set aside by this retry, as they were before it
	return res, err
}

func (d *Desk) pendingRejects(ctx context.Context) ([]*retryMember, error) {
	byMember := map[int64]*retryMember{}
	var order []int64
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id, member, ordinal int64
			var raw []byte
			m := &retryMember{rows: map[int64]int64{}}
			if err := scan(&id, &member, &ordinal, &raw, &m.index, &m.name, &m.options, &m.format, &m.surge); err != nil {
				return err
			}
			if byMember[member] == nil {
				m.id, m.raw = member, [32]byte(raw)
				byMember[member] = m
				order = append(order, member)
			}
			byMember[member].rows[ordinal] = id
			return nil
		}, `SELECT j.id, j.member, j.ordinal, m.raw, m.idx, m.name, m.options, m.format, COALESCE(s.name, '')
			FROM reject j JOIN member m ON m.id = j.member JOIN run r ON r.id = m.run LEFT JOIN surge s ON s.id = r.surge WHERE j.resolved = 0 ORDER BY j.id`)
	})
	slices.Sort(order)
	out := make([]*retryMember, 0, len(order))
	for _, id := range order {
		out = append(out, byMember[id])
	}
	return out, err
}

// errOtherMember ends the reading of a raw input whose wanted member is read.
var errOtherMember = errors.New("past the member")

// retry reads the rejected rows of one member again. What keeps it from being
// read is noted and holds up no other member.
func (in *ingest) retry(ctx context.Context, want *retryMember) error {
	opt, mod, err := parseOptions(want.options)
	if err != nil {
		return err
	}
	opt.Now = in.desk.Now()
	if z := in.req.Options.Zone; z != nil {
		opt.Zone = z
	}
	if m := in.req.Options.Mapping; m != nil {
		opt.Mapping = m
	}
	// A number of its own per member that was read before: the same file may have
	// been read twice.
	m, fresh := in.memberOf(memberKey{want.raw, -2 - int(want.id), want.name}, opt)
	if !fresh && m.state != memberOpen {
		return nil
	}
	m.format, m.modTime = want.format, mod
	kept, err := in.desk.Blobs.Open(ctx, want.raw)
	if err == nil {
		defer kept.Close()
		err = source.Members(ctx, want.name, mod, kept, kept.At, kept.Size, in.req.Limits, func(src source.Member) error {
			if src.Index != want.index {
				return nil
			}
			return in.retryRows(ctx, m, want, src)
		})
	}
	var q *feed.Quarantine
	switch {
	case errors.Is(err, errOtherMember):
		return nil
	case ctx.Err() != nil:
		return errStopped
	case in.collect.broken != nil:
		return in.collect.broken
	case errors.As(err, &q):
		in.notes = append(in.notes, Note{want.name, q.Reason, q.Text, q.Remedy})
		return nil
	case fault.Is(err, fault.Corrupt), fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
		// It broke off as it did at first: the rows before that were read.
		if m.rows == 0 {
			in.notes = append(in.notes, Note{want.name, fault.KindOf(err).String(), err.Error(), fault.RemedyOf(err)})
			return nil
		}
		in.settle(m)
		return nil
	}
	return err
}

func (in *ingest) retryRows(ctx context.Context, m *member, want *retryMember, src source.Member) error {
	format, err := source.Choose(in.desk.Formats, m.options, want.format, want.name, src.Head)
	if err != nil {
		return err
	}
	in.collect.start(m)
	in.collect.only = want.rows
	if err := format.Read(ctx, feed.Input{Name: want.name, ModTime: src.ModTime, Body: src.Body, Options: m.options}, in.collect); err != nil {
		return err
	}
	in.settle(m)
	return errOtherMember
}

// settle ends a member that was retried. It is the same input as no other, so
// that no later file is recognised by it.
func (in *ingest) settle(m *member) {
	m.state, m.identity = memberDone, []byte{}
	in.collect.batch.note(m)
}
