package runs

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sort"
	"sync"

	"entente/internal/infra/disk"
)

type sectionID struct {
	file  int64
	scope string
}

// section is one sorted run of one scope. What is loaded of it comes and goes;
// the rest never changes.
type section struct {
	id    sectionID
	seq   int64 // number of the newest file whose keys it holds
	level int64
	keys  int64

	mu     sync.Mutex
	loaded *loaded
	used   int64 // Sets.clock of the last lookup
}

// loaded is what memory holds of a section.
type loaded struct {
	entry  entry
	fences []byte
	filter filter
	whole  []byte // all blocks with their checksums; nil: they are read as needed
}

// load gives what memory needs of c, reading it if it was let go.
func (s *Sets) load(c *section) (*loaded, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.used = s.clock.Load()
	if c.loaded != nil {
		return c.loaded, nil
	}
	f, err := s.fs.Open(s.path(c.id.file))
	if err != nil {
		return nil, s.damaged(c.id.file, err)
	}
	defer f.Close()
	l, err := readIndex(f, c.id.scope, c.keys)
	if err != nil {
		return nil, s.damaged(c.id.file, err)
	}
	if n := l.dataSize(); s.small.Load()+n <= s.cfg.SmallRuns/2 {
		whole := make([]byte, n)
		if _, err := f.ReadAt(whole, l.entry.data); err != nil {
			return nil, s.damaged(c.id.file, err)
		}
		if err := l.check(whole); err != nil {
			return nil, s.damaged(c.id.file, err)
		}
		l.whole = whole
	}
	s.keep(c, l)
	return l, nil
}

func (s *Sets) keep(c *section, l *loaded) {
	c.loaded = l
	s.small.Add(int64(len(l.whole)))
	s.filter.Add(int64(len(l.fences) + len(l.filter)))
}

// forget gives the memory of c back.
func (s *Sets) forget(c *section) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.loaded; l != nil {
		s.small.Add(-int64(len(l.whole)))
		s.filter.Add(-int64(len(l.fences) + len(l.filter)))
		c.loaded = nil
	}
}

// trim lets go of what was used least recently until the bounds hold. mu is
// held for writing, so nobody reads.
func (s *Sets) trim() {
	if s.small.Load() <= s.cfg.SmallRuns && s.filter.Load() <= s.cfg.Filters {
		return
	}
	var all []*section
	for _, list := range s.scopes {
		for _, c := range list {
			if c.loaded != nil {
				all = append(all, c)
			}
		}
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if a.used != b.used {
			return a.used < b.used
		}
		if a.keys != b.keys {
			return a.keys > b.keys
		}
		return a.id.file < b.id.file
	})
	for _, c := range all {
		if s.small.Load() > s.cfg.SmallRuns && c.loaded.whole != nil {
			s.small.Add(-int64(len(c.loaded.whole)))
			l := *c.loaded
			l.whole = nil
			c.loaded = &l
		}
		if s.filter.Load() > s.cfg.Filters {
			s.forget(c)
		}
	}
}

var (
	errBlock   = errors.New("a block does not fit its checksum")
	errSection = errors.New("it holds no such scope")
)

func readIndex(f disk.ReadFile, scope string, keys int64) (*loaded, error) {
	dir, err := directory(f)
	if err != nil {
		return nil, err
	}
	for _, e := range dir {
		if e.scope != scope {
			continue
		}
		index := make([]byte, e.n)
		if _, err := f.ReadAt(index, e.index); err != nil {
			return nil, err
		}
		fences := e.blocks() * 16
		if e.keys != keys || crc32.Checksum(index, crc) != e.crc || fences >= len(index) {
			return nil, errFormat
		}
		return &loaded{entry: e, fences: index[:fences:fences], filter: index[fences:]}, nil
	}
	return nil, errSection
}

func (l *loaded) dataSize() int64 {
	return l.entry.keys*int64(l.entry.width()) + int64(l.entry.blocks())*4
}

// span gives where block b lies among the section's blocks, with its checksum.
func (l *loaded) span(b int) (at, n int64) {
	w := int64(l.entry.width())
	at = int64(b) * (perBlock*w + 4)
	return at, min(perBlock*w+4, l.dataSize()-at)
}

// check compares the checksums of all blocks.
func (l *loaded) check(whole []byte) error {
	for b := range l.entry.blocks() {
		at, n := l.span(b)
		if !sound(whole[at : at+n]) {
			return errBlock
		}
	}
	return nil
}

func sound(block []byte) bool {
	n := len(block) - 4
	return crc32.Checksum(block[:n], crc) == binary.LittleEndian.Uint32(block[n:])
}

// blockOf gives the block that would hold k, -1 if k is below them all. from is
// a block at or before it, found for a smaller key.
func (l *loaded) blockOf(k *Key, from int) int {
	n := len(l.fences) / 16
	at := func(i int) int { return Key(l.fences[i*16 : i*16+16]).Compare(*k) }
	lo := max(from, 0)
	step := 1
	hi := lo
	for hi < n && at(hi) <= 0 {
		lo = hi
		hi += step
		step *= 2
	}
	hi = min(hi, n)
	return lo + sort.Search(hi-lo, func(i int) bool { return at(lo+i) > 0 }) - 1
}

// search finds k in a block without its checksum.
func search(block []byte, width int, k *Key) (uint64, bool) {
	lo, hi := 0, len(block)/width
	want := binary.BigEndian.Uint64(k[:8])
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		e := block[mid*width:]
		got := binary.BigEndian.Uint64(e)
		if got == want {
			switch Key(e[:16]).Compare(*k) {
			case 0:
				if width == 24 {
					return binary.LittleEndian.Uint64(e[16:]), true
				}
				return 0, true
			case -1:
				lo = mid + 1
			default:
				hi = mid
			}
		} else if got < want {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return 0, false
}
