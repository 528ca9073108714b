package runs

import (
	"context"

	"entente/internal/infra/disk"
)

// Lookup calls found once for every key that is in the scope, with the payload
// given last for it. keys must be sorted; found sees only what was committed
// and published.
func (s *Sets) Lookup(ctx context.Context, scope string, keys []Key, found func(i int, payload uint64)) error {
	if len(keys) == 0 {
		return nil
	}
	s.clock.Add(1)
	if err := s.lookup(ctx, scope, keys, found); err != nil {
		return err
	}
	if s.small.Load() > s.cfg.SmallRuns || s.filter.Load() > s.cfg.Filters {
		s.mu.Lock()
		s.trim()
		s.mu.Unlock()
	}
	return nil
}

func (s *Sets) lookup(ctx context.Context, scope string, keys []Key, found func(i int, payload uint64)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := s.scopes[scope]
	if len(list) == 0 {
		return nil
	}
	open := make([]int32, len(keys)) // keys not found yet
	for i := range open {
		open[i] = int32(i)
	}
	var p probe
	for _, c := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		l, err := s.load(c)
		if err != nil {
			return err
		}
		p.want = p.want[:0]
		block := 0
		for _, i := range open {
			if l.filter.has(&keys[i]) {
				if block = l.blockOf(&keys[i], block); block >= 0 {
					p.want = append(p.want, wanted{i, int32(block)})
				}
			}
		}
		if len(p.want) == 0 {
			continue
		}
		hits, err := s.probe(c, l, &p, keys, found)
		if err != nil {
			return err
		}
		if hits == 0 {
			continue
		}
		rest, h := open[:0], 0
		for _, i := range open {
			if h < len(p.hits) && p.hits[h] == i {
				h++
				continue
			}
			rest = append(rest, i)
		}
		open = rest
	}
	return nil
}

// wanted is a key that the filter lets through, and the block it would be in.
type wanted struct{ key, block int32 }

// probe is the working memory of one Lookup.
type probe struct {
	want []wanted
	hits []int32
	buf  []byte
}

const (
	readMax = 64 << 10 // most bytes read at once
	readGap = 2        // blocks nobody wants that are read over rather than skipped
)

// probe searches the wanted keys of one section and leaves the found ones in
// p.hits, sorted. Blocks that lie close together are read at once.
func (s *Sets) probe(c *section, l *loaded, p *probe, keys []Key, found func(int, uint64)) (int, error) {
	p.hits = p.hits[:0]
	width := l.entry.width()
	var f disk.ReadFile
	for from := 0; from < len(p.want); {
		first := p.want[from].block
		to, last := from, first
		at, n := l.span(int(first))
		end := at + n
		for to++; to < len(p.want); to++ {
			b := p.want[to].block
			if b == last {
				continue
			}
			ba, bn := l.span(int(b))
			if b-last > readGap+1 || ba+bn-at > readMax {
				break
			}
			last, end = b, ba+bn
		}
		data := l.whole
		if data != nil {
			data = data[at:end]
		} else {
			if f == nil {
				var err error
				if f, err = s.fs.Open(s.path(c.id.file)); err != nil {
					return 0, s.damaged(c.id.file, err)
				}
				defer f.Close()
			}
			if len(p.buf) < readMax {
				p.buf = make([]byte, readMax)
			}
			data = p.buf[:end-at]
			if _, err := f.ReadAt(data, l.entry.data+at); err != nil {
				return 0, s.damaged(c.id.file, err)
			}
		}
		checked := int32(-1)
		for _, w := range p.want[from:to] {
			ba, bn := l.span(int(w.block))
			block := data[ba-at : ba-at+bn]
			if l.whole == nil && checked != w.block {
				if !sound(block) {
					return 0, s.damaged(c.id.file, errBlock)
				}
				checked = w.block
			}
			if payload, ok := search(block[:bn-4], width, &keys[w.key]); ok {
				p.hits = append(p.hits, w.key)
				found(int(w.key), payload)
			}
		}
		from = to
	}
	return len(p.hits), nil
}
