package surge

import (
	"context"
	"iter"

	"entente/internal/infra/store"
)

// rejectPage is how many rejected rows are read at a time: with texts of 4 KiB
// at most 8 MiB.
const rejectPage = 2048

// Rejected is a row that was not taken, as it is kept.
type Rejected struct {
	ID     int64  `json:"id"`
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Field  string `json:"field"`
	Text   string `json:"text"` // the row, or its first 4 KiB
}

// Rejects lists the rejected rows that no retry has settled, oldest first. It
// keeps none of them.
func (d *Desk) Rejects(ctx context.Context) iter.Seq2[Rejected, error] {
	return pages(ctx, d.DB, rejectPage, func(q store.Querier, after Rejected, size int, add func(Rejected)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r Rejected
			var text []byte
			err := scan(&r.ID, &r.File, &r.Line, &r.Reason, &r.Field, &text)
			r.Text = string(text)
			add(r)
			return err
		}, `SELECT j.id, m.name, j.line, j.reason, j.field, j.text
			FROM (SELECT * FROM reject WHERE resolved = 0 AND id > $1 ORDER BY id LIMIT $2) j
			JOIN member m ON m.id = j.member ORDER BY j.id`, after.ID, size)
	})
}

// SetAside lists the files that were quarantined or broke off and that no later
// run has read to their end, oldest first.
func (d *Desk) SetAside(ctx context.Context) iter.Seq2[Note, error] {
	type row struct {
		id int64
		Note
	}
	list := pages(ctx, d.DB, rejectPage, func(q store.Querier, after row, size int, add func(row)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r row
			err := scan(&r.id, &r.File, &r.Reason, &r.Text)
			add(r)
			return err
		}, `SELECT id, name, reason, note FROM member WHERE state IN (3, 4) AND replayed = 0 AND id > $1
			AND (raw, idx) NOT IN (SELECT raw, idx FROM member WHERE state = 1) ORDER BY id LIMIT $2`, after.id, size)
	})
	return func(yield func(Note, error) bool) {
		for r, err := range list {
			if !yield(r.Note, err) {
				return
			}
		}
	}
}

// rejectAt is a row of a member that was rejected.
type rejectAt struct{ row, id int64 }

// openRejects walks beside the reading of a member and says which of its rows no
// retry has settled. Rows come in rising order on both sides.
type openRejects struct {
	next func() (rejectAt, error, bool)
	stop func()
	at   rejectAt // the first that the reading has not passed
	err  error
	more bool
}

func (d *Desk) openRejects(ctx context.Context, member int64) *openRejects {
	o := &openRejects{}
	o.next, o.stop = iter.Pull2(pages(ctx, d.DB, rejectPage, func(q store.Querier, after rejectAt, size int, add func(rejectAt)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r rejectAt
			err := scan(&r.row, &r.id)
			add(r)
			return err
		}, `SELECT ordinal, id FROM reject WHERE resolved = 0 AND member = $1 AND ordinal > $2
			ORDER BY ordinal LIMIT $3`, member, after.row, size)
	}))
	o.step()
	return o
}

func (o *openRejects) step() { o.at, o.err, o.more = o.next() }

// find gives the reject of a row, which must lie behind the one asked for before.
func (o *openRejects) find(row int64) (id int64, found bool, err error) {
	for o.more && o.err == nil && o.at.row < row {
		o.step()
	}
	return o.at.id, o.more && o.at.row == row, o.err
}
