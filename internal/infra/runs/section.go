package runs

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"sync"
	"sync/atomic"

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
	whole  []byte          // all blocks with their checksums; nil: they are read as needed
	sound  []atomic.Uint32 // a bit per block: its checksum was compared
}

// newLoaded makes the loaded form of a section from its index.
func newLoaded(e entry, index []byte) *loaded {
	n := e.blocks()
	return &loaded{entry: e, fences: index[: n*16 : n*16], filter: filter(index[n*16:]), sound: make([]atomic.Uint32, (n+31)/32)}
}

// size is what it takes of memory beside whole.
func (l *loaded) size() int64 { return int64(len(l.fences) + len(l.filter) + 4*len(l.sound)) }

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
		if e.keys != keys || crc32.Checksum(index, crc) != e.crc || fences >= len(index) || (len(index)-fences)%line != 0 {
			return nil, errFormat
		}
		return newLoaded(e, index), nil
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

// trust compares the checksum of block b, unless that was done before.
func (l *loaded) trust(b int32, block []byte) bool {
	word, bit := &l.sound[b/32], uint32(1)<<(b%32)
	if word.Load()&bit != 0 {
		return true
	}
	if !sound(block) {
		return false
	}
	word.Or(bit)
	return true
}

func sound(block []byte) bool {
	n := len(block) - 4
	return crc32.Checksum(block[:n], crc) == binary.LittleEndian.Uint32(block[n:])
}
