// Package judge owns what becomes of an observation before it is routed:
// suppressed by address space that is nobody's, by a warning list whose table
// row says so or by the operator's allow list; held by a hold rule; or passed
// on, with the warning lists it is on as annotations. It owns the shipped
// table, the bogon list and the hold rules' table. It may import core, feed,
// infra/store and infra/warnlist; never another part of the surge.
package judge

import (
	"net/netip"
	"time"

	"entente/internal/core/value"
	"entente/internal/feed"
	"entente/internal/infra/warnlist"
)

// Outcome is what the judge decides.
type Outcome uint8

// The outcomes.
const (
	Pass Outcome = iota
	Suppressed
	Held
)

// String gives the outcome's word.
func (o Outcome) String() string {
	switch o {
	case Suppressed:
		return "suppressed"
	case Held:
		return "held"
	}
	return "pass"
}

// Reasons for suppressing; a warning list's is ReasonList and its name, a hold
// rule's ReasonHold and its number.
const (
	ReasonBogon = "bogon"
	ReasonAllow = "allowlist"
	ReasonList  = "warninglist:"
	ReasonHold  = "hold:"
)

// Coverer tells whether the geography in use knows a network around an address.
type Coverer interface{ Covers(netip.Addr) bool }

// Config is what a Judge decides by. Zero fields decide nothing.
type Config struct {
	Bogons    bool    // suppress bogon and documentation space
	Geography Coverer // space that it covers is no bogon
	Lists     *warnlist.Lists
	Table     *Table // nil: the shipped table
	Allow     *Allow
	Holds     []Hold
}

// Judge decides. It never changes: many goroutines may share one.
type Judge struct {
	bogons bool
	geo    Coverer
	lists  *warnlist.Lists
	rules  [][]rule // by list
	words  []string // "warninglist:NAME" by list
	allow  *Allow
	holds  *holds
}

// New makes a Judge.
func New(cfg Config) (*Judge, error) {
	j := &Judge{bogons: cfg.Bogons, geo: cfg.Geography, allow: cfg.Allow}
	if cfg.Lists != nil && cfg.Lists.Len() > 0 {
		table := cfg.Table
		if table == nil {
			var err error
			if table, err = Shipped(); err != nil {
				return nil, err
			}
		}
		j.lists = cfg.Lists
		for _, info := range cfg.Lists.All() {
			j.rules = append(j.rules, table.rulesOf(info.List))
			j.words = append(j.words, ReasonList+info.List)
		}
	}
	if len(cfg.Holds) > 0 {
		var err error
		if j.holds, err = newHolds(cfg.Holds); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// Bogons tells whether bogon and documentation space is suppressed.
func (j *Judge) Bogons() bool { return j.bogons }

// Verdict decides one observation that is no duplicate and no context. host is
// its name (a domain itself, the host of a URL, the domain of an e-mail), addr
// and code the address and country it was located by; now is the ingest's
// clock. reason is empty for Pass. annotations name the warning lists it is on;
// the slice is nil when there is none, and the texts may be kept. It allocates
// only for annotations.
func (j *Judge) Verdict(o *feed.Observation, host value.Value, addr netip.Addr, code string, now time.Time) (out Outcome, reason string, annotations []string) {
	if j.bogons && addr.IsValid() && Bogon(addr) != "" && (j.geo == nil || !j.geo.Covers(addr)) {
		return Suppressed, ReasonBogon, nil
	}
	if j.lists != nil {
		if reason, annotations = j.listed(o, host, addr); reason != "" {
			return Suppressed, reason, annotations
		}
	}
	if j.allow != nil && j.allow.fits(o.Value, host, addr) {
		return Suppressed, ReasonAllow, annotations
	}
	if j.holds != nil {
		if reason := j.holds.find(o, host, addr, code, now); reason != "" {
			return Held, reason, annotations
		}
	}
	return Pass, "", annotations
}

// listed gives the reason of the first list that suppresses, and all lists.
func (j *Judge) listed(o *feed.Observation, host value.Value, addr netip.Addr) (reason string, annotations []string) {
	var buf [16]warnlist.Hit
	hits := j.lists.Match(o.Value, host, addr, buf[:0])
	if len(hits) == 0 {
		return "", nil
	}
	annotations = make([]string, 0, len(hits))
	for i := range hits {
		h := &hits[i]
		word := j.words[h.ID]
		if !contains(annotations, word) {
			annotations = append(annotations, word)
		}
		if h.On != warnlist.OnValue || o.Class.Victim() {
			continue
		}
		if (reason == "" || word < reason) && suppresses(j.rules[h.ID], o, h.Exact) {
			reason = word
		}
	}
	return reason, annotations
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
