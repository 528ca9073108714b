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
	if s.full() {
		s.mu.Lock()
		s.trim()
		s.mu.Unlock()
	}
	return nil
}

func (s *Sets) lookup(ctx context.Context, scope string, keys []Key, found func(i int, payload uint64)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	sc := s.scopes[scope]
	if sc == nil {
		return nil
	}
	recent, err := s.recentOf(ctx, sc)
	if err != nil {
		return err
	}
	p, _ := s.idle.Get().(*probe)
	if p == nil {
		p = &probe{}
	}
	defer s.idle.Put(p)
	p.start(keys)
	if recent != nil {
		p.near = recent.filter.sift(keys, p.open, p.near)
	}
	// Newest first, so that the payload given last is the one found.
	for _, c := range sc.list {
		if err := ctx.Err(); err != nil {
			return err
		}
		asked := &p.open
		if recent != nil && recent.covers[c] {
			asked = &p.near
		}
		if len(*asked) == 0 {
			continue
		}
		l, err := s.load(c)
		if err != nil {
			return err
		}
		if p.want = l.filter.sift(keys, *asked, p.want[:0]); len(p.want) == 0 {
			continue
		}
		hits, err := s.probe(c, l, p, keys, found)
		if err != nil {
			return err
		}
		if hits > 0 {
			p.open, p.near = p.rest(p.open), p.rest(p.near)
		}
	}
	return nil
}

// probe is the working memory of one Lookup.
type probe struct {
	open []int32 // keys not found yet
	near []int32 // those of them that recent may cover
	done []byte  // per key, 1: it was found
	want []int32 // keys that the filter of the section lets through
	at   []int32 // the block that each of them would be in
	buf  []byte
}

func (p *probe) start(keys []Key) {
	p.open, p.near, p.done = p.open[:0], p.near[:0], p.done[:0]
	for i := range keys {
		p.open, p.done = append(p.open, int32(i)), append(p.done, 0)
	}
}

// rest takes the found keys out of list.
func (p *probe) rest(list []int32) []int32 {
	n := 0
	for _, i := range list {
		list[n] = i
		n += int(1 - p.done[i])
	}
	return list[:n]
}

// locate finds the blocks of the wanted keys.
func (p *probe) locate(l *loaded, keys []Key) {
	p.at = p.at[:0]
	n := 0
	for _, i := range p.want {
		if b := l.blockOf(&keys[i]); b >= 0 {
			p.want[n], p.at = i, append(p.at, int32(b))
			n++
		}
	}
	p.want = p.want[:n]
}

const (
	readMax = 64 << 10 // most bytes read at once
	readGap = 4 << 10  // bytes nobody wants that are read over rather than skipped
)

// probe searches the wanted keys of one section, marks those it finds as done,
// and gives their number. Blocks that lie close together are read at once.
func (s *Sets) probe(c *section, l *loaded, p *probe, keys []Key, found func(int, uint64)) (int, error) {
	p.locate(l, keys)
	width := l.entry.width()
	hits := 0
	var f disk.ReadFile
	for from := 0; from < len(p.want); {
		at, n := l.span(int(p.at[from]))
		to, end, data := from, at+n, l.whole
		if data != nil {
			at, to = 0, len(p.want)
		} else {
			for to++; to < len(p.want); to++ {
				ba, bn := l.span(int(p.at[to]))
				if ba > end+readGap || ba+bn-at > readMax {
					break
				}
				end = ba + bn
			}
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
		for ; from < to; from++ {
			b, i := p.at[from], p.want[from]
			ba, bn := l.span(int(b))
			block := data[ba-at : ba-at+bn]
			if l.whole == nil && !l.trust(b, block) {
				return 0, s.damaged(c.id.file, errBlock)
			}
			if payload, ok := search(block[:bn-4], width, l.entry.keys, &keys[i]); ok {
				p.done[i] = 1
				hits++
				found(int(i), payload)
			}
		}
	}
	return hits, nil
}
