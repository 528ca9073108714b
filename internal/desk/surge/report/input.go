package report

import (
	"context"
	"iter"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge/stats"
	"entente/internal/infra/eventlog"
)

// Case is what a report shows of one case.
type Case struct {
	ID        string // 32 hexadecimal digits
	Class     rsit.Class
	Family    string
	Kind      string // kind of Value; "network" for a case by network, where Value is "AS64496" or "192.0.2.0/24"
	Value     string // canonical text of the asset
	Port      uint16
	Transport string
	Country   string // alpha-2 or ""
	ASN       uint32
	Network   string
	Owner     string // organisation id
	Basis     string // domain, prefix, asn, country, cctld, claimed, none
	State     string
	Severity  string // highest that a producer gave, or ""
	Label     string // strictest TLP of its sources
	First     int64  // microseconds UTC
	Last      int64
	Count     int64    // observations
	Sources   []string // feeds, sorted
}

// Owner is an organisation as a report names it.
type Owner struct {
	ID, Name, Kind, Country string
}

// Grouping is the order in which cases are asked for.
type Grouping uint8

// The two groupings.
const (
	ByCountry Grouping = iota
	ByOwner
)

// Source gives what is reported. Held cases never appear, nor does any
// observation of a case that is held now, whatever its own outcome was. Orders
// are total and the same for the same content: cases by group, class word, id;
// observations in the order of the log. A value yielded may be used again by
// the Source after the next one is asked for; its strings may not change.
// Write reads Cases in both groupings and Observations at the same time, each
// once, from three goroutines, and calls Owner from any of them.
type Source interface {
	Cases(ctx context.Context, by Grouping) iter.Seq2[*Case, error]
	Observations(ctx context.Context) iter.Seq2[*eventlog.Row, error]
	Owner(ctx context.Context, id string) (Owner, error)
}

// Account is what became of the rows, as --json prints it.
type Account struct {
	Rows           int64            `json:"rows"`
	Accepted       int64            `json:"accepted"`
	Rejected       int64            `json:"rejected"`
	Observations   int64            `json:"observations"`
	Routed         int64            `json:"routed"`
	Pooled         int64            `json:"pooled"`
	Context        int64            `json:"context"`
	Duplicate      int64            `json:"duplicate"`
	Held           int64            `json:"held"`
	Suppressed     int64            `json:"suppressed"`
	RejectedBy     map[string]int64 `json:"rejected_by"`
	SuppressedBy   map[string]int64 `json:"suppressed_by"`
	CasesOpened    int64            `json:"cases_opened"`
	CasesSeenAgain int64            `json:"cases_seen_again"`
	Owners         int64            `json:"owners"`
	Countries      int64            `json:"countries"`
	Batches        int64            `json:"batches"`
	Quarantined    int64            `json:"quarantined"`
	Seconds        float64          `json:"seconds"`
}

// FeedFigures is one feed's share of the account.
type FeedFigures struct {
	Feed, Mode, Label             string
	Rows, Observations, Cases     int64
	First, Last                   int64 // observed times, microseconds
	ClaimCompared, ClaimDisagreed int64 // rows where both we and the feed name a country
	Drift                         []string
}

// Options say what is written and how.
type Options struct {
	Dir          string    // folder to write; made when absent
	Surge        string    // name
	Opened       time.Time // when the surge's denominators were frozen
	Now          time.Time // as-of time on every page
	Node         string    // name of the node
	NodeID       string    // UUID of the node's STIX identity
	Contact      string    // e-mail address that XARF reports name as their sender; "" writes none
	Denominators Account   // frozen at the surge's start
	Account      Account   // of this run
	Feeds        []FeedFigures
	Geography    string // "geo-whois-asn-country 2.3.2026061719, 159 days old"
	GeographyAge time.Duration
	Version      string // of the program
	// Stats is what became of the cases as of Now; nil where nobody was told of any.
	Stats *stats.Result
}
