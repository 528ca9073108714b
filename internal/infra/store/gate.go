package store

import (
	"context"
	"sync"
)

// gate lets one writer in at a time. Whoever enters as first goes before all
// that do not, in order of arrival. The zero gate is open.
type gate struct {
	mu     sync.Mutex
	held   bool
	first  []chan struct{}
	slices []chan struct{}
}

// enter returns when the caller holds the gate, or with ctx's error.
func (g *gate) enter(ctx context.Context, first bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if !g.held && len(g.first) == 0 && len(g.slices) == 0 {
		g.held = true
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if first {
		g.first = append(g.first, turn)
	} else {
		g.slices = append(g.slices, turn)
	}
	g.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	if drop(&g.first, turn) || drop(&g.slices, turn) {
		g.mu.Unlock()
		return ctx.Err()
	}
	g.mu.Unlock()
	g.leave() // the turn came at the same moment: hand it on
	return ctx.Err()
}

// leave hands the gate to the next one.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, queue := range []*[]chan struct{}{&g.first, &g.slices} {
		if len(*queue) > 0 {
			turn := (*queue)[0]
			*queue = (*queue)[1:]
			close(turn)
			return
		}
	}
	g.held = false
}

func drop(queue *[]chan struct{}, turn chan struct{}) bool {
	for i, c := range *queue {
		if c == turn {
			*queue = append((*queue)[:i:i], (*queue)[i+1:]...)
			return true
		}
	}
	return false
}
