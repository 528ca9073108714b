package eventlog

import (
	"cmp"
	"context"
	"slices"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

const (
	// segmentRows is how many rows a rewritten segment has at most, which bounds the
	// memory of a merge. Half of it is large enough to be left alone.
	segmentRows = 1 << 18
	// mergeFiles is how many segments are open at once.
	mergeFiles = 64
)

// CompactRequest says what is to be compacted.
type CompactRequest struct {
	Day    string // only this day, as 2026-11-24; "" for all
	DryRun bool   // say what would be done
	// Done is told of every merge when it counts; may be nil.
	Done func(Compacted)
}

// Compacted is one merge.
type Compacted struct {
	Day   string `json:"day"`
	Files int    `json:"files"` // that became one
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"` // before
	Into  int64  `json:"into"`  // bytes after; 0 in a dry run
}

// Compact merges small segments of each day into larger ones, and gives what it
// did. Rows, their order within a segment and their batches stay. It may run
// beside ingest, readers and another Compact; a stop anywhere leaves the old
// segments or the new one counting. A row is rewritten about as often as the
// number of rows of its day doubles, so it may be called after every batch.
func (l *Log) Compact(ctx context.Context, req CompactRequest) ([]Compacted, error) {
	var out []Compacted
	for {
		segments, err := l.segments(ctx, Query{Day: req.Day})
		if err != nil {
			return out, err
		}
		did := 0
		for _, group := range compactable(segments) {
			c, err := l.compactOne(ctx, group, req.DryRun)
			if fault.Is(err, fault.Conflict) {
				continue // another process is at the same work
			}
			if err != nil {
				return out, err
			}
			did++
			out = append(out, c)
			if req.Done != nil {
				req.Done(c)
			}
		}
		// What was merged may be small beside its neighbours still.
		if did == 0 || req.DryRun {
			return out, nil
		}
	}
}

func (l *Log) compactOne(ctx context.Context, group []*segment, dry bool) (Compacted, error) {
	c := Compacted{Day: group[0].Day, Files: len(group)}
	for _, s := range group {
		c.Rows, c.Bytes = c.Rows+s.Rows, c.Bytes+s.Bytes
	}
	if dry {
		return c, nil
	}
	rw, err := l.rewrite(ctx, group, true, nil)
	if err != nil {
		return c, err
	}
	c.Into = bytesOf(rw.Into)
	return c, l.commit(ctx, rw)
}

// commit makes a rewrite count in a transaction of its own.
func (l *Log) commit(ctx context.Context, rw *Rewrite) error {
	err := l.db.WriteSlice(ctx, func(tx *store.Tx) error { return rw.Commit(ctx, tx) })
	if fault.Is(err, fault.Conflict) {
		_ = rw.Discard(ctx) // else a sweep does it
	}
	return err
}

// compactable gives the merges that are worth while: neighbours of one day, none
// of them larger than all others of its merge together.
func compactable(segments []*segment) [][]*segment {
	byDay := map[string][]*segment{}
	var days []string
	for _, s := range segments {
		if s.Rows > segmentRows/2 {
			continue
		}
		if byDay[s.Day] == nil {
			days = append(days, s.Day)
		}
		byDay[s.Day] = append(byDay[s.Day], s)
	}
	slices.Sort(days)
	var out [][]*segment
	for _, day := range days {
		var group []*segment
		rows := int64(0)
		end := func() {
			if group = balanced(group); len(group) > 1 {
				out = append(out, group)
			}
			group, rows = nil, 0
		}
		for _, s := range byDay[day] {
			if len(group) == mergeFiles || rows+s.Rows > segmentRows {
				end()
			}
			group, rows = append(group, s), rows+s.Rows
		}
		end()
	}
	return out
}

// balanced leaves out segments that are larger than all others together: to
// write a large one again for a few rows costs more than it brings.
func balanced(group []*segment) []*segment {
	for len(group) > 1 {
		rows := int64(0)
		for _, s := range group {
			rows += s.Rows
		}
		large := slices.MaxFunc(group, func(a, b *segment) int { return cmp.Compare(a.Rows, b.Rows) })
		if 2*large.Rows <= rows {
			return group
		}
		group = slices.DeleteFunc(group, func(s *segment) bool { return s == large })
	}
	return nil
}
