package survival

import (
	"math"
	"slices"
)

// Sample collects spells in any order, in little memory: four bytes for each spell
// at first, then one counter for each distinct end. The zero value is empty.
type Sample struct {
	fresh []uint32  // keys
	ends  []tallied // sorted by key, each key once
	n     int64
}

// tallied is how many spells end alike. The key is the time, doubled, and one more
// for a censored spell: sorted by it, events come before censorings of their time.
type tallied struct {
	key uint32
	n   int64
}

func (t tallied) time() uint32   { return t.key >> 1 }
func (t tallied) censored() bool { return t.key&1 == 1 }

// Longest is the longest spell that can be kept; longer ones are taken for it.
const Longest = 1<<31 - 1

// atOnce is how many spells wait before they are tallied.
const atOnce = 4096

// Add takes in a spell.
func (s *Sample) Add(time uint32, died bool) {
	key := min(time, Longest) << 1
	if !died {
		key |= 1
	}
	s.fresh = append(s.fresh, key)
	s.n++
	if len(s.fresh) >= max(atOnce, len(s.ends)) {
		s.settle()
	}
}

// Len gives how many spells were added.
func (s *Sample) Len() int64 { return s.n }

// Merge takes in all spells of another sample.
func (s *Sample) Merge(o *Sample) {
	o.settle()
	s.settle()
	s.ends, s.n = merged(s.ends, o.ends), s.n+o.n
}

// settle tallies what waits.
func (s *Sample) settle() {
	if len(s.fresh) == 0 {
		return
	}
	slices.Sort(s.fresh)
	var list []tallied
	for _, key := range s.fresh {
		if n := len(list); n > 0 && list[n-1].key == key {
			list[n-1].n++
		} else {
			list = append(list, tallied{key, 1})
		}
	}
	s.ends, s.fresh = merged(s.ends, list), s.fresh[:0]
}

func merged(a, b []tallied) []tallied {
	if len(a) == 0 {
		return slices.Clone(b)
	}
	out := make([]tallied, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].key < b[0].key:
			out, a = append(out, a[0]), a[1:]
		case len(a) == 0 || b[0].key < a[0].key:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, tallied{a[0].key, a[0].n + b[0].n})
			a, b = a[1:], b[1:]
		}
	}
	return out
}

// Curve gives the product-limit estimate of what was added. More may be added
// afterwards; the curve given stays as it is.
func (s *Sample) Curve() *Curve {
	s.settle()
	c := &Curve{N: s.n, ends: s.ends}
	atRisk, share, sum := s.n, 1.0, 0.0
	for _, e := range s.ends {
		if !e.censored() {
			if share *= float64(atRisk-e.n) / float64(atRisk); e.n == atRisk {
				sum = math.Inf(1)
			} else {
				sum += float64(e.n) / (float64(atRisk) * float64(atRisk-e.n))
			}
			c.Steps = append(c.Steps, Step{e.time(), atRisk, e.n, share, sum})
			c.Deaths += e.n
		}
		atRisk -= e.n
		c.End = e.time()
	}
	return c
}
