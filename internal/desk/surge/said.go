package surge

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"entente/internal/core/ledger"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
)

// said is what a person said with an act. It may name values and people, so it
// stands beside the act, which holds a commitment to it alone.
type said struct{ name, reason, reference string }

func (s said) empty() bool { return s == said{} }

// commit binds an act to what was said.
func (d *Desk) commit(a *ledger.Act, s said) {
	if !s.empty() {
		secret := d.Identity.Node().Secret
		a.Commit = ledger.Commitment(secret[:], []byte(strings.Join([]string{s.name, s.reason, s.reference}, string(rune(sep)))))
	}
}

func (s said) keep(ctx context.Context, tx *store.Tx, act int64) error {
	if s.empty() {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO case_said (act, name, reason, reference) VALUES ($1, $2, $3, $4)", act, s.name, s.reason, s.reference)
	return err
}

// caseAct records what a person did with one case.
func (d *Desk) caseAct(ctx context.Context, tx *store.Tx, step string, id [16]byte, body map[string]any, s said) error {
	var form any
	if body != nil {
		form = body
	}
	a, err := d.newAct("case."+step, id, form)
	if err != nil {
		return err
	}
	d.commit(&a, s)
	seq, err := d.Record.Append(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.keep(ctx, tx, seq)
}

// manyAct records what was done with many cases in one act that lists the changes.
func (d *Desk) manyAct(ctx context.Context, tx *store.Tx, a ledger.Act, changes []record.CaseChange, s said) error {
	d.commit(&a, s)
	seq, err := d.Record.AppendBatch(ctx, tx, a, changes)
	if err != nil {
		return err
	}
	return s.keep(ctx, tx, seq)
}

// saidWith gives what was said with an act.
func saidWith(ctx context.Context, q store.Querier, act int64) (s said, err error) {
	err = q.QueryRowContext(ctx, "SELECT name, reason, reference FROM case_said WHERE act = $1", act).Scan(&s.name, &s.reason, &s.reference)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}
