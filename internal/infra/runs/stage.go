package runs

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
)

// Section is what one batch adds to one scope.
type Section struct {
	Scope   string
	Keys    []Key    // sorted, each once
	Payload []uint64 // as many as keys, or nil
}

// Staged is a run file that is durable but does not count yet. It does once
// Commit's transaction has committed; Published shows it to Lookup then.
type Staged struct {
	sets *Sets
	file int64
	list []*section
}

// Stage writes one run file with all sections, and returns when it is durable.
// Sections without keys are left out; when nothing is left there is no file and
// the Staged does nothing. No scope may come twice.
func (s *Sets) Stage(ctx context.Context, sections []Section) (*Staged, error) {
	if s.cfg.ReadOnly {
		return nil, fault.New(fault.Usage, "the key runs are open for reading alone", "open them for writing")
	}
	st := &Staged{sets: s}
	for _, c := range sections {
		if err := checkSection(c); err != nil {
			return nil, err
		}
		if len(c.Keys) > 0 {
			st.list = append(st.list, &section{id: sectionID{scope: c.Scope}, keys: int64(len(c.Keys))})
		}
	}
	if len(st.list) == 0 {
		return st, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var w *writer
	file, err := s.create(func(out io.Writer) error {
		w = newWriter(out)
		for _, c := range sections {
			if len(c.Keys) == 0 {
				continue
			}
			w.begin(c.Scope, c.Payload != nil, int64(len(c.Keys)))
			for i, k := range c.Keys {
				p := uint64(0)
				if c.Payload != nil {
					p = c.Payload[i]
				}
				w.add(k, p)
			}
			w.end()
		}
		return w.finish()
	})
	if err != nil {
		return nil, fmt.Errorf("write a key run: %w", err)
	}
	st.file = file
	at := 0
	for _, c := range sections {
		if len(c.Keys) == 0 {
			continue
		}
		sec := st.list[at]
		sec.id.file, sec.seq = file, file
		sec.loaded = newLoaded(w.dir[at], w.idx[at])
		if s.small.Load()+sec.loaded.dataSize() <= s.cfg.SmallRuns {
			sec.loaded.whole = whole(sec.loaded, c)
		}
		at++
	}
	return st, nil
}

func checkSection(c Section) error {
	if c.Payload != nil && len(c.Payload) != len(c.Keys) {
		return fmt.Errorf("key run of %q: %d keys with %d payloads", c.Scope, len(c.Keys), len(c.Payload))
	}
	if len(c.Scope) > 1<<15 {
		return fmt.Errorf("key run: a scope of %d bytes", len(c.Scope))
	}
	for i := 1; i < len(c.Keys); i++ {
		if bytes.Compare(c.Keys[i-1][:], c.Keys[i][:]) >= 0 {
			return fmt.Errorf("key run of %q: key %d is not above the one before it", c.Scope, i)
		}
	}
	return nil
}

// whole lays out a section's blocks in memory as in the file; the checksums are
// left zero, nobody compares them there.
func whole(l *loaded, c Section) []byte {
	out := make([]byte, 0, l.dataSize())
	for i, k := range c.Keys {
		out = append(out, k[:]...)
		if c.Payload != nil {
			out = binary.LittleEndian.AppendUint64(out, c.Payload[i])
		}
		if (i+1)%perBlock == 0 || i == len(c.Keys)-1 {
			out = append(out, 0, 0, 0, 0)
		}
	}
	return out
}

// create writes a run file under the next free number, synced with its folder.
func (s *Sets) create(write func(io.Writer) error) (int64, error) {
	for {
		file := s.next.Add(1)
		err := disk.Create(s.fs, s.path(file), write)
		if errors.Is(err, fs.ErrExist) {
			continue // another process took the number
		}
		if err == nil {
			if err = s.fs.SyncDir(s.dir); err != nil {
				_ = s.fs.Remove(s.path(file))
			}
		}
		return file, err
	}
}

// Commit lists the file in the caller's transaction.
func (st *Staged) Commit(ctx context.Context, tx *store.Tx) error {
	return list(ctx, tx, st.list)
}

func list(ctx context.Context, tx *store.Tx, sections []*section) error {
	return tx.CopyIn(ctx, "run_section", []string{"file", "scope", "seq", "level", "keys"}, len(sections), func(i int, dst []any) {
		c := sections[i]
		dst[0], dst[1], dst[2], dst[3], dst[4] = c.id.file, c.id.scope, c.seq, c.level, c.keys
	})
}

// Published shows the keys to Lookup. Call it when the transaction given to
// Commit has committed.
func (st *Staged) Published() {
	if len(st.list) == 0 {
		return
	}
	s := st.sets
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range st.list {
		c.used = s.clock.Load()
		s.keep(c, c.loaded)
	}
	s.insert(st.list)
	s.trim()
}

// Discard deletes the file. Call it when the transaction was not committed.
func (st *Staged) Discard(ctx context.Context) error {
	if len(st.list) == 0 {
		return nil
	}
	return disk.Remnant(st.sets.fs, st.sets.path(st.file))
}
