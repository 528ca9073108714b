package stix

import (
	"encoding/hex"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/core/sharing"
	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// Bounds of the index. What comes after them counts as unknown: a marking as
// RED, a family as none, a reference as one that leads nowhere.
const (
	maxObjects  = 1 << 18
	maxMarkings = 1 << 12
	maxTargets  = 8
)

type uuid = [16]byte

// index is what is known of the objects that rows may refer to. It takes about
// 30 MB at most.
type index struct {
	spans    map[uuid]span       // newest version of indicators, observed data and observables
	names    map[uuid]string     // malware and tools
	kinds    map[uuid]rsit.Class // infrastructure whose type says what it does
	leads    map[uuid][]uuid     // what an indicator indicates, or is based on
	markings map[string]string   // TLP of a marking definition; "" for one that says nothing of sharing
	lists    map[string]bool     // the different lists of markings that rows have
}

// span is where an object stands in the text.
type span struct {
	at       int64
	modified int64
	n        int32
}

func newIndex() *index {
	return &index{spans: map[uuid]span{}, names: map[uuid]string{}, kinds: map[uuid]rsit.Class{}, leads: map[uuid][]uuid{},
		markings: map[string]string{}, lists: map[string]bool{}}
}

// uuidOf gives the UUID of an object's id.
func uuidOf(id string) (u uuid, ok bool) {
	_, text, ok := strings.Cut(id, "--")
	if !ok || len(text) != 36 {
		return u, false
	}
	n, err := hex.Decode(u[:], []byte(strings.ReplaceAll(text, "-", "")))
	return u, err == nil && n == 16
}

// add takes an object into the index, and tells whether it is one of STIX.
func (x *index) add(at int64, size int, fs []flatjson.Field) bool {
	var t thing
	if t.read(fs) != "" || t.kind == "" || !strings.Contains(t.id, "--") {
		return false
	}
	u, ok := uuidOf(t.id)
	switch t.kind {
	case "marking-definition":
		if len(x.markings) < maxMarkings {
			x.markings[t.id] = definition(fs)
		}
		return true
	case "indicator", "observed-data", "sighting":
		if len(x.lists) < maxMarkings {
			x.lists[strings.Join(t.marks, " ")] = true
		}
	}
	if !ok || len(x.spans)+len(x.names)+len(x.kinds)+len(x.leads) >= maxObjects {
		return true
	}
	switch t.kind {
	case "malware", "tool":
		if len(t.name) <= 200 {
			x.names[u] = strings.ToLower(strings.TrimSpace(t.name))
		}
	case "infrastructure":
		if c, _ := wordsOf(t.kinds, infrastructures); c != 0 {
			x.kinds[u] = c
		}
	case "relationship":
		from, a := uuidOf(t.source)
		to, b := uuidOf(t.target)
		if a && b && (t.relation == "indicates" || t.relation == "based-on") && len(x.leads[from]) < maxTargets {
			x.leads[from] = append(x.leads[from], to)
		}
	case "indicator", "observed-data", "sighting", "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "email-message", "file", "artifact",
		"x509-certificate", "autonomous-system", "network-traffic", "user-account":
		s := span{at: at, n: int32(size)}
		if m, ok := clock.ISO(t.modified); ok {
			s.modified = m.Micros
		}
		if old, twice := x.spans[u]; !twice || old.modified <= s.modified {
			x.spans[u] = s
		}
	}
	return true
}

// family gives the one malware or tool that an object leads to; of several none.
func (x *index) family(id string) string {
	u, ok := uuidOf(id)
	if !ok {
		return ""
	}
	family := ""
	for _, to := range append([]uuid{u}, x.leads[u]...) {
		switch name := x.names[to]; {
		case family == "":
			family = name
		case name != "" && name != family:
			return ""
		}
	}
	return family
}

// class gives the class of the infrastructure that an object indicates.
func (x *index) class(id string) (class rsit.Class) {
	u, ok := uuidOf(id)
	if !ok {
		return 0
	}
	for _, to := range x.leads[u] {
		c := x.kinds[to]
		if class != 0 && c != 0 && c != class {
			return 0
		}
		class = max(class, c)
	}
	return class
}

// loosest gives the loosest label of all rows; without rows AMBER.
func (x *index) loosest() sharing.TLP {
	all := make([]sharing.TLP, 0, len(x.lists))
	for list := range x.lists {
		l, err := sharing.ParseTLP(sharing.StrictestTLP(x.label(strings.Fields(list)), ""))
		if err != nil {
			l = sharing.Amber // no marking
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return sharing.Amber
	}
	return slices.Min(all)
}
