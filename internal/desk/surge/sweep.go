package surge

import (
	"context"
	"slices"

	"entente/internal/desk/surge/counts"
	"entente/internal/desk/surge/life"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/store"
)

// Covered days of silence that prove something.
const (
	silentDays = 14
	closeDays  = 90
)

// Swept is what a sweep found.
type Swept struct {
	Checked  int64            `json:"checked"`  // open, claimed and verified cases
	Verified map[string]int64 `json:"verified"` // by grade
	Closed   int64            `json:"closed"`
	Lapsed   int64            `json:"lapsed"`  // no longer accepted
	Silent   int64            `json:"silent"`  // unseen for 14 days or more, and not proved down
	Unknown  int64            `json:"unknown"` // of these, with no covered day since the last sighting
}

// Sweep weighs the evidence for every case that is open, claimed down or verified,
// as docs/case-life.md says, and takes the steps that it proves, in write slices
// with an act each. It can be stopped between slices; a second sweep at the same
// time finds nothing left to do. With dry it only counts.
func (d *Desk) Sweep(ctx context.Context, dry bool) (Swept, error) {
	if err := d.noReplay(ctx, ""); err != nil {
		return Swept{}, err
	}
	now := d.Now()
	out := Swept{Verified: map[string]int64{}}
	days, err := d.Coverage(ctx, "", DayOf(now))
	if err != nil {
		return out, err
	}
	s := &sweep{desk: d, now: now.UnixMicro(), silence: newSilence(days), out: &out, dry: dry}
	var highest int64
	err = d.DB.Read(ctx, func(q store.Querier) (err error) {
		if s.sources, err = loadOrigins(ctx, q); err != nil {
			return err
		}
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(no), 0) FROM cases").Scan(&highest)
	})
	for lo := int64(1); err == nil && lo <= highest; lo += sweepWindow {
		err = s.window(ctx, lo, min(lo+sweepWindow-1, highest))
	}
	if err != nil || dry {
		return out, err
	}
	return out, d.DB.WriteSlice(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM swept"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO swept (at) VALUES ($1)", s.now)
		return err
	})
}

// coveredDays gives the covered days of each source, in order, up to a day.
func (d *Desk) coveredDays(ctx context.Context, upto int64) (map[int64]stats.Days, error) {
	list, err := d.Coverage(ctx, "", upto)
	if err != nil {
		return nil, err
	}
	byFeed := map[string]stats.Days{}
	for _, c := range list {
		if c.State == Covered {
			byFeed[c.Feed] = append(byFeed[c.Feed], int32(c.Day))
		}
	}
	out := map[int64]stats.Days{}
	return out, d.DB.Read(ctx, func(q store.Querier) error {
		sources, err := loadOrigins(ctx, q)
		for no, from := range sources {
			out[no] = byFeed[from.feed]
		}
		return err
	})
}

// provedDays are the covered days up to the last sweep: what later ones prove,
// nobody has weighed yet.
func (d *Desk) provedDays(ctx context.Context) (map[int64]stats.Days, error) {
	var at int64
	err := d.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT COALESCE(MAX(at), 0) FROM swept").Scan(&at)
	})
	if err != nil {
		return nil, err
	}
	return d.coveredDays(ctx, floorDiv(at, microsPerDay))
}

// sweepWindow is how many case numbers are weighed at a time.
const sweepWindow = 1 << 15

type sweep struct {
	desk    *Desk
	now     int64
	silence *silence
	sources map[int64]origin
	out     *Swept
	dry     bool

	lapse, verify, close []life.Change
}

// weighed is a case with what the life of it brought.
type weighed struct {
	no                   int64
	state                life.State
	claimed, down, until int64
	grade                life.Grade
}

// window weighs the cases of some numbers and takes the steps.
func (s *sweep) window(ctx context.Context, lo, hi int64) error {
	s.lapse, s.verify, s.close = s.lapse[:0], s.verify[:0], s.close[:0]
	err := s.desk.DB.Read(ctx, func(q store.Querier) error {
		table, err := counts.Load(ctx, q, []counts.Span{{lo, hi}})
		if err != nil {
			return err
		}
		seen := &reader{Table: table}
		off := map[int64]int64{} // case -> newest word that it is offline
		err = each(ctx, q, func(scan func(...any) error) error {
			var no, at int64
			err := scan(&no, &at)
			off[no] = at
			return err
		}, "SELECT case_no, MAX(off) FROM case_status WHERE case_no BETWEEN $1 AND $2 GROUP BY case_no", lo, hi)
		if err != nil {
			return err
		}
		return each(ctx, q, func(scan func(...any) error) error {
			var c weighed
			if err := scan(&c.no, &c.state, &c.claimed, &c.down, &c.until, &c.grade); err != nil {
				return err
			}
			list, err := seen.of(c.no)
			if err == nil {
				s.weigh(c, list, off[c.no])
			}
			return err
		}, `SELECT c.no, c.state, COALESCE(l.claimed, 0), COALESCE(l.down, 0), COALESCE(l.until, 0), COALESCE(l.grade, 0)
			FROM cases c LEFT JOIN case_life l ON l.no = c.no WHERE c.no BETWEEN $1 AND $2 AND c.state NOT IN (3, 9, 10) ORDER BY c.no`, lo, hi)
	})
	if err != nil || s.dry {
		return err
	}
	for _, step := range []struct {
		what life.Step
		list []life.Change
	}{{life.Lapse, s.lapse}, {life.Verify, s.verify}, {life.Close, s.close}} {
		a, err := s.desk.newAct("case.sweep", [16]byte{}, nil)
		if err != nil {
			return err
		}
		if _, _, err := s.desk.stepMany(ctx, step.what, a, said{}, slices.Values(step.list)); err != nil {
			return err
		}
	}
	return nil
}

// weigh decides what the evidence proves of one case.
func (s *sweep) weigh(c weighed, seen []counts.Count, off int64) {
	s.out.Checked++
	if c.state == life.AcceptedUntil && c.until <= s.now {
		s.lapse = append(s.lapse, life.Change{No: c.no, At: s.now})
		s.out.Lapsed++
	}
	last := int64(0)
	for i := range seen {
		last = max(last, seen[i].Last)
	}
	prove := func(g life.Grade, down int64) {
		if g <= c.grade || down > s.now {
			return
		}
		s.verify = append(s.verify, life.Change{No: c.no, At: s.now, Grade: g, Down: down})
		s.out.Verified[g.String()]++
		c.grade, c.state = g, life.VerifiedDown
	}
	days := s.covered(seen, last, last)
	if off > last {
		prove(life.Producer, off)
	}
	if c.state == life.ClaimedDown && c.claimed >= last && s.covered(seen, last, c.claimed) >= silentDays {
		prove(life.Owner, c.claimed)
	}
	switch {
	case days >= closeDays:
		prove(life.Silence90, last)
	case days >= silentDays:
		prove(life.Silence14, last)
	}
	switch {
	case c.state != life.VerifiedDown:
		if floorDiv(s.now, microsPerDay)-floorDiv(last, microsPerDay) > silentDays {
			s.out.Silent++
			if days == 0 {
				s.out.Unknown++
			}
		}
	case c.grade == life.Seizure:
		s.end(c.no, "seizure")
	case days >= closeDays:
		s.end(c.no, "silence")
	}
}

func (s *sweep) end(no int64, reason string) {
	s.close = append(s.close, life.Change{No: no, At: s.now, Reason: reason})
	s.out.Closed++
}

// covered gives the covered days of silence since a time: those of the feed that
// saw the case last, of several on one day the one with the most.
func (s *sweep) covered(seen []counts.Count, last, since int64) (days int64) {
	day := floorDiv(last, microsPerDay)
	for i := range seen {
		if floorDiv(seen[i].Last, microsPerDay) == day {
			days = max(days, s.silence.after(s.sources[seen[i].Source].feed, floorDiv(since, microsPerDay)))
		}
	}
	return days
}
