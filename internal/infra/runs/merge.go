package runs

import "context"

// mergeOne writes one scope's runs as one section. Of a key that several runs
// hold, the newest payload stays.
func (s *Sets) mergeOne(ctx context.Context, w *writer, j *job) error {
	t := &tournament{}
	defer t.close()
	total, payload := int64(0), false
	for _, c := range j.from {
		cur, err := s.cursor(c)
		if err != nil {
			return err
		}
		t.cursors = append(t.cursors, cur)
		total += c.keys
		payload = payload || cur.l.entry.payload
	}
	t.draw()
	w.begin(j.scope, payload, total)
	var last Key
	for n := 0; ; n++ {
		if n&0xffff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c := t.cursors[t.winner]
		if c.done {
			break
		}
		// The newest holder of a key wins, so the others follow.
		if k := c.key(); n == 0 || *k != last {
			last = *k
			w.add(last, c.payload())
		}
		if err := c.next(); err != nil {
			return s.damaged(c.file, err)
		}
		t.replay()
	}
	w.end()
	j.to = &section{level: j.level + 1, keys: w.dir[len(w.dir)-1].keys}
	return nil
}

// tournament finds the least of several cursors with one comparison per round.
// Node p of the tree remembers who lost there; its parent is p/2.
type tournament struct {
	cursors []*cursor // oldest run first
	losers  []int
	winner  int
}

// draw plays all matches.
func (t *tournament) draw() {
	n := len(t.cursors)
	t.losers = make([]int, n)
	won := make([]int, 2*n)
	for i := range n {
		won[n+i] = i
	}
	for p := n - 1; p > 0; p-- {
		won[p], t.losers[p] = won[2*p], won[2*p+1]
		if t.before(t.losers[p], won[p]) {
			won[p], t.losers[p] = t.losers[p], won[p]
		}
	}
	t.winner = won[1]
}

// replay plays the matches of the winner again, after its cursor has moved.
func (t *tournament) replay() {
	i := t.winner
	for p := (i + len(t.cursors)) / 2; p > 0; p /= 2 {
		if t.before(t.losers[p], i) {
			t.losers[p], i = i, t.losers[p]
		}
	}
	t.winner = i
}

// before says whether cursor a comes first: by key, then the newer run, and
// those at their end last.
func (t *tournament) before(a, b int) bool {
	x, y := t.cursors[a], t.cursors[b]
	if x.done || y.done {
		return !x.done
	}
	if x.hi != y.hi {
		return x.hi < y.hi
	}
	if c := x.key().Compare(*y.key()); c != 0 {
		return c < 0
	}
	return a > b
}

func (t *tournament) close() {
	for _, c := range t.cursors {
		c.close()
	}
}
