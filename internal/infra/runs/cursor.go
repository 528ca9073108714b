package runs

import (
	"encoding/binary"
	"slices"

	"entente/internal/infra/disk"
)

// cursor walks one section from its first key to its last.
type cursor struct {
	file    int64
	f       disk.ReadFile // nil: all blocks are in memory
	l       *loaded
	width   int
	buf     []byte // whole blocks read ahead
	block   int    // next block to read
	entries []byte // rest of the current block, from the current key on
	hi      uint64 // leading bits of the current key
	done    bool
}

const readAhead = 64 // blocks

func (s *Sets) cursor(c *section) (*cursor, error) {
	l, err := s.load(c)
	if err != nil {
		return nil, err
	}
	cur := &cursor{file: c.id.file, l: l, width: l.entry.width()}
	if l.whole == nil {
		if cur.f, err = s.fs.Open(s.path(c.id.file)); err != nil {
			return nil, s.damaged(c.id.file, err)
		}
	}
	if err := cur.fill(); err != nil {
		cur.close()
		return nil, s.damaged(c.id.file, err)
	}
	return cur, nil
}

func (c *cursor) close() {
	if c.f != nil {
		c.f.Close()
	}
}

func (c *cursor) key() *Key { return (*Key)(c.entries) }

func (c *cursor) payload() uint64 {
	if c.width == 24 {
		return binary.LittleEndian.Uint64(c.entries[16:])
	}
	return 0
}

func (c *cursor) next() error {
	c.entries = c.entries[c.width:]
	if len(c.entries) == 0 {
		return c.fill()
	}
	c.hi = binary.BigEndian.Uint64(c.entries)
	return nil
}

// fill goes to the next block.
func (c *cursor) fill() error {
	if c.block == c.l.entry.blocks() {
		c.done = true
		return nil
	}
	at, n := c.l.span(c.block)
	block := []byte(nil)
	if c.f == nil {
		block = c.l.whole[at : at+n]
	} else {
		if c.block%readAhead == 0 {
			last, ln := c.l.span(min(c.block+readAhead, c.l.entry.blocks()) - 1)
			c.buf = slices.Grow(c.buf[:0], int(last+ln-at))[:last+ln-at]
			if _, err := c.f.ReadAt(c.buf, c.l.entry.data+at); err != nil {
				return err
			}
		}
		base, _ := c.l.span(c.block - c.block%readAhead)
		block = c.buf[at-base : at-base+n]
		if !sound(block) {
			return errBlock
		}
	}
	c.entries = block[:n-4]
	c.hi = binary.BigEndian.Uint64(c.entries)
	c.block++
	return nil
}
