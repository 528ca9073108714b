package surge

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/parquet-go/parquet-go/bloom"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
	"entente/internal/infra/store"
)

// surgeCases tells which rows of the log are about a surge's cases. Rows of its
// own runs are; those that other runs logged are asked for, first by a filter
// that lets few others pass, then by the case's number. It costs 16 bits for
// each case that other runs may have logged, 16 MiB at most, and one bit for
// each case of the data folder that joined.
type surgeCases struct {
	runs    *runs.Sets
	batches map[int64]bool // of the surge's own runs
	own     *ownCases
	joined  bitSet
	filter  bloom.SplitBlockFilter // nil: no other run logged any
}

const (
	filterBits = 16       // for each case
	filterMost = 16 << 20 // bytes
)

func (d *Desk) surgeCases(ctx context.Context, surge int64) (*surgeCases, error) {
	s := &surgeCases{runs: d.Runs, batches: map[int64]bool{}, joined: bitSet{}}
	var err error
	if s.own, err = d.loadOwn(ctx, surge); err != nil {
		return nil, err
	}
	return s, d.DB.Read(ctx, func(q store.Querier) error {
		first := int64(0) // its own batches
		err := each(ctx, q, func(scan func(...any) error) error {
			var b int64
			err := scan(&b)
			s.batches[b] = true
			if first == 0 {
				first = b
			}
			return err
		}, "SELECT b.id FROM batch b JOIN run r ON r.id = b.run WHERE r.surge = $1 ORDER BY b.id", surge)
		if err != nil {
			return err
		}
		// What its own runs opened can be in later batches alone.
		var before, later, joined, opened int64
		if err := q.QueryRowContext(ctx, `SELECT COUNT(CASE WHEN b.id < $2 THEN 1 END), COUNT(CASE WHEN b.id > $2 THEN 1 END)
			FROM batch b JOIN run r ON r.id = b.run WHERE r.surge <> $1`, surge, first).Scan(&before, &later); err != nil {
			return err
		}
		if before+later == 0 {
			return nil
		}
		if err := q.QueryRowContext(ctx, "SELECT COUNT(*) FROM more_surge WHERE surge = $1", surge).Scan(&joined); err != nil {
			return err
		}
		if later > 0 {
			opened = s.own.count()
		}
		if joined+opened == 0 {
			return nil
		}
		s.filter = make(bloom.SplitBlockFilter, min(bloom.NumSplitBlocksOf(joined+opened, filterBits), filterMost/bloom.BlockSize))
		add := func(scan func(...any) error) error {
			var no int64
			var id []byte
			err := scan(&no, &id)
			if err == nil {
				s.filter.Insert(caseHash([16]byte(id)))
				if !s.own.has(no) {
					s.joined.add(no)
				}
			}
			return err
		}
		if err := each(ctx, q, add, "SELECT c.no, c.id FROM more_surge x JOIN cases c ON c.no = x.case_no WHERE x.surge = $1", surge); err != nil || opened == 0 {
			return err
		}
		for _, span := range s.own.spans {
			if err := each(ctx, q, add, "SELECT no, id FROM cases WHERE no BETWEEN $1 AND $2", span[0], span[1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// only is eventlog.Query.Only: all rows of the surge's own batches, and of
// others those that may be about one of its cases.
func (s *surgeCases) only(batch int64) func(id [16]byte) bool {
	if s.batches[batch] {
		return nil
	}
	return func(id [16]byte) bool { return s.filter != nil && s.filter.Check(caseHash(id)) }
}

// keep takes out the rows that are about other cases after all.
func (s *surgeCases) keep(ctx context.Context, rows []eventlog.Row) ([]eventlog.Row, error) {
	ids := make([]runs.Key, len(rows))
	for i := range rows {
		ids[i] = rows[i].Case
	}
	slices.SortFunc(ids, runs.Key.Compare)
	ids = slices.Compact(ids)
	is := make([]bool, len(ids))
	err := s.runs.Lookup(ctx, caseScope, ids, func(i int, payload uint64) {
		no := refOf(payload).no
		is[i] = s.own.has(no) || s.joined.has(no)
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(rows, func(r eventlog.Row) bool {
		at, _ := slices.BinarySearchFunc(ids, runs.Key(r.Case), runs.Key.Compare)
		return !is[at]
	}), nil
}

// caseHash is spread evenly, as a case's id is.
func caseHash(id [16]byte) uint64 { return binary.LittleEndian.Uint64(id[:]) }

// bitSet holds numbers, a bit each, in pages of those that came.
type bitSet map[int64]*[bitPage / 64]uint64

const bitPage = 1 << 15

func (s bitSet) add(n int64) {
	page := s[n/bitPage]
	if page == nil {
		page = new([bitPage / 64]uint64)
		s[n/bitPage] = page
	}
	page[n%bitPage/64] |= 1 << (n % 64)
}

func (s bitSet) has(n int64) bool {
	page := s[n/bitPage]
	return page != nil && page[n%bitPage/64]&(1<<(n%64)) != 0
}
