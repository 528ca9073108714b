package runs

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// fanIn gives how many runs of one scope and level become one of the next
// level. Single batches wait for many, as recent covers them; of large runs few
// may wait, as each is asked for every key.
func fanIn(level int64) int {
	if level == 0 {
		return 16
	}
	return 4
}

// mergeBytes bounds what one merge transaction covers, so that a stop loses
// little work.
const mergeBytes = 256 << 20

// Maintain merges runs until no scope has enough of one level to merge. It may run beside
// Stage and Lookup; only one runs at a time. A crash at any moment leaves the
// old runs or the new one counted, never both.
func (s *Sets) Maintain(ctx context.Context) error {
	if s.cfg.ReadOnly {
		return nil
	}
	s.merge.Lock()
	defer s.merge.Unlock()
	for {
		jobs := s.due()
		if len(jobs) == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.mergeRuns(ctx, jobs); err != nil {
			return fmt.Errorf("merge key runs: %w", err)
		}
	}
}

// job is one merge: runs of one scope and level, oldest first.
type job struct {
	scope string
	level int64
	from  []*section
	to    *section
}

// due picks merges up to mergeBytes, small levels first, which go into one
// file. A scope comes once, as a file has one section per scope.
func (s *Sets) due() []job {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var jobs []job
	for scope, sc := range s.scopes {
		byLevel := map[int64][]*section{}
		lowest := int64(-1)
		for _, c := range slices.Backward(sc.list) {
			byLevel[c.level] = append(byLevel[c.level], c)
			if len(byLevel[c.level]) >= fanIn(c.level) && (lowest < 0 || c.level < lowest) {
				lowest = c.level
			}
		}
		if lowest >= 0 {
			jobs = append(jobs, job{scope: scope, level: lowest, from: byLevel[lowest][:fanIn(lowest)]})
		}
	}
	slices.SortFunc(jobs, func(a, b job) int {
		if a.level != b.level {
			return int(a.level - b.level)
		}
		return strings.Compare(a.scope, b.scope)
	})
	bytes := int64(0)
	for i, j := range jobs {
		for _, c := range j.from {
			bytes += c.keys * 24
		}
		if bytes > mergeBytes && i > 0 {
			return jobs[:i]
		}
	}
	return jobs
}

func (s *Sets) mergeRuns(ctx context.Context, jobs []job) error {
	var w *writer
	file, err := s.create(func(out io.Writer) error {
		w = newWriter(out)
		for i := range jobs {
			if err := s.mergeOne(ctx, w, &jobs[i]); err != nil {
				return err
			}
		}
		return w.finish()
	})
	if err != nil {
		return err
	}
	var made, gone []*section
	for i, j := range jobs {
		j.to.id, j.to.seq = sectionID{file: file, scope: j.scope}, j.from[len(j.from)-1].seq
		j.to.loaded = newLoaded(w.dir[i], w.idx[i])
		made, gone = append(made, j.to), append(gone, j.from...)
	}
	err = s.db.WriteSlice(ctx, func(tx *store.Tx) error {
		for _, c := range gone {
			n, err := tx.Exec(ctx, "DELETE FROM run_section WHERE file = $1 AND scope = $2", c.id.file, c.id.scope)
			if err != nil {
				return err
			}
			if n != 1 {
				return fault.New(fault.Conflict, "another process merged the same key runs", "try again")
			}
		}
		return list(ctx, tx, made)
	})
	if err != nil {
		// Whether the transaction was kept may be unknown; the list says.
		if rerr := s.Refresh(ctx); rerr == nil && !s.lists(file) {
			_ = disk.Remnant(s.fs, s.path(file))
		}
		if fault.Is(err, fault.Conflict) {
			return nil
		}
		return err
	}
	return s.swap(jobs, gone)
}

func (s *Sets) lists(file int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, sc := range s.scopes {
		for _, c := range sc.list {
			if c.id.file == file {
				return true
			}
		}
	}
	return false
}

// swap puts merged runs in the place of their parts and deletes files that hold
// nothing any more. A merged run stands where its newest part stood, so newer
// payloads stay in front.
func (s *Sets) swap(jobs []job, gone []*section) error {
	s.mu.Lock()
	dead := map[*section]bool{}
	for _, c := range gone {
		dead[c] = true
	}
	for _, j := range jobs {
		c, sc := j.to, s.scopes[j.scope]
		if sc == nil {
			continue
		}
		list := sc.list
		at := slices.IndexFunc(list, func(o *section) bool { return dead[o] })
		if at < 0 {
			continue // a Refresh came in between and has it already
		}
		list = slices.Insert(slices.Clone(list), at, c)
		sc.list = slices.DeleteFunc(list, func(o *section) bool { return dead[o] })
		c.used = s.clock.Load()
		s.keep(c, c.loaded)
		s.swapRecent(sc, j.from, c)
	}
	for _, c := range gone {
		s.forget(c)
	}
	files := s.empty(gone)
	s.trim()
	s.mu.Unlock()
	return s.remove(files)
}

// empty gives the files of sections that are gone which hold no other. mu is
// held.
func (s *Sets) empty(gone []*section) []int64 {
	left := map[int64]bool{}
	for _, sc := range s.scopes {
		for _, c := range sc.list {
			left[c.id.file] = true
		}
	}
	var dead []int64
	for _, c := range gone {
		if f := c.id.file; !left[f] {
			left[f] = true
			dead = append(dead, f)
		}
	}
	return dead
}

func (s *Sets) remove(files []int64) error {
	for _, f := range files {
		if err := disk.Remnant(s.fs, s.path(f)); err != nil {
			return err
		}
	}
	return nil
}
