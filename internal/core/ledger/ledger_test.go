package ledger_test

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/core/ledger"
)

func base() ledger.Act {
	return ledger.Act{
		Time: 1_795_000_000_123_456, Node: [16]byte{0: 0xaa, 6: 0x40, 8: 0x80, 15: 1}, Actor: ledger.LocalOperator,
		Org: "cert-xx", Verb: "case.report", Item: [16]byte{15: 9}, Body: json.RawMessage(`{"n": 3.0, "b": ["x", "<"]}`),
	}
}

// TestCanonicalBytes fixes the bytes: a chain written today must verify for
// ever.
func TestCanonicalBytes(t *testing.T) {
	a, head, err := ledger.Head{}.Link(base())
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"actor":"local operator","body":{"b":["x","<"],"n":3},"commitment":"","id":"01a1ee56-5e7b-71c2-9e2f-735c997d5ad9",` +
		`"item":"00000000000000000000000000000009","node":"aa000000-0000-4000-8000-000000000001","org":"cert-xx",` +
		`"prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,"time":1795000000123456,"v":1,"verb":"case.report"}`
	if string(c) != want {
		t.Errorf("canonical bytes\n got %s\nwant %s", c, want)
	}
	const hash = "00e284ec691bb5e04cf9c8b1ec514ee3d327512fcf046d3876f1365d58675a35"
	if got := hex.EncodeToString(head.Hash[:]); got != hash {
		t.Errorf("hash %s, want %s", got, hash)
	}
	if a.ID[6]>>4 != 7 || a.ID[8]>>6 != 2 {
		t.Errorf("%s is no UUID of version 7", a.ID)
	}
}

func chain(t *rapid.T, n int) (acts []ledger.Act, head ledger.Head) {
	for range n {
		a := base()
		a.Time += rapid.Int64Range(0, 1000).Draw(t, "later")
		a.Verb = rapid.SampledFrom([]string{"case.report", "org.import"}).Draw(t, "verb")
		if rapid.Bool().Draw(t, "commits") {
			a.Commit = ledger.Commitment(make([]byte, 16), []byte{byte(len(acts))})
		}
		if rapid.Bool().Draw(t, "no body") {
			a.Body = nil
		}
		var err error
		if a, head, err = head.Link(a); err != nil {
			t.Fatal(err)
		}
		acts = append(acts, a)
	}
	return acts, head
}

// TestChain: an untouched chain verifies, whole and in parts; any change of any
// act, a missing one, a doubled one and two in the wrong order are found.
func TestChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		acts, head := chain(t, rapid.IntRange(3, 8).Draw(t, "n"))
		if got, err := ledger.Verify(ledger.Head{}, acts); err != nil || got != head {
			t.Fatalf("%v, %v", got, err)
		}
		cut := rapid.IntRange(1, len(acts)-1).Draw(t, "cut")
		half, err := ledger.Verify(ledger.Head{}, acts[:cut])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ledger.Verify(half, acts[cut:]); err != nil || got != head {
			t.Fatalf("in two parts: %v, %v", got, err)
		}
		ids := map[ledger.ID]bool{}
		for _, a := range acts {
			ids[a.ID] = true
		}
		if len(ids) != len(acts) {
			t.Fatal("two acts have one id")
		}

		bad := slices.Clone(acts)
		i := rapid.IntRange(0, len(acts)-1).Draw(t, "which")
		switch rapid.IntRange(0, 9).Draw(t, "how") {
		case 0:
			bad[i].Time++
		case 1:
			bad[i].Verb = "case.other"
		case 2:
			bad[i].Item[3]++
		case 3:
			bad[i].Commit[3]++
		case 4:
			bad[i].Body = json.RawMessage(`{"n":4}`)
		case 5:
			bad[i].Org = ""
		case 6:
			bad[i].ID[3]++
		case 7:
			bad[i].Actor = "person:x"
		case 8:
			bad[i].Node[3]++
		case 9:
			bad[i].Prev[3]++
		}
		if got, err := ledger.Verify(ledger.Head{}, bad); err == nil && got == head {
			t.Fatal("a changed act was not found")
		}
		i = rapid.IntRange(0, len(acts)-2).Draw(t, "at")
		swapped := slices.Clone(acts)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		for name, bad := range map[string][]ledger.Act{
			"missing": slices.Delete(slices.Clone(acts), i, i+1),
			"doubled": slices.Insert(slices.Clone(acts), i, acts[i]),
			"swapped": swapped,
		} {
			if _, err := ledger.Verify(ledger.Head{}, bad); !fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for name, change := range map[string]func(*ledger.Act){
		"verb without a thing":  func(a *ledger.Act) { a.Verb = "report" },
		"unknown kind of actor": func(a *ledger.Act) { a.Actor = "root" },
		"no time":               func(a *ledger.Act) { a.Time = 0 },
		"no node":               func(a *ledger.Act) { a.Node = [16]byte{} },
		"organisation in words": func(a *ledger.Act) { a.Org = "The Police" },
		"body no object":        func(a *ledger.Act) { a.Body = json.RawMessage(`[1]`) },
		"body a text":           func(a *ledger.Act) { a.Body = json.RawMessage(`"x"`) },
		"body twice":            func(a *ledger.Act) { a.Body = json.RawMessage(`{} {}`) },
		"body cut":              func(a *ledger.Act) { a.Body = json.RawMessage(`{"a":`) },
		"an address":            func(a *ledger.Act) { a.Body = json.RawMessage(`{"a":["192.0.2.1"]}`) },
		"an IPv6 network":       func(a *ledger.Act) { a.Body = json.RawMessage(`{"a":{"b":"2001:db8::/32"}}`) },
		"an e-mail as key":      func(a *ledger.Act) { a.Body = json.RawMessage(`{"x@example.org":1}`) },
		"a URL":                 func(a *ledger.Act) { a.Body = json.RawMessage(`{"a":"http://example.org"}`) },
	} {
		a := base()
		change(&a)
		if err := a.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := base().Check(); err != nil {
		t.Error(err)
	}
}

func TestCommitment(t *testing.T) {
	s1, s2 := make([]byte, 16), append(make([]byte, 15), 1)
	if a := ledger.Commitment(s1, []byte("x")); a == ledger.Commitment(s2, []byte("x")) || a == ledger.Commitment(s1, []byte("y")) || a != ledger.Commitment(s1, []byte("x")) {
		t.Error("a commitment does not depend on salt and data")
	}
	defer func() {
		if recover() == nil {
			t.Error("a short salt was taken")
		}
	}()
	ledger.Commitment(nil, nil)
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"c"}],"d":1e300}`))
	f.Add([]byte(`{"a":"\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a := base()
		a.Body = body
		if a.Check() != nil {
			return
		}
		c, err := a.Canonical()
		if err != nil {
			return // JSON that has no canonical form, such as a number out of range
		}
		var back struct{ Body json.RawMessage }
		if err := json.Unmarshal(c, &back); err != nil {
			t.Fatalf("%q gives %q: %v", body, c, err)
		}
		a.Body = back.Body
		if again, err := a.Canonical(); err != nil || string(again) != string(c) {
			t.Fatalf("%q gives %q, then %q, %v", body, c, again, err)
		}
	})
}
