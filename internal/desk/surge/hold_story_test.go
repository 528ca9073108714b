package surge_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/life"
	"entente/internal/infra/store"

	"pgregory.net/rapid"
)

// holdStory is a node and the model of it.
type holdStory struct {
	rapid.TB
	ctx   context.Context
	n     *node
	m     *model
	dir   string
	files int
	ran   bool // a surge is there to report
}

func (s *holdStory) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%v", err)
	}
}

// same fails unless a command said what the model expects.
func (s *holdStory) same(what string, got, want any) {
	s.Helper()
	if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
		s.Fatalf("%s: %s, want %s", what, a, b)
	}
}

func (s *holdStory) ingest(list []*file) {
	holds, err := s.n.Holds(s.ctx)
	s.check(err)
	cfg := judge.Config{Bogons: true, Geography: s.n.Geo, Holds: holds}
	cfg.Allow, err = judge.ParseAllow("allow.txt", []byte("198.18.0.250\nallowed.example.org\n"))
	s.check(err)
	s.n.Judge, err = judge.New(cfg)
	s.check(err)
	s.m.align(nil)
	s.m.begin()
	var paths []string
	for _, f := range list {
		s.files++
		path := filepath.Join(s.dir, fmt.Sprintf("%03d.txt", s.files))
		s.check(os.WriteFile(path, f.text(), 0o600))
		paths = append(paths, path)
		s.m.take(f)
	}
	res, err := s.n.Ingest(s.ctx, surge.Request{Paths: paths, Surge: "s"})
	s.check(err)
	s.ran = true
	got, want := res.Account, s.m.end()
	got.Batches, got.CasesSeenAgain = 0, 0 // the model knows no batches
	s.same("account", accountText(got), accountText(want))
}

func (s *holdStory) add(rules []judge.Hold) {
	done, err := s.n.AddHolds(s.ctx, rules)
	s.check(err)
	var turned, reported int
	for i, rule := range rules {
		h := &modelHold{id: len(s.m.holds) + 1, rule: rule}
		s.m.holds = append(s.m.holds, h)
		s.same("number", done.IDs[i], h.id)
		if h.inForce(s.m.now()) {
			a, b := s.m.turn(h)
			turned, reported = turned+a, reported+b
		}
	}
	s.same("turned, reported", []int{done.Turned, done.Reported}, []int{turned, reported})
}

func (s *holdStory) lift(id int, keep bool) {
	var h *modelHold
	if id <= len(s.m.holds) {
		h = s.m.holds[id-1]
	}
	var leave *modelHold
	if keep {
		leave = h
	}
	s.m.align(leave)
	done, err := s.n.LiftHold(s.ctx, judge.HoldID(id), "a", "r", keep, s.m.now())
	if h == nil || h.lifted {
		s.same("refused", err != nil, true)
		return
	}
	s.check(err)
	h.lifted = true
	if keep {
		h.applied = false
		return
	}
	others := map[int]bool{}
	for _, c := range s.m.cases {
		for o := range c.by {
			others[o.id] = others[o.id] || c.by[h] && o != h
		}
	}
	var by []int
	for o, holds := range others {
		if holds {
			by = append(by, o)
		}
	}
	slices.Sort(by)
	released, stay := s.m.release(h)
	s.same("released, stay, by", []any{done.Released, done.Stay, done.By}, []any{released, stay, by})
}

// pick finds the n-th case of the desk that is in one of the states, and the
// model's; nil where two look the same.
func (s *holdStory) pick(n int, states ...string) (found *surge.Case, ours *modelCase) {
	list, _, err := s.n.Cases(s.ctx, surge.CaseFilter{Limit: 1 << 40})
	s.check(err)
	list = slices.DeleteFunc(list, func(c *surge.Case) bool { return !slices.Contains(states, c.State) })
	if len(list) < n {
		return nil, nil
	}
	for _, c := range s.m.cases {
		if showCase(&c.Case) == showCase(list[n-1]) {
			if ours != nil {
				return nil, nil
			}
			ours = c
		}
	}
	return list[n-1], ours
}

func (s *holdStory) free(n int) {
	s.m.align(nil)
	_, err := s.n.ReleaseCases(s.ctx, []string{strings.Repeat("0", 32)}, "r") // aligns the desk, too
	s.same("no such case", fault.KindOf(err), fault.NotFound)
	c, ours := s.pick(n, "held")
	if ours == nil {
		return
	}
	_, err = s.n.ReleaseCases(s.ctx, []string{c.ID}, "r")
	if !s.m.free(ours) {
		s.same("refused", fault.KindOf(err), fault.Conflict)
		return
	}
	s.check(err)
	_, err = s.n.ReleaseCases(s.ctx, []string{c.ID}, "r")
	s.same("released before", fault.KindOf(err), fault.Conflict)
}

// reported marks a routed case as reported.
func (s *holdStory) reported(n int) {
	c, ours := s.pick(n, "routed")
	if ours == nil {
		return
	}
	ours.State = "reported"
	s.check(s.n.step(s.ctx, life.Report, c.ID, life.Change{At: s.m.now().UnixMicro()}))
}

// step does a step with one case, as sweeps do it with many.
func (n *node) step(ctx context.Context, step life.Step, id string, c life.Change) error {
	return n.DB.Write(ctx, func(tx *store.Tx) error {
		raw, err := hex.DecodeString(id)
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT no FROM cases WHERE id = $1", raw).Scan(&c.No); err != nil {
			return err
		}
		done, refused, err := life.Many(ctx, tx, step, []life.Change{c})
		if err != nil {
			return err
		}
		if len(refused) > 0 {
			return refused[0].Err
		}
		a := ledger.Act{Time: clock.UnixMicro(), Node: n.Identity.Node().ID, Actor: ledger.LocalOperator, Verb: "case." + step.String()}
		_, err = n.Record.AppendBatch(ctx, tx, a, done)
		return err
	})
}

// report writes the reports: they show the cases that are not held, and all
// that was seen of them.
func (s *holdStory) report() {
	if !s.ran {
		return
	}
	s.m.align(nil)
	dir := filepath.Join(s.dir, "reports")
	_, err := s.n.WriteReports(s.ctx, surge.ReportRequest{Surge: "s", Dir: dir})
	s.check(err)
	var cases, observations int
	for _, c := range s.m.cases {
		if c.State != "held" {
			cases++
			observations += len(c.seen)
		}
	}
	s.same("cases in reports", s.lines(dir, "cases.csv", "held"), cases)
	s.same("observations in reports", s.lines(dir, "observations*.csv", "held"), observations)
}

// lines counts the lines after the header of the owners' tables, and fails where
// one has a cell that must not be.
func (s *holdStory) lines(dir, name, never string) (n int) {
	paths, err := filepath.Glob(filepath.Join(dir, "owner", "*", name))
	s.check(err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		s.check(err)
		for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			if i > 0 {
				n++
			}
			if slices.Contains(strings.Split(line, ","), never) {
				s.Fatalf("%s: %s", path, line)
			}
		}
	}
	return n
}

// histories fails unless the acts tell how each case came to be held or not.
func (s *holdStory) histories() {
	list, _, err := s.n.Cases(s.ctx, surge.CaseFilter{Limit: 1 << 40})
	s.check(err)
	for _, c := range list {
		id, err := hex.DecodeString(c.ID)
		s.check(err)
		told, err := s.n.History(s.ctx, surge.CaseID(id))
		s.check(err)
		last := told[len(told)-1].Change
		if _, after, changed := strings.Cut(last, " → "); changed {
			last = after
		}
		if last != c.State {
			s.Fatalf("case %s is %s, its last act says %q", c.ID, c.State, told[len(told)-1].Change)
		}
	}
}
