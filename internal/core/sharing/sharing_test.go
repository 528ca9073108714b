package sharing_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/core/sharing"
)

func label() *rapid.Generator[sharing.Label] {
	return rapid.Custom(func(t *rapid.T) sharing.Label {
		codes := rapid.SliceOfN(rapid.SampledFrom([]string{"H1", "H2", "NO-COURT", "EYES"}), 0, 3).Draw(t, "codes")
		l, err := sharing.MakeLabel(sharing.TLP(rapid.IntRange(0, 5).Draw(t, "tlp")), sharing.PAP(rapid.IntRange(0, 4).Draw(t, "pap")), codes...)
		if err != nil {
			t.Fatal(err)
		}
		return l
	})
}

func TestLabelsPrintAndParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := label().Draw(t, "label")
		for _, text := range []string{l.String(), strings.ToLower(l.String()), "  " + l.String() + " "} {
			again, err := sharing.ParseLabel(text)
			if err != nil || again != l {
				t.Fatalf("%q: %v, %v", text, again, err)
			}
		}
	})
}

// TestStrictest: the composition of labels has one result in any order, never
// gives up a restriction, and adds none.
func TestStrictest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := label().Draw(t, "a"), label().Draw(t, "b"), label().Draw(t, "c")
		ab := sharing.Strictest(a, b)
		switch {
		case ab != sharing.Strictest(b, a), sharing.Strictest(a, a) != a, sharing.Strictest(a, sharing.Label{}) != a,
			sharing.Strictest(ab, c) != sharing.Strictest(a, sharing.Strictest(b, c)):
			t.Fatalf("%v and %v: order matters", a, b)
		case !ab.AtLeast(a), !ab.AtLeast(b):
			t.Fatalf("%v is less strict than %v or %v", ab, a, b)
		case ab.TLP != a.TLP && ab.TLP != b.TLP, ab.PAP != a.PAP && ab.PAP != b.PAP:
			t.Fatalf("%v comes from neither %v nor %v", ab, a, b)
		}
		for _, code := range ab.Codes() {
			if !slices.Contains(a.Codes(), code) && !slices.Contains(b.Codes(), code) {
				t.Fatalf("%s comes from nowhere", code)
			}
		}
	})
}

func TestStrictestTLPByWord(t *testing.T) {
	for _, c := range [][3]string{
		{"CLEAR", "AMBER", "AMBER"}, {"AMBER+STRICT", "AMBER", "AMBER+STRICT"}, {"tlp:green", "", "GREEN"},
		{"", "", ""}, {"WHITE", "CLEAR", "CLEAR"}, {"AMBER", "nonsense", "RED"},
	} {
		if got := sharing.StrictestTLP(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, text := range []string{"TLP:BLUE", "PAP:AMBER+STRICT", "TLP:RED TLP:RED", "AMBER GREEN", "PAP:RED PAP:RED", "h1,,h2", "H_1", strings.Repeat("X", 33)} {
		if l, err := sharing.ParseLabel(text); !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
			t.Errorf("%q: %v, %v", text, l, err)
		}
	}
}

func FuzzParseLabel(f *testing.F) {
	f.Add("TLP:AMBER+STRICT PAP:GREEN H1,H2")
	f.Add("amber")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := sharing.ParseLabel(text)
		if err != nil {
			return
		}
		if again, err := sharing.ParseLabel(l.String()); err != nil || again != l {
			t.Fatalf("%q gives %q, which gives %v, %v", text, l, again, err)
		}
	})
}

var (
	orgs        = []sharing.OrgID{"a", "b", "c"}
	persons     = []sharing.PersonID{"p", "q"}
	communities = []sharing.CommunityID{"x", "y"}
)

func some[T any](t *rapid.T, all []T, name string) []T {
	return rapid.SliceOfN(rapid.SampledFrom(all), 0, 2).Draw(t, name)
}

func audience() *rapid.Generator[sharing.AudienceSet] {
	return rapid.Custom(func(t *rapid.T) sharing.AudienceSet {
		return sharing.AudienceSet{Orgs: some(t, orgs, "orgs"), Persons: some(t, persons, "persons"),
			Communities: some(t, communities, "communities"), Public: rapid.IntRange(0, 3).Draw(t, "public") == 0}
	})
}

func viewer() *rapid.Generator[sharing.Viewer] {
	return rapid.Custom(func(t *rapid.T) sharing.Viewer {
		if rapid.IntRange(0, 20).Draw(t, "local") == 0 {
			return sharing.LocalOperator()
		}
		return sharing.Viewer{Orgs: some(t, orgs, "orgs"), Person: rapid.SampledFrom([]sharing.PersonID{"", "p", "q"}).Draw(t, "person"),
			Communities: some(t, communities, "communities")}
	})
}

// TestDecideAndFilterAgree holds the rule for one item against the rule for
// lists, over random worlds.
func TestDecideAndFilterAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets := map[sharing.SetID]sharing.AudienceSet{}
		for i := range rapid.IntRange(0, 5).Draw(t, "sets") {
			sets[sharing.SetID(i+1)] = audience().Draw(t, "set")
		}
		it := sharing.Item{Owner: rapid.SampledFrom(orgs).Draw(t, "owner"), Label: label().Draw(t, "label")}
		var ids []sharing.SetID
		for id := range sharing.SetID(len(sets)) {
			if rapid.Bool().Draw(t, "addressed") {
				ids = append(ids, id+1)
				it.Audience = append(it.Audience, sets[id+1])
			}
		}
		who := viewer().Draw(t, "who")
		want := sharing.Decide(who, sharing.See, it)
		if got := sharing.NewFilter(who, sets).Allows(it.Owner, it.Label.TLP, ids); got != want.Allowed {
			t.Fatalf("filter %v, rule %+v: %+v of %+v", got, want, who, it)
		}
		// Whoever may do more may see, and nobody may do more than the owner.
		for _, act := range []sharing.Act{sharing.Check, sharing.Block, sharing.Rerelease, sharing.Relabel} {
			d := sharing.Decide(who, act, it)
			if d.Allowed && !want.Allowed {
				t.Fatalf("may do %d and may not see", act)
			}
			if !d.Allowed && d.Reason == "" {
				t.Fatal("a refusal without a reason for the log")
			}
		}
		// A stricter label never shows more.
		stricter := it
		stricter.Label = sharing.Strictest(it.Label, label().Draw(t, "more"))
		if it.Label.TLP != sharing.NoTLP && sharing.Decide(who, sharing.See, stricter).Allowed && !want.Allowed {
			t.Fatalf("seen under %v, not under %v", stricter.Label, it.Label)
		}
	})
}

// TestReleasedIsSeen: what MayAdd lets be released to a set is seen by every
// member of it.
func TestReleasedIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s, owner := label().Draw(t, "label"), audience().Draw(t, "set"), rapid.SampledFrom(orgs).Draw(t, "owner")
		if sharing.MayAdd(l, owner, s) != nil {
			return
		}
		it := sharing.Item{Owner: owner, Label: l, Audience: []sharing.AudienceSet{s}}
		var members []sharing.Viewer
		for _, o := range s.Orgs {
			members = append(members, sharing.Viewer{Orgs: []sharing.OrgID{o}})
		}
		for _, p := range s.Persons {
			members = append(members, sharing.Viewer{Person: p})
		}
		for _, c := range s.Communities {
			members = append(members, sharing.Viewer{Communities: []sharing.CommunityID{c}})
		}
		if s.Public {
			members = append(members, sharing.Viewer{})
		}
		for _, m := range members {
			if d := sharing.Decide(m, sharing.See, it); !d.Allowed {
				t.Fatalf("%+v may not see %+v: %s", m, it, d.Reason)
			}
		}
	})
}

// TestRule spells out the cases that people ask about.
func TestRule(t *testing.T) {
	toB := []sharing.AudienceSet{{Orgs: []sharing.OrgID{"b"}, Persons: []sharing.PersonID{"p"}}}
	b, p, stranger := sharing.Viewer{Orgs: []sharing.OrgID{"b"}}, sharing.Viewer{Person: "p"}, sharing.Viewer{Orgs: []sharing.OrgID{"c"}}
	owner := sharing.Viewer{Orgs: []sharing.OrgID{"a"}}
	for _, c := range []struct {
		name string
		who  sharing.Viewer
		act  sharing.Act
		tlp  sharing.TLP
		pap  sharing.PAP
		want bool
	}{
		{"AMBER reaches the organisation", b, sharing.See, sharing.Amber, 0, true},
		{"RED reaches named persons only", b, sharing.See, sharing.Red, 0, false},
		{"RED reaches the named person", p, sharing.See, sharing.Red, 0, true},
		{"RED reaches its owner", owner, sharing.See, sharing.Red, 0, true},
		{"no label counts as RED", b, sharing.See, sharing.NoTLP, 0, false},
		{"CLEAR is not public by itself", stranger, sharing.See, sharing.Clear, 0, false},
		{"the local operator sees all", sharing.LocalOperator(), sharing.See, sharing.Red, 0, true},
		{"PAP:GREEN allows blocking", b, sharing.Block, sharing.Amber, sharing.PAPGreen, true},
		{"PAP:AMBER allows passive checks", b, sharing.Check, sharing.Amber, sharing.PAPAmber, true},
		{"PAP:AMBER forbids blocking", b, sharing.Block, sharing.Amber, sharing.PAPAmber, false},
		{"PAP:RED forbids passive checks", b, sharing.Check, sharing.Amber, sharing.PAPRed, false},
		{"only the originator releases again", b, sharing.Rerelease, sharing.Amber, 0, false},
		{"the originator releases again", owner, sharing.Rerelease, sharing.Amber, 0, true},
	} {
		l, _ := sharing.MakeLabel(c.tlp, c.pap)
		if d := sharing.Decide(c.who, c.act, sharing.Item{Owner: "a", Label: l, Audience: toB}); d.Allowed != c.want {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}
