package surge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/core/value"
	"entente/internal/desk/surge/judge"
	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// EraseRequest is the erasure of one value.
type EraseRequest struct {
	Value      value.Value
	Reason, By string
	// Salt of the commitment in the act, 16 bytes or more, random. It is not kept:
	// whoever has it can prove which value the act is about.
	Salt   []byte
	DryRun bool
}

// Erasure is what an erasure did, or would do.
type Erasure struct {
	No         int64    `json:"number"` // 0 in a dry run
	Before     bool     `json:"before"` // the value was erased before
	Rows       int64    `json:"rows"`   // of the log
	Segments   int      `json:"segments"`
	Raw        int      `json:"raw"` // raw inputs deleted
	Cases      int      `json:"cases"`
	Rejected   int      `json:"rejected"`
	Other      int      `json:"other"`                // other texts of the database
	Left       []string `json:"left,omitempty"`       // where it still stands, as table.column
	Unsearched []string `json:"unsearched,omitempty"` // raw inputs that could not be read to their end
}

// Erase takes a value out of everything that is kept. First, in one transaction,
// the value becomes a mark that every reader honours, the texts of the database
// that hold it are replaced, and an act says that it was done, without the value.
// Then log, raw input and the database's files are written anew without it. A
// call that was broken off in that second part is finished by calling it again,
// or by FinishErasures. It must not run beside an ingest.
func (d *Desk) Erase(ctx context.Context, req EraseRequest) (Erasure, error) {
	marks := d.Erased.Of(req.Value)
	if err := d.checkErase(ctx, &req, marks.Finder()); err != nil {
		return Erasure{}, err
	}
	cells, err := d.cellsWith(ctx, marks.Finder())
	if err != nil {
		return Erasure{}, err
	}
	done := Erasure{}
	done.count(cells)
	if req.DryRun {
		return done, d.eraseFiles(ctx, marks, &done, true)
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		no, fresh, err := d.Erased.Add(ctx, tx, req.Value, req.Reason, req.By, d.Now().UnixMicro())
		if err != nil {
			return err
		}
		done.No, done.Before = no, !fresh
		for _, c := range cells {
			if err := c.erase(ctx, tx, no); err != nil {
				return err
			}
		}
		if err := d.Log.EndGrace(ctx, tx); err != nil || !fresh {
			return err
		}
		a, err := d.newAct("log.erase", [16]byte{}, map[string]int64{"erasure": no, "cases": int64(done.Cases), "rejected": int64(done.Rejected), "other": int64(done.Other)})
		if err != nil {
			return err
		}
		a.Commit = ledger.Commitment(req.Salt, req.Value.AppendKey(nil))
		_, err = d.Record.Append(ctx, tx, a)
		return err
	})
	if err != nil {
		return done, err
	}
	return done, d.finishErasure(ctx, marks, &done, done.No)
}

// checkErase refuses what cannot be erased.
func (d *Desk) checkErase(ctx context.Context, req *EraseRequest, f *erasure.Finder) error {
	switch k := req.Value.Kind(); {
	case k == value.ASN || k == value.CVE:
		return fault.Newf(fault.Usage, "give an address, a name, a URL, an e-mail, a hash or a wallet", "a value of kind %s is not erased: it is nobody's", k)
	case strings.TrimSpace(req.Reason) == "" || strings.TrimSpace(req.By) == "":
		return fault.New(fault.Invalid, "erasing a value needs a reason and a name", "say who erases it and why")
	case f.InText(req.Reason) || f.InText(req.By):
		return fault.New(fault.Invalid, "the reason or the name holds the value that is to be erased", "they are kept: write them without it")
	case !req.DryRun && len(req.Salt) < 16:
		return fault.New(fault.Internal, "the salt is too short", "")
	}
	holds, err := d.Holds(ctx)
	if err != nil {
		return err
	}
	now := d.Now()
	for i := range holds {
		if h := &holds[i]; !ended(h, now) && (f.InText(h.Value.String()) || f.InText(h.Domain) || h.Prefix.IsValid() && f.InText(h.Prefix.String())) {
			return fault.Newf(fault.Conflict, fmt.Sprintf("`entente hold lift %d --reason TEXT` lifts it; then erase the value", h.ID),
				"hold rule %d, which has not ended, names the value", h.ID)
		}
	}
	return nil
}

// ended tells whether a hold rule is past, lifted or by its end.
func ended(h *judge.Hold, now time.Time) bool {
	return !h.Lifted.IsZero() || !h.End.IsZero() && !now.Before(h.End)
}

// FinishErasures does what is left of erasures that were broken off, and gives
// what it did; nothing is left to do if that has number 0.
func (d *Desk) FinishErasures(ctx context.Context) (Erasure, error) {
	list, err := d.Erased.List(ctx)
	if err != nil {
		return Erasure{}, err
	}
	var nos []int64
	for _, e := range list {
		if !e.Done {
			nos = append(nos, e.No)
		}
	}
	if len(nos) == 0 {
		return Erasure{}, nil
	}
	marks, err := d.Erased.Marks(ctx, true)
	if err != nil {
		return Erasure{}, err
	}
	done := Erasure{No: nos[len(nos)-1]}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.Log.EndGrace(ctx, tx) })
	if err != nil {
		return done, err
	}
	return done, d.finishErasure(ctx, marks, &done, nos...)
}

// finishErasure makes physical what the marks say.
func (d *Desk) finishErasure(ctx context.Context, marks *erasure.Marks, done *Erasure, nos ...int64) error {
	if err := d.eraseFiles(ctx, marks, done, false); err != nil {
		return err
	}
	if err := d.removeRaw(ctx); err != nil {
		return err
	}
	// Nobody else writes in the folder, so what is unfinished there is nobody's.
	if _, err := d.Blobs.Sweep(ctx, d.Now().AddDate(100, 0, 0)); err != nil {
		return err
	}
	if _, err := d.Log.Sweep(ctx); err != nil {
		return err
	}
	if err := d.DB.Scrub(ctx, scrubbed()...); err != nil {
		return err
	}
	finder, left := marks.Finder(), map[string]bool{}
	err := d.DB.Cells(ctx, func(table, column string, cell []byte) error {
		if finder.In(cell) {
			left[table+"."+column] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	done.Left = sortedKeys(left)
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, no := range nos {
			if err := d.Erased.Done(ctx, tx, no); err != nil {
				return err
			}
			a, err := d.newAct("log.erased", [16]byte{}, map[string]int64{"erasure": no})
			if err != nil {
				return err
			}
			if _, err := d.Record.Append(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraseFiles takes the rows that hold a marked value out of the log, and notes the
// raw inputs that hold one as to be deleted.
func (d *Desk) eraseFiles(ctx context.Context, marks *erasure.Marks, done *Erasure, dry bool) error {
	finder := marks.Finder()
	named := map[[32]byte]bool{} // raw inputs of rows that leave
	purged, err := d.Log.Purge(ctx, eventlog.Purge{
		Columns: []string{"value", "addr", "details", "said", "family", "status", "raw"},
		Why: func(r *eventlog.Row) int {
			if !r.In(finder) {
				return 0
			}
			named[r.Raw] = true
			return 1
		},
		DryRun: dry,
		Commit: func(ctx context.Context, tx *store.Tx, _ eventlog.Purged) error {
			return d.forgetRaw(ctx, tx, keysOf(named), rawErased)
		},
	})
	if err != nil {
		return err
	}
	for _, p := range purged {
		done.Rows += p.Rows[1]
	}
	done.Segments = len(purged)
	return d.eraseRaw(ctx, finder, named, done, dry)
}
