package life

import (
	"os"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/record"

	"pgregory.net/rapid"
)

// TestThePageSaysTheTable: docs/case-life.md has every row of the table, in its
// order, and names every state and grade.
func TestThePageSaysTheTable(t *testing.T) {
	text, err := os.ReadFile("../../../../docs/case-life.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	_, part, _ := strings.Cut(page, "## Steps\n")
	part, _, _ = strings.Cut(part, "\n## ")
	var have, want []string
	for line := range strings.Lines(part) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| Step |") {
			have = append(have, line)
		}
	}
	for _, row := range Table() {
		want = append(want, row.String())
	}
	if !slices.Equal(have, want) {
		t.Errorf("docs/case-life.md must have the steps\n%s\nit has\n%s", strings.Join(want, "\n"), strings.Join(have, "\n"))
	}
	for _, word := range Words() {
		if !strings.Contains(page, "| "+word+" |") {
			t.Errorf("the page does not describe the state %s", word)
		}
	}
	for g := Silence14; g < grades; g++ {
		if !strings.Contains(page, "| "+g.String()+" |") {
			t.Errorf("the page does not describe the grade %s", g)
		}
	}
}

// good gives particulars that every step takes, for a case with row r in state s.
func good(s State, r *Row) *Change {
	c := &Change{No: 1, At: 1000, Down: 900, Grade: Seizure, Until: 2000, Reason: "r", To: Routed, Source: 1, Seen: 950}
	c.Seen = max(c.Seen, r.Down+1, r.Claimed+1)
	c.At = max(c.At, r.Until)
	if r.Until != 0 {
		c.Until = r.Until + 1
	}
	return c
}

// TestEveryPair: each step is done in the states that the table names, and refused
// in all others with a sentence and a remedy, changing nothing.
func TestEveryPair(t *testing.T) {
	for s := None; s < states; s++ {
		for _, step := range Steps() {
			row := Row{Since: 500, Reason: "before"}
			to, after, err := Apply(s, row, step, good(s, &row))
			legal := slices.ContainsFunc(Table(), func(x Transition) bool { return x.Step == step && x.From.Has(s) })
			switch {
			case legal && err != nil:
				t.Errorf("%s in %s: %v", step, s, err)
			case legal && !Leads(s, to):
				t.Errorf("%s in %s leads to %s", step, s, to)
			case !legal && (!fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" || to != s || after != row):
				t.Errorf("%s in %s is not refused: %s, %+v, %v", step, s, to, after, err)
			}
		}
	}
}

// TestWords: words are found again, and no number beyond the last has one.
func TestWords(t *testing.T) {
	for s := New; s < states; s++ {
		if got, ok := ParseState(s.String()); !ok || got != s {
			t.Errorf("%d: %s", s, s)
		}
		if Possible(s) == "" {
			t.Errorf("%s says nothing", s)
		}
	}
	for g := Silence14; g < grades; g++ {
		if got, ok := ParseGrade(g.String()); !ok || got != g {
			t.Errorf("%d: %s", g, g)
		}
	}
	for _, word := range []string{"", "none", "Open", "damaged"} {
		if _, ok := ParseState(word); ok {
			t.Errorf("%q is a state", word)
		}
	}
	if State(200).String() != "damaged" || Grade(200).String() != "damaged" || Step(200).String() != "damaged" {
		t.Error("a number that nobody gave has a word")
	}
}

// TestBetterEvidenceOnly: whatever evidence comes in whatever order, a case that is
// down shows the best so far, and worse changes nothing.
func TestBetterEvidenceOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, r, best := Acting, Row{}, NoGrade
		for i := range rapid.IntRange(1, 8).Draw(t, "times") {
			g := Grade(rapid.IntRange(1, int(grades)-1).Draw(t, "grade"))
			c := &Change{At: int64(100 + i), Down: int64(50 + i), Grade: g}
			to, row, err := Apply(s, r, Verify, c)
			if g <= best {
				if !fault.Is(err, fault.Conflict) || row != r || to != s {
					t.Fatalf("%s after %s: %v", g, best, err)
				}
				continue
			}
			if err != nil || row.Grade != g || row.Down != c.Down || row.Proved != c.At {
				t.Fatalf("%s after %s: %+v, %v", g, best, row, err)
			}
			s, r, best = to, row, g
			if s == VerifiedDown && rapid.Bool().Draw(t, "close") {
				if s, r, err = Apply(s, r, Close, &Change{At: int64(100 + i), Reason: "silence"}); err != nil || r.Grade != best {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestReturn: a sighting later than what the evidence speaks for returns the case,
// one that is not later does not; the case shows it and its evidence is gone.
func TestReturn(t *testing.T) {
	walk := func(list ...any) (s State, r Row) {
		s = Reported
		for i := 0; i < len(list); i += 2 {
			c := list[i+1].(Change)
			var err error
			if s, r, err = Apply(s, r, list[i].(Step), &c); err != nil {
				t.Fatal(err)
			}
		}
		return s, r
	}
	for _, c := range []struct {
		name   string
		walk   []any
		speaks int64
	}{
		{"a claim", []any{Claim, Change{At: 100, Of: 80}}, 80},
		{"silence", []any{Verify, Change{At: 100, Down: 40, Grade: Silence14}}, 40},
		{"closed by silence", []any{Verify, Change{At: 100, Down: 40, Grade: Silence14}, Close, Change{At: 200, Reason: "silence", Grade: Silence90}}, 40},
		{"closed by a person", []any{Close, Change{At: 100, Reason: "false"}}, 100},
		{"a claim closed by a person", []any{Claim, Change{At: 100, Of: 80}, Close, Change{At: 200, Reason: "fixed"}}, 80},
		{"better evidence after closing", []any{Close, Change{At: 100, Reason: "fixed"}, Verify, Change{At: 300, Down: 60, Grade: Seizure}}, 60},
	} {
		s, r := walk(c.walk...)
		if at, ok := r.Speaks(s); !ok || at != c.speaks {
			t.Errorf("%s speaks for %d, want %d", c.name, at, c.speaks)
		}
		if _, row, err := Apply(s, r, Return, &Change{At: 400, Source: 3, Seen: c.speaks}); !fault.Is(err, fault.Conflict) || row != r {
			t.Errorf("%s: returned by a sighting that is not later", c.name)
		}
		to, row, err := Apply(s, r, Return, &Change{At: 400, Source: 3, Seen: c.speaks + 1})
		if err != nil || to != Returned || row.Returns != 1 || row.SeenSource != 3 || row.SeenAt != c.speaks+1 || row.Grade != NoGrade || row.Down != 0 {
			t.Errorf("%s: %s, %+v, %v", c.name, to, row, err)
		}
		// The same while it is held: it is open when it is released.
		to, row, err = Apply(s, r, Hold, &Change{At: 400})
		if err != nil || to != Held {
			t.Fatal(err)
		}
		was := row.Before
		if was != None && row.SeenWhileHeld(&Change{At: 500, Source: 3, Seen: c.speaks}) {
			t.Errorf("%s: seen while held by a sighting that is not later", c.name)
		}
		if was != None && !row.SeenWhileHeld(&Change{At: 500, Source: 3, Seen: c.speaks + 1}) {
			t.Errorf("%s: not seen while held", c.name)
		}
		if to, _, err = Apply(to, row, Release, &Change{At: 600}); err != nil || to != Routed {
			t.Errorf("%s: %s after the hold, %v", c.name, to, err)
		}
	}
}

// TestHoldKeepsWhatIsDown: a case that was no longer open when a hold came is again
// what it was when it is released; an open one begins anew.
func TestHoldKeepsWhatIsDown(t *testing.T) {
	for _, s := range every.States() {
		if s == Held {
			continue
		}
		to, row, err := Apply(s, Row{}, Hold, &Change{At: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, pool := range []bool{false, true} {
			want := Routed
			switch {
			case !s.Open():
				want = s
			case pool:
				want = New
			}
			if got, _, err := Apply(to, row, Release, &Change{At: 20, Pool: pool}); err != nil || got != want {
				t.Errorf("%s is %s after a hold (%v)", s, got, err)
			}
		}
	}
}

// TestFold: changes that follow one another by steps give the last state; others
// are damage.
func TestFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []record.CaseChange
		s := None
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			var can []Transition
			for _, x := range table {
				if x.From.Has(s) {
					can = append(can, x)
				}
			}
			x := rapid.SampledFrom(can).Draw(t, "step")
			to := rapid.SampledFrom(x.To).Draw(t, "to")
			list = append(list, record.CaseChange{From: uint8(s), To: uint8(to)})
			s = to
		}
		if got, err := Fold(list); err != nil || got != s {
			t.Fatalf("%s, want %s: %v", got, s, err)
		}
		if len(list) > 1 {
			i := rapid.IntRange(0, len(list)-2).Draw(t, "left out")
			if list[i].From != list[i].To {
				if got, err := Fold(slices.Delete(slices.Clone(list), i, i+1)); !fault.Is(err, fault.Corrupt) {
					t.Fatalf("a change is missing and nobody notices: %s, %v", got, err)
				}
			}
		}
	})
}
