package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/infra/store"
)

// CaseChange says that a batch took a case from one state to another. The
// numbers are the caller's.
type CaseChange struct {
	Case     [16]byte
	From, To uint8
}

// Change is a CaseChange with the act that made it.
type Change struct {
	Act      ledger.Act
	From, To uint8
}

// The members that AppendBatch adds to an act's body: how many case changes
// the act has, and the SHA-256 of their list (sorted by case, 18 bytes each:
// case, from, to).
const (
	changesMember = "changes"
	sumMember     = "changes_sha256"
)

// changeSize is the length of one change in a list.
const changeSize = 18

// maxChanges bounds one act's list: 18 MB.
const maxChanges = 1 << 20

// AppendBatch is Append for an act that changed many cases. The list is kept
// beside the act, and the act's body gets its length and hash, so it is bound
// by the chain. changes may come in any order and is sorted by case in place;
// several changes of one case keep their order.
func (r *Record) AppendBatch(ctx context.Context, tx *store.Tx, act ledger.Act, changes []CaseChange) (seq int64, err error) {
	if len(changes) > maxChanges {
		return 0, fault.Newf(fault.Limit, "use smaller batches", "a batch changes %d cases, more than %d", len(changes), maxChanges)
	}
	list := encode(changes)
	sum := sha256.Sum256(list)
	body := map[string]json.RawMessage{}
	if len(act.Body) > 0 {
		if err := json.Unmarshal(act.Body, &body); err != nil {
			return 0, fault.Wrap(fault.Invalid, err, "the act's body is no JSON object", "correct the command that made it")
		}
	}
	body[changesMember] = json.RawMessage(fmt.Sprint(len(changes)))
	body[sumMember] = json.RawMessage(`"` + hex.EncodeToString(sum[:]) + `"`)
	if act.Body, err = json.Marshal(body); err != nil {
		return 0, err
	}
	if seq, err = r.Append(ctx, tx, act); err != nil || len(changes) == 0 {
		return seq, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO act_changes (seq, n, filter, list) VALUES ($1, $2, $3, $4)`,
		seq, len(changes), newBloom(changes), pack(r.zip, list))
	return seq, err
}

// ChangesOf gives the batch acts with a number above after and up to upto (0:
// no bound) that changed one case, rising.
func (r *Record) ChangesOf(ctx context.Context, id [16]byte, after, upto int64) ([]Change, error) {
	var out []Change
	if upto <= 0 {
		upto = 1<<63 - 1
	}
	err := r.db.Read(ctx, func(q store.Querier) error {
		seqs, err := candidates(ctx, q, id, after, upto)
		if err != nil {
			return err
		}
		for _, seq := range seqs {
			list, _, err := readList(ctx, q, seq)
			if err != nil {
				return err
			}
			found := lookup(list, id)
			if len(found) == 0 {
				continue
			}
			page, err := acts(ctx, q, Filter{After: seq - 1, Upto: seq})
			if err != nil {
				return err
			}
			if len(page) != 1 {
				return fault.Newf(fault.Corrupt, "restore the database from its last backup", "act %d is missing", seq)
			}
			for _, c := range found {
				out = append(out, Change{Act: page[0], From: c.From, To: c.To})
			}
		}
		return nil
	})
	return out, err
}

// EachChange calls fn for every case change that a batch act lists, by the number
// of the act and then by case. fn must not use the record.
func (r *Record) EachChange(ctx context.Context, fn func(seq int64, c CaseChange) error) error {
	for after := int64(0); ; {
		var list []byte
		err := r.db.Read(ctx, func(q store.Querier) error {
			err := q.QueryRowContext(ctx, `SELECT COALESCE(MIN(seq), 0) FROM act_changes WHERE seq > $1`, after).Scan(&after)
			if err != nil || after == 0 {
				return err
			}
			list, _, err = readList(ctx, q, after)
			return err
		})
		if err != nil || after == 0 {
			return err
		}
		for ; len(list) > 0; list = list[changeSize:] {
			if err := fn(after, CaseChange{Case: [16]byte(list[:16]), From: list[16], To: list[17]}); err != nil {
				return err
			}
		}
	}
}

// candidates gives the acts whose filter does not rule the case out.
func candidates(ctx context.Context, q store.Querier, id [16]byte, after, upto int64) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT seq, filter FROM act_changes WHERE seq > $1 AND seq <= $2 ORDER BY seq`, after, upto)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var seqs []int64
	var filter sql.RawBytes
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq, &filter); err != nil {
			return nil, err
		}
		if bloom(filter).mayHold(id) {
			seqs = append(seqs, seq)
		}
	}
	return seqs, rows.Err()
}

func readList(ctx context.Context, q store.Querier, seq int64) (list []byte, n int64, err error) {
	var packed []byte
	if err := q.QueryRowContext(ctx, `SELECT n, list FROM act_changes WHERE seq = $1`, seq).Scan(&n, &packed); err != nil {
		return nil, 0, err
	}
	if list, err = unpack(packed); err != nil || int64(len(list)) != n*changeSize {
		return nil, 0, fault.Newf(fault.Corrupt, "restore the database from its last backup", "the case changes of act %d are damaged", seq)
	}
	return list, n, nil
}

// verifyChanges holds the list of an act against the hash in its body.
func verifyChanges(ctx context.Context, q store.Querier, a ledger.Act) error {
	var body struct {
		N   int64  `json:"changes"`
		Sum string `json:"changes_sha256"`
	}
	if len(a.Body) == 0 || json.Unmarshal(a.Body, &body) != nil || body.Sum == "" {
		return nil
	}
	var list []byte
	if body.N > 0 {
		var err error
		list, _, err = readList(ctx, q, a.Seq)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Newf(fault.Corrupt, "compare the record with a backup", "the case changes of act %d are missing", a.Seq)
		}
		if err != nil {
			return err
		}
	}
	if sum := sha256.Sum256(list); hex.EncodeToString(sum[:]) != body.Sum {
		return fault.Newf(fault.Corrupt, "compare the record with a backup", "the case changes of act %d were altered", a.Seq)
	}
	return nil
}

func subMigrations() (fs.FS, error) { return fs.Sub(migrations, "migration") }
