// Package feed is the contract between an input format and the ingest: bytes
// in, observations out. It owns what a format promises and what a row may
// become. It may import core; never infra, a desk or a door. Each format is a
// folder below it.
package feed

import (
	"context"
	"io"
	"net/netip"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
)

// Mode says what a row means.
type Mode uint8

const (
	// Event: each row happened at a time of its own.
	Event Mode = iota + 1
	// Snapshot: the list as of a time; a row means "present then".
	Snapshot
)

// String gives the mode's word.
func (m Mode) String() string {
	switch m {
	case Event:
		return "event"
	case Snapshot:
		return "snapshot"
	}
	return ""
}

// ParseMode finds a mode by its word.
func ParseMode(word string) (Mode, bool) {
	switch word {
	case "event":
		return Event, true
	case "snapshot":
		return Snapshot, true
	}
	return 0, false
}

// Info is what a format says of itself: `entente feed formats` and
// docs/formats.md are made of it.
type Info struct {
	Name     string   // the word for --format
	Title    string   // one line for people
	Mode     Mode     // 0: must be given with --mode
	Time     string   // where time comes from: "row", "file", "file name", "given" or several with commas
	Label    string   // default TLP label, "AMBER" unless the source says otherwise
	Verified bool     // whether it was tested against real files
	Needs    []string // options that must be given, such as "class"
}

// Options are what the person who ingests may say about a file. Zero values
// mean: not said.
type Options struct {
	Feed           string         // name of the feed; default by the format
	Report         string         // report type (shadowserver)
	Class          rsit.Class     // class of every row (list)
	Mode           Mode           // list, custom
	AsOf           time.Time      // snapshot time
	Family         string         // family of every row (list)
	FamilyFromName bool           // family is the file's base name
	Zone           *time.Location // zone of naive times; nil: such a time is rejected
	Mapping        []byte         // mapping file (custom)
	Label          string         // TLP label instead of the format's default
	Now            time.Time      // the ingest clock: times after it plus a day are wrong; zero: unchecked
}

// Input is one file, opened and unpacked.
type Input struct {
	Name    string    // path as given; for an archive's member "archive!member"
	ModTime time.Time // zero if unknown (standard input)
	Body    io.Reader // decompressed bytes; at most the named limits are read
	Options Options
}

// Meta is what a file says of itself before its first row.
type Meta struct {
	Feed     string // e.g. "shadowserver/scan_telnet", "urlhaus"
	Mode     Mode
	Snapshot time.Time // set when Mode is Snapshot
	Label    string    // TLP of its rows: CLEAR, GREEN, AMBER, AMBER+STRICT, RED
	Drift    []string  // columns that are new to us or known ones that are absent, for the account
}

// Observation is what one row says. The ingest adds feed, mode and snapshot
// time from Meta. Strings may be kept: they never change after the call.
type Observation struct {
	Time      int64       // microseconds since 1970 UTC; for a snapshot without a row time 0 (the snapshot's time counts)
	Class     rsit.Class  // ours
	Said      string      // the producer's word for the class, e.g. "vulnerable/vulnerable-system"
	Family    string      // malware family, vulnerability or service, lower case; may be empty
	Value     value.Value // what acts
	At        netip.Addr  // address the row gives for a Value that is none (a URL's host); zero if none
	Port      uint16      // 0: none said
	Transport string      // "tcp", "udp", "" ...
	Country   string      // the feed's own claim, ISO 3166 alpha-2 as the row gives it, upper case; may be no real code
	ASN       uint32      // the feed's own claim; 0: none
	Status    string      // producer's status: "online", "offline" ...
	Offline   bool        // the status says it is gone: context, no case
	Context   bool        // the producer says that it is no sign of a problem, only what stood beside one: context, no case
	Severity  string      // producer's: critical, high, medium, low, info or ""
	Label     string      // TLP of this row where it is stricter than Meta's; "": Meta's
	Details   []byte      // all other non-empty columns, one JSON object with keys in the file's order; nil if none
}

// Reason says why a row was rejected. The list is closed; its words are the
// keys of "rejected_by" in the account.
type Reason uint8

// The reasons.
const (
	BadRow      Reason = iota + 1 // not a row of this format (wrong number of columns, broken JSON)
	BadTime                       // not a time, or outside 1990 .. one day after now
	NoTime                        // the row gives no time
	NoZone                        // a time without zone and none declared
	BadValue                      // the value does not parse
	NoValue                       // the row names nothing that acts
	BadPort                       // not 1 to 65535
	LineTooLong                   // longer than MaxLine
	BadText                       // NUL bytes or other text that no format allows
	BadClass                      // a class word that no table knows
	BadPattern                    // a STIX pattern that says more than a list of values
	lastReason  = BadPattern
)

var reasonWords = [...]string{"", "bad-row", "bad-time", "no-time", "no-zone", "bad-value", "no-value", "bad-port", "line-too-long", "bad-text", "bad-class", "pattern-not-read"}

// String gives the reason's word.
func (r Reason) String() string {
	if int(r) < len(reasonWords) {
		return reasonWords[r]
	}
	return "unknown"
}

// Reasons lists all reasons.
func Reasons() []Reason {
	out := make([]Reason, 0, lastReason)
	for r := Reason(1); r <= lastReason; r++ {
		out = append(out, r)
	}
	return out
}

// MaxLine is the longest row in bytes; a longer one is rejected and skipped
// without being held in memory.
const MaxLine = 1 << 20

// Sink takes what a format reads. It is not safe for several goroutines.
type Sink interface {
	// Begin is called exactly once, before the first row. An error ends the read.
	Begin(Meta) error
	// Accept takes one row that gave one or several observations. The slice and
	// the structs are the caller's again after the call; strings and Details stay
	// with the sink and must not be written to again.
	Accept(line int64, obs []Observation) error
	// Reject takes one row that gave none. text is the row (or its first 4 KiB),
	// valid only during the call.
	Reject(line int64, why Reason, field string, text []byte) error
}

// Format reads one input format. Formats keep no state: many goroutines may
// share one.
type Format interface {
	Info() Info
	// Detect says how sure the format is that a file is its own: 0 not at all,
	// 100 certain. head is the beginning of the unpacked bytes (up to 64 KiB).
	Detect(name string, head []byte) int
	// Read calls Begin once and then Accept or Reject exactly once per row, in
	// file order. A bad row is no error. Read fails with a *Quarantine before
	// Begin when the file as a whole cannot be read as this format, otherwise
	// only when Body fails, out fails or ctx ends.
	Read(ctx context.Context, in Input, out Sink) error
}

// Describer is a Format whose feeds have files that describe the others and
// hold no rows, such as the manifest of a MISP feed. They are passed over.
type Describer interface {
	// Describes tells whether a file is such a description, by its name and its
	// beginning.
	Describes(name string, head []byte) bool
}

// Quarantine says that a file is set aside whole: nothing of it was taken.
type Quarantine struct {
	Reason string // a word: "missing-columns", "empty", "unknown-report", "not-this-format", "no-time", "needs-class" ...
	Text   string // plain sentence with the difference named
	Remedy string
}

func (q *Quarantine) Error() string { return q.Reason + ": " + q.Text }
