package surge_test

import (
	"slices"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
)

// holdBook is the model's hold rules and its clock.
type holdBook struct {
	holds  []*modelHold
	passed time.Duration // since clock
}

// modelHold is a hold rule as the model keeps it.
type modelHold struct {
	id      int
	rule    judge.Hold
	applied bool // its cases were turned and not yet let go
	lifted  bool
}

// modelCase is a case with all that was seen of it and the rules that hold it.
type modelCase struct {
	surge.Case
	open string // its state while nothing holds it
	seen []seen
	by   map[*modelHold]bool
}

type seen struct {
	row   said
	place place
}

func (h *modelHold) inForce(now time.Time) bool {
	return !h.lifted && !now.Before(h.rule.Start) && (h.rule.End.IsZero() || now.Before(h.rule.End))
}

func (h *modelHold) fits(r said, p place, land string) bool {
	rule := &h.rule
	return (rule.Value.IsZero() || rule.Value.Kind().String()+":"+rule.Value.String() == r.Value) &&
		(!rule.Prefix.IsValid() || p.addr.IsValid() && rule.Prefix.Contains(p.addr)) &&
		(rule.Domain == "" || under(p.host, rule.Domain)) &&
		(rule.Class == rsit.None || rule.Class.String() == r.Class) &&
		(rule.Country == "" || rule.Country == land)
}

// fitting gives the rules in force that fit, by number.
func (m *model) fitting(r said, p place, land string) (out []*modelHold) {
	for _, h := range m.holds {
		if h.inForce(m.now()) && h.fits(r, p, land) {
			out = append(out, h)
		}
	}
	return out
}

func (m *model) now() time.Time { return clock.Add(m.passed) }

// align lets starts and ends take effect that have come.
func (m *model) align(leave *modelHold) {
	for _, h := range m.holds {
		if h.inForce(m.now()) && !h.applied {
			m.turn(h)
		}
	}
	for _, h := range m.holds {
		if !h.inForce(m.now()) && h.applied && h != leave {
			m.release(h)
		}
	}
}

// turn holds the cases of which something was seen that the rule fits.
func (m *model) turn(h *modelHold) (turned, reported int) {
	h.applied = true
	for _, c := range m.cases {
		if !slices.ContainsFunc(c.seen, func(s seen) bool {
			land := s.place.country
			if s.place.from == "geo" {
				land = c.Country
			}
			return h.fits(s.row, s.place, land)
		}) {
			continue
		}
		c.by[h] = true
		if c.State == "reported" {
			reported++
		}
		if c.State != "held" {
			turned++
			c.State = "held"
		}
	}
	return turned, reported
}

// release lets the cases of a rule go.
func (m *model) release(h *modelHold) (released, stay int) {
	h.applied = false
	for _, c := range m.cases {
		if !c.by[h] {
			continue
		}
		delete(c.by, h)
		if len(c.by) > 0 {
			stay++
			continue
		}
		released++
		c.State = c.open
	}
	return released, stay
}

// free releases one case by hand; not ok while a rule in force holds it.
func (m *model) free(c *modelCase) (ok bool) {
	for h := range c.by {
		if h.inForce(m.now()) {
			return false
		}
	}
	clear(c.by)
	c.State = c.open
	return true
}
