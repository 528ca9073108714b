package runs

import (
	"context"
	"encoding/binary"
	"slices"

	"entente/internal/infra/disk"
)

// mergeOne writes one scope's runs as one section. Of a key that several runs
// hold, the newest payload stays.
func (s *Sets) mergeOne(ctx context.Context, w *writer, j *job) error {
	cursors := make([]*cursor, len(j.from))
	total, payload := int64(0), false
	for i, c := range j.from {
		cur, err := s.cursor(c)
		if err != nil {
			return err
		}
		defer cur.f.Close()
		cursors[i] = cur
		total += c.keys
		payload = payload || cur.l.entry.payload
	}
	w.begin(j.scope, payload, total)
	for n := 0; ; n++ {
		if n&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var least *cursor
		for _, c := range cursors {
			if c.done {
				continue
			}
			// A later cursor with the same key is newer.
			if least == nil || c.hi < least.hi || c.hi == least.hi && c.key.Compare(least.key) <= 0 {
				least = c
			}
		}
		if least == nil {
			break
		}
		key := least.key
		w.add(key, least.payload)
		for _, c := range cursors {
			if !c.done && c.hi == least.hi && c != least && c.key == key {
				if err := c.next(); err != nil {
					return s.damaged(c.file, err)
				}
			}
		}
		if err := least.next(); err != nil {
			return s.damaged(least.file, err)
		}
	}
	w.end()
	j.to = &section{level: j.level + 1, keys: w.dir[len(w.dir)-1].keys}
	return nil
}

// cursor walks one section from its first key to its last.
type cursor struct {
	file    int64
	f       disk.ReadFile
	l       *loaded
	buf     []byte // whole blocks read ahead
	block   int    // next block to read
	entries []byte // rest of the current block
	key     Key
	hi      uint64
	payload uint64
	done    bool
}

const readAhead = 16 // blocks

func (s *Sets) cursor(c *section) (*cursor, error) {
	l, err := s.load(c)
	if err != nil {
		return nil, err
	}
	f, err := s.fs.Open(s.path(c.id.file))
	if err != nil {
		return nil, s.damaged(c.id.file, err)
	}
	cur := &cursor{file: c.id.file, f: f, l: l}
	if err := cur.next(); err != nil {
		f.Close()
		return nil, s.damaged(c.id.file, err)
	}
	return cur, nil
}

func (c *cursor) next() error {
	if len(c.entries) == 0 {
		if c.block == c.l.entry.blocks() {
			c.done = true
			return nil
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
	w := c.l.entry.width()
	copy(c.key[:], c.entries)
	c.hi = binary.BigEndian.Uint64(c.entries)
	if w == 24 {
		c.payload = binary.LittleEndian.Uint64(c.entries[16:])
	}
	c.entries = c.entries[w:]
	return nil
}

func (c *cursor) fill() error {
	at, n := c.l.span(c.block)
	if c.block%readAhead == 0 {
		last, ln := c.l.span(min(c.block+readAhead, c.l.entry.blocks()) - 1)
		c.buf = slices.Grow(c.buf[:0], int(last+ln-at))[:last+ln-at]
		if _, err := c.f.ReadAt(c.buf, c.l.entry.data+at); err != nil {
			return err
		}
	}
	base, _ := c.l.span(c.block - c.block%readAhead)
	block := c.buf[at-base : at-base+n]
	if !sound(block) {
		return errBlock
	}
	c.entries = block[:n-4]
	c.block++
	return nil
}
