package surge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// Replayed is what a replay did.
type Replayed struct {
	Replay int64   `json:"replay"`
	Feed   string  `json:"feed"`
	Files  int64   `json:"files"`
	Acc    Account `json:"account"`
	ReplayCounts
	NotKept []NotKept  `json:"not_kept,omitempty"`
	Notes   []Note     `json:"-"`
	Holds   []HoldStep `json:"-"`
}

// replay is one call of Replay.
type replay struct {
	desk  *Desk
	req   *ReplayRequest
	no    int64
	state int
	upto  int64 // counts of cases up to this number are gone
	cases int64 // highest number of a case when it began
	plan  *replayPlan
	bits  replayBits
	out   *Replayed
}

// Replay reads a feed again: it takes away what the feed brought, and reads the kept
// raw input as the ingests did, in their order. A case keeps its id and its life; one
// that nothing shows any more is closed. A replay that broke off, anywhere, is
// finished by the same call; until then nothing else reads the feed.
func (d *Desk) Replay(ctx context.Context, req ReplayRequest) (*Replayed, error) {
	if err := d.noReplay(ctx, req.Feed); err != nil {
		return nil, err
	}
	if _, err := d.Log.Sweep(ctx); err != nil {
		return nil, err
	}
	if err := d.removeRaw(ctx); err != nil {
		return nil, err
	}
	r := &replay{desk: d, req: &req, out: &Replayed{Feed: req.Feed, Acc: newAccount()}}
	var err error
	if r.out.Holds, err = d.alignHolds(ctx, d.Now(), 0); err != nil {
		return nil, err
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		state int
		do    func(context.Context) error
	}{{replayTakes, r.take}, {replayReads, r.read}, {replaySettles, r.settle}} {
		if r.state != step.state {
			continue
		}
		if err := step.do(ctx); err != nil {
			if ctx.Err() != nil {
				err = errStopped
			}
			return nil, err
		}
	}
	return r.out, nil
}

// asked is what a replay was asked for, and the ground it stands on. A replay that is
// resumed must be asked for the same.
type asked struct {
	Zone    string `json:"zone,omitempty"`
	Mapping string `json:"mapping_sha256,omitempty"`
	Partial bool   `json:"partial,omitempty"`
	Ground  string `json:"ground"`
}

func (r *replay) asked() asked {
	a := asked{Partial: r.req.Partial, Ground: r.desk.ground().text()}
	if r.req.Zone != nil {
		a.Zone = r.req.Zone.String()
	}
	if r.req.Mapping != nil {
		sum := sha256.Sum256(r.req.Mapping)
		a.Mapping = hex.EncodeToString(sum[:])
	}
	return a
}

// open finds the replay of the feed that broke off, or begins one.
func (r *replay) open(ctx context.Context) error {
	var text string
	err := r.desk.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			return scan(&r.no, &text, &r.state, &r.upto, &r.cases)
		}, "SELECT id, asked, state, upto, cases FROM replay WHERE feed = $1 AND state < $2", r.req.Feed, int64(replayDone))
	})
	if err != nil {
		return err
	}
	before := r.no
	if before != 0 && !r.req.Anew {
		if err := r.continues(text); err != nil {
			return err
		}
	}
	if r.plan, err = r.desk.planReplay(ctx, r.req.Feed, before); err != nil {
		return err
	}
	r.out.Files, r.out.NotKept = r.plan.files, r.plan.missing
	if n := len(r.plan.missing); n > 0 && !r.req.Partial {
		return fault.Newf(fault.Conflict, "`entente replay "+r.req.Feed+" --preview` names them; with --partial what only they showed is lost",
			"%d of %d files of the feed %q are no longer kept, %s first", n, r.plan.files, r.req.Feed, r.plan.missing[0].File)
	}
	if before == 0 || r.req.Anew {
		if err := r.begin(ctx, before); err != nil {
			return err
		}
	}
	r.plan.replay, r.out.Replay = r.no, r.no
	return nil
}

// continues fails where the call does not ask for what the replay was begun with.
func (r *replay) continues(text string) error {
	var was asked
	if err := json.Unmarshal([]byte(text), &was); err != nil {
		return err
	}
	if err := r.desk.ground().continues(was.Ground); err != nil {
		return err
	}
	if is := r.asked(); is != was {
		return fault.New(fault.Conflict, "give the same mapping, zone and --partial as then, and it goes on; or add --anew, and the feed is read again as this call says",
			"a replay of this feed broke off that was asked for otherwise")
	}
	return nil
}

// begin notes a new replay; one that broke off before it is given up, and what that
// one read goes with the rest.
func (r *replay) begin(ctx context.Context, before int64) error {
	d := r.desk
	text, err := json.Marshal(r.asked())
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) + 1 FROM replay").Scan(&r.no); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&r.cases); err != nil {
			return err
		}
		if before != 0 {
			for _, query := range []string{
				"UPDATE replay SET state = 4 WHERE id = $1",
				"UPDATE member SET replayed = $1 WHERE run IN (SELECT id FROM run WHERE replay = $1)",
				"UPDATE reject SET resolved = -1 WHERE resolved = 0 AND member IN (SELECT m.id FROM member m JOIN run r ON r.id = m.run WHERE r.replay = $1)",
			} {
				if _, err := tx.Exec(ctx, query, before); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, "UPDATE run SET fingerprint = $1 WHERE replay = $2 AND finished = 0", []byte("given up"), before); err != nil {
				return err
			}
		}
		r.state, r.upto = replayTakes, 0
		_, err := tx.Exec(ctx, "INSERT INTO replay (id, feed, asked, state, upto, cases, began, ended) VALUES ($1, $2, $3, 0, 0, $4, $5, 0)",
			r.no, r.req.Feed, string(text), r.cases, d.Now().UnixMicro())
		if err != nil {
			return err
		}
		return r.act(ctx, tx, "replay.begin", map[string]any{"files": r.plan.files, "not_kept": len(r.plan.missing), "asked": r.asked()})
	})
}

func (r *replay) act(ctx context.Context, tx *store.Tx, verb string, body map[string]any) error {
	body["replay"] = r.no
	a, err := r.desk.newAct(verb, r.desk.itemOf("feed", r.req.Feed), body)
	if err == nil {
		_, err = r.desk.Record.Append(ctx, tx, a)
	}
	return err
}

// read reads the parts that no run has read to its end yet.
func (r *replay) read(ctx context.Context) error {
	if err := r.loadBits(ctx); err != nil {
		return err
	}
	files := int64(0)
	for part, err := range r.plan.parts(ctx) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return errStopped
		}
		if err := r.readPart(ctx, part, &files); err != nil {
			return err
		}
	}
	r.state = replaySettles
	return r.desk.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE replay SET state = $1 WHERE id = $2", int64(replaySettles), r.no)
		return err
	})
}

// readPart reads what one run read, as a run of its own.
func (r *replay) readPart(ctx context.Context, part *replayPart, files *int64) error {
	d := r.desk
	req := Request{Paths: []string{fmt.Sprintf("replay %d from %d", r.no, part.first)}, Surge: part.surge, Limits: r.req.Limits}
	done, err := r.isRead(ctx, part.first)
	if err != nil || done {
		return err
	}
	in := newIngest(d, req)
	in.replay = &replaying{plan: r.plan, req: r.req, bits: &r.bits, no: r.no, done: *files}
	if in.run, err = d.openRun(ctx, req, nil); err != nil {
		return err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE run SET replay = $1, part = $2 WHERE id = $3", r.no, part.first, in.run.id)
		return err
	})
	if err != nil {
		return err
	}
	if in.members, in.lastMember, err = d.loadMembers(ctx, in.run.id); err != nil {
		return err
	}
	res, err := in.finish(ctx, func(ctx context.Context) error { return in.readPart(ctx, part) })
	*files, r.out.Notes = in.replay.done, append(r.out.Notes, res.Notes...)
	return err
}

// isRead tells whether the part that begins with a member was read to its end.
func (r *replay) isRead(ctx context.Context, first int64) (done bool, err error) {
	err = r.desk.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM run WHERE replay = $1 AND part = $2 AND finished > 0)", r.no, first).Scan(&done)
	})
	return done, err
}
