package surge

import (
	"context"

	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// reasonTooOld is why a row is counted and not logged whose time a retention rule
// has ended. What was known of its day is forgotten, so it would count anew.
const reasonTooOld = "too-old"

// reasonErased is why a row is counted and not logged that holds an erased value.
const reasonErased = "erased"

// notKept tells whether a row must not be logged. It is suppressed then: the
// account counts it, and nothing of it is kept.
func (c *collector) notKept(r *eventlog.Row, e *entry) bool {
	switch {
	case c.erased != nil && r.In(c.erased):
		r.Reason = reasonErased
		c.batch.noteErased(c.member.raw)
	case c.ages.over(c.meta.Feed, e.class, e.day) != 0:
		if e.unlogged = c.again; e.unlogged { // its case has counted it since it was read first
			return false
		}
		r.Reason = reasonTooOld
	default:
		return false
	}
	e.outcome, e.gone = Suppressed, true
	r.Outcome = Suppressed.String()
	return true
}

// without gives a text of a raw input that is to be kept, or what stands in its
// place where it holds an erased value.
func (c *collector) without(raw [32]byte, text string) string {
	if c.erased == nil || !c.erased.InText(text) {
		return text
	}
	c.batch.noteErased(raw)
	return reasonErased
}

// cleanse takes erased values out of what the batch says of its members.
func (c *collector) cleanse(b *batch) {
	if c.erased == nil {
		return
	}
	for _, m := range b.reading {
		m.note, m.drift = c.without(m.raw, m.note), c.without(m.raw, m.drift)
	}
}

// noteErased notes that a raw input holds an erased value.
func (b *batch) noteErased(raw [32]byte) {
	if n := len(b.erased); n == 0 || b.erased[n-1] != raw {
		b.erased = append(b.erased, raw)
	}
}

// loadErased reads what must not be kept.
func (in *ingest) loadErased(ctx context.Context) (*erasure.Finder, error) {
	if in.desk.Erased == nil {
		return nil, nil
	}
	var err error
	if in.marks, err = in.desk.Erased.Marks(ctx, false); err != nil || in.marks.Empty() {
		return nil, err
	}
	return in.marks.Finder(), nil
}

// writeErased notes the raw inputs of the batch that hold an erased value, to be
// deleted when the run ends, and fails if a value was erased since it began.
func (in *ingest) writeErased(ctx context.Context, tx *store.Tx, p *prepared) error {
	if in.marks == nil {
		return nil
	}
	if err := in.marks.Check(ctx, tx); err != nil {
		return err
	}
	return in.desk.forgetRaw(ctx, tx, p.erased, rawErased)
}

// countErased gives how many files of a run hold an erased value; their raw input
// is not kept.
func (d *Desk) countErased(ctx context.Context, run int64) (n int64, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COUNT(*) FROM member WHERE run = $1 AND raw IN (SELECT raw FROM raw_gone WHERE why = $2)", run, int64(rawErased)).Scan(&n)
	})
	return n, err
}
