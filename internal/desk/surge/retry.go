package surge

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// Sizes of what a retry holds at a time.
const (
	retryRaws    = 2048 // raw inputs of a run, by hash
	retryMembers = 256  // files of a raw input, each with the mapping it was read with
	retryReading = 1024 // files that a batch may settle
)

// Retry reads the rejected rows again from the kept raw input: after a parser
// was mended, what it now takes joins the log and the cases. What is rejected
// again stays as it was. What is taken joins the surge that the row was read
// for. A zone or a mapping in the request's options replaces the one that was
// given at first. The account is of the rows tried. Memory grows neither with
// the rejected rows nor with the files they came in.
func (d *Desk) Retry(ctx context.Context, req Request) (Result, error) {
	if err := d.noReplay(ctx, ""); err != nil {
		return Result{}, err
	}
	runs, err := d.runsWithRejects(ctx)
	if err != nil {
		return Result{}, err
	}
	if len(runs) == 0 {
		return Result{}, fault.New(fault.NotFound, "there are no rejected rows", "nothing to do")
	}
	holds, err := d.alignHolds(ctx, d.Now(), 0)
	if err != nil {
		return Result{}, err
	}
	total := Result{Account: newAccount(), Holds: holds}
	for len(runs) > 0 {
		n := 1
		for n < len(runs) && runs[n].surge == runs[0].surge {
			n++
		}
		res, err := d.retrySurge(ctx, req, runs[:n])
		if err != nil {
			return total, err
		}
		sum(&total.Account, &res.Account)
		total.Run, total.Notes = res.Run, append(total.Notes, res.Notes...)
		runs = runs[n:]
	}
	return total, nil
}

// retryRun is a run with rejected rows that are not settled.
type retryRun struct {
	id    int64
	surge string // that it was for; "" for none
}

// runsWithRejects gives them by surge, then by number.
func (d *Desk) runsWithRejects(ctx context.Context) (list []retryRun, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r retryRun
			err := scan(&r.id, &r.surge)
			list = append(list, r)
			return err
		}, `SELECT r.id, COALESCE(s.name, '') FROM run r LEFT JOIN surge s ON s.id = r.surge WHERE EXISTS
			(SELECT 1 FROM member m JOIN reject j ON j.member = m.id WHERE m.run = r.id AND j.resolved = 0)`)
	})
	slices.SortFunc(list, func(a, b retryRun) int { return cmp.Or(strings.Compare(a.surge, b.surge), cmp.Compare(a.id, b.id)) })
	return list, err
}

// retrySurge tries the rows that were rejected in the runs of one surge; what is
// taken joins that surge.
func (d *Desk) retrySurge(ctx context.Context, req Request, runs []retryRun) (Result, error) {
	in := newIngest(d, req)
	var err error
	if in.run, err = d.openRun(ctx, Request{Paths: []string{fmt.Sprintf("retry %d", d.Now().UnixNano())}, Surge: runs[0].surge}, nil); err != nil {
		return Result{}, err
	}
	if in.members, in.lastMember, err = d.loadMembers(ctx, in.run.id); err != nil {
		return Result{}, err
	}
	res, err := in.finish(ctx, func(ctx context.Context) error {
		for _, r := range runs {
			for raw, err := range d.rawsWithRejects(ctx, r.id) {
				if err != nil {
					return err
				}
				if err := in.retryRaw(ctx, r.id, raw.hash); err != nil {
					return err
				}
			}
		}
		return nil
	})
	res.Quarantined += int64(len(in.notes)) // set aside by this retry, as they were before it
	return res, err
}

// retryRaw is a raw input with rejected rows, and the first of its members.
type retryRaw struct {
	first int64
	hash  [32]byte
}

// rawsWithRejects gives the raw inputs of a run in the order they were read in.
// The first member is that of the run, settled or not, so that a raw input
// keeps its place while its rows are being settled.
func (d *Desk) rawsWithRejects(ctx context.Context, run int64) iter.Seq2[retryRaw, error] {
	return pages(ctx, d.DB, retryRaws, func(q store.Querier, after retryRaw, size int, add func(retryRaw)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var r retryRaw
			var hash []byte
			err := scan(&r.first, &hash)
			copy(r.hash[:], hash)
			add(r)
			return err
		}, `SELECT x.first, x.raw FROM (SELECT raw, MIN(id) AS first FROM member WHERE run = $1 GROUP BY raw) x WHERE x.first > $2
			AND EXISTS (SELECT 1 FROM member m JOIN reject j ON j.member = m.id WHERE m.run = $1 AND m.raw = x.raw AND j.resolved = 0)
			ORDER BY x.first LIMIT $3`, run, after.first, size)
	})
}

// retryMember is one file with rejected rows that are not settled.
type retryMember struct {
	id      int64
	index   int
	name    string
	options string
	format  string
}

// membersWithRejects gives the files of a raw input in its own order, those of
// one place by number: the same bytes may have been read under several names.
func (d *Desk) membersWithRejects(ctx context.Context, run int64, raw [32]byte) iter.Seq2[retryMember, error] {
	return pages(ctx, d.DB, retryMembers, func(q store.Querier, after retryMember, size int, add func(retryMember)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var m retryMember
			err := scan(&m.id, &m.index, &m.name, &m.options, &m.format)
			add(m)
			return err
		}, `SELECT m.id, m.idx, m.name, m.options, m.format FROM member m WHERE m.run = $1 AND m.raw = $2
			AND (m.idx > $3 OR m.idx = $3 AND m.id > $4)
			AND EXISTS (SELECT 1 FROM reject j WHERE j.member = m.id AND j.resolved = 0)
			ORDER BY m.idx, m.id LIMIT $5`, run, raw[:], int64(after.index), after.id, size)
	})
}
