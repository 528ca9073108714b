package surge_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/desk/surge/judge"
	"entente/internal/infra/disk"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"

	"pgregory.net/rapid"
)

// deed is one thing that a person does; the first that is set.
type deed struct {
	files  []*file
	add    []judge.Hold
	lift   int  // number of a rule; 0: none
	keep   bool // lift it with its cases kept
	free   int  // release this held case of those there are; 0: none
	report int  // this open case was reported
	wait   time.Duration
}

var holdRules = []string{"prefix 198.18.0.240/30", "prefix 198.18.1.0/24", "prefix 198.18.0.0/29", "domain evil.pe", "domain a.shop.example.org",
	"class spam", "class phishing", "country PH", "country PE", "country MX", "value 198.18.0.78", "value evil.pe"}

// deeds draws a story. Cases are few, so that rules meet.
var deeds = rapid.Custom(func(r *rapid.T) []deed {
	few := func() []*file { list := files(r); return list[:min(3, len(list))] }
	out := []deed{{files: few()}}
	for range rapid.IntRange(2, 8).Draw(r, "steps") {
		var s deed
		switch rapid.IntRange(0, 8).Draw(r, "step") {
		case 0, 1:
			s.files = few()
		case 2, 3, 4:
			for range rapid.IntRange(1, 2).Draw(r, "rules") {
				s.add = append(s.add, drawHold(r))
			}
		case 5, 6:
			s.lift, s.keep = rapid.IntRange(1, 3).Draw(r, "lift"), rapid.Bool().Draw(r, "keep")
		case 7:
			s.free, s.report = rapid.IntRange(0, 2).Draw(r, "free"), rapid.IntRange(1, 5).Draw(r, "reported")
		case 8:
			s.wait = time.Duration(rapid.IntRange(1, 3).Draw(r, "hours")) * time.Hour
		}
		out = append(out, s)
	}
	return out
})

func drawHold(r *rapid.T) judge.Hold {
	text := rapid.SampledFrom(holdRules).Draw(r, "holds")
	h, err := judge.ParseHold(strings.Fields(text)[0], strings.Fields(text)[1])
	if err != nil {
		r.Fatal(err)
	}
	h.Reason, h.Author = "r", "a"
	if h.Class == 0 && rapid.IntRange(0, 3).Draw(r, "and a class") == 0 {
		h.Class = 1
		for h.Class.String() != "phishing" {
			h.Class++
		}
	}
	if rapid.IntRange(0, 2).Draw(r, "starts") == 0 {
		h.Start = clock.Add(time.Duration(rapid.IntRange(-1, 2).Draw(r, "start")) * time.Hour)
	}
	if rapid.IntRange(0, 2).Draw(r, "ends") == 0 {
		h.End = clock.Add(time.Duration(rapid.IntRange(3, 5).Draw(r, "end")) * time.Hour)
	}
	return h
}

// TestHoldsEqualTheModel: whatever rules are added, lifted and end between
// whatever ingests, cases, account, log, what the commands say and what reports
// show are those of the naive model, on both engines.
func TestHoldsEqualTheModel(t *testing.T) {
	t.Parallel()
	rules := newRules(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		rapid.Check(t, func(r *rapid.T) {
			dir, err := os.MkdirTemp("", "entente-holds")
			if err != nil {
				r.Fatal(err)
			}
			defer os.RemoveAll(dir)
			play(r, store.Config{Dir: filepath.Join(dir, "data")}, dir, rules, deeds.Draw(r, "story"))
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		for seed := range 6 {
			play(t, storetest.Config(t, store.Postgres), t.TempDir(), rules, deeds.Example(seed))
		}
	})
}

func play(t rapid.TB, database store.Config, dir string, r rules, list []deed) {
	t.Helper()
	s := &holdStory{TB: t, ctx: context.Background(), m: newModel(), dir: dir}
	var err error
	if s.n, err = openNodeOn(s.ctx, database, filepath.Join(dir, "data"), disk.OS(), r); err != nil {
		t.Fatal(err)
	}
	defer s.n.close()
	s.n.Now = s.m.now
	for _, step := range list {
		switch {
		case step.files != nil:
			s.ingest(step.files)
		case step.add != nil:
			s.add(step.add)
		case step.lift > 0:
			s.lift(step.lift, step.keep)
		case step.free > 0:
			s.free(step.free)
		case step.report > 0:
			s.reported(step.report)
		}
		s.m.passed += step.wait
		s.n.compare(s.ctx, t, s.m)
	}
	s.report()
	s.n.compare(s.ctx, t, s.m)
	s.histories()
}
