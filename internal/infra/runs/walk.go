package runs

import (
	"context"
	"errors"
)

// Member is a key of a set with the payload given last for it.
type Member struct {
	Key     Key
	Payload uint64
}

// ErrEnough ends a Compare from within.
var ErrEnough = errors.New("enough")

// Compare walks two scopes side by side, by key, and calls fn for every key
// above after that either holds: left or right is nil where that one does not.
// It sees what was committed and published when it began. fn must not stage,
// publish or look up keys; it ends the walk with ErrEnough or an error.
func (s *Sets) Compare(ctx context.Context, leftScope, rightScope string, after Key, fn func(left, right *Member) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	left, err := s.members(leftScope)
	if err != nil {
		return err
	}
	defer left.close()
	right, err := s.members(rightScope)
	if err != nil {
		return err
	}
	defer right.close()
	for n := 0; left.more || right.more; n++ {
		if n&0xfff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var l, r *Member
		order := 0
		switch {
		case !right.more:
			order = -1
		case !left.more:
			order = 1
		default:
			order = left.at.Key.Compare(right.at.Key)
		}
		if order <= 0 {
			m := left.at
			l = &m
		}
		if order >= 0 {
			m := right.at
			r = &m
		}
		if l != nil {
			err = left.step(s)
		}
		if r != nil && err == nil {
			err = right.step(s)
		}
		if err != nil {
			return err
		}
		if k := l; k == nil && r.Key.Compare(after) <= 0 || k != nil && k.Key.Compare(after) <= 0 {
			continue
		}
		if err := fn(l, r); err != nil {
			if errors.Is(err, ErrEnough) {
				return nil
			}
			return err
		}
	}
	return nil
}

// members walks one scope, each key once.
type members struct {
	tournament
	at   Member
	more bool
}

// members begins a walk. mu is held for reading.
func (s *Sets) members(scope string) (*members, error) {
	m := &members{}
	sc := s.scopes[scope]
	if sc == nil || len(sc.list) == 0 {
		return m, nil
	}
	for i := len(sc.list) - 1; i >= 0; i-- { // oldest first
		cur, err := s.cursor(sc.list[i])
		if err != nil {
			m.close()
			return nil, err
		}
		m.cursors = append(m.cursors, cur)
	}
	m.draw()
	return m, m.take(s)
}

// take reads the winner; of a key that several runs hold the newest wins.
func (m *members) take(s *Sets) error {
	c := m.cursors[m.winner]
	if m.more = !c.done; !m.more {
		return nil
	}
	m.at = Member{*c.key(), c.payload()}
	return nil
}

// step goes to the next key.
func (m *members) step(s *Sets) error {
	for last := m.at.Key; m.more && m.at.Key == last; {
		c := m.cursors[m.winner]
		if err := c.next(); err != nil {
			return s.damaged(c.file, err)
		}
		m.replay()
		if err := m.take(s); err != nil {
			return err
		}
	}
	return nil
}
