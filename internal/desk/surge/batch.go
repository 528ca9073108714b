package surge

import (
	"maps"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/desk/surge/judge"
	"entente/internal/feed"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/runs"
)

// A batch is closed by whichever bound it meets first. The bounds count rows,
// never time, so that the same input makes the same batches on every machine.
// They keep its one write transaction near 50 ms and its memory near 20 MB.
const (
	maxRows    = 16384
	maxRejects = 2048
	maxBytes   = 16 << 20
)

// entry is what a batch knows of its row of the same index beside what is
// logged of it.
type entry struct {
	ident    runs.Key
	day      int64 // days since 1970 of its partition
	scope    int32 // index into batch.scopes
	source   int32 // index into batch.sources
	outcome  Outcome
	class    rsit.Class
	rank     uint8 // severity
	keyed    bool  // it belongs to a case
	gone     bool  // it is counted and not logged: what it says must not be kept
	unlogged bool  // it is counted as any other and not logged: its time in the log is over
	asset    asset
}

// scope is where an observation's identity must be unique.
type scope struct {
	feed string
	day  int64
	list bool // of snapshots
}

// sourceKey names a source before it has a number.
type sourceKey struct{ feed, label string }

// rejected is a row that gave no observation.
type rejected struct {
	member int64
	line   int64
	row    int64 // ordinal of the row in its member
	reason feed.Reason
	field  string
	text   string
}

// batch is one unit of ingest, committed as a whole or not at all.
type batch struct {
	id         int64
	rows       []eventlog.Row
	entries    []entry // one for each row
	scopes     []scope
	scopeIndex map[scope]int32
	sources    []sourceKey
	rejects    []rejected
	reading    []*member  // members that gave rows, or were settled
	progress   []member   // their totals as the batch leaves them
	resolved   []int64    // rejects that a retry has settled
	erased     [][32]byte // raw inputs that hold an erased value
	bytes      int
	candidates int
	tally      tally
	claims     map[string]*claim
	snapshots  []snapshotKey
	listed     []listed               // rows of snapshots, in order
	offline    []offline              // rows whose producer says that it is gone
	heldBy     map[int][]judge.HoldID // rows that hold rules fit -> those rules; nil if there is none
}

type claim struct{ compared, disagreed int64 }

func newBatch() *batch {
	return &batch{rows: make([]eventlog.Row, 0, maxRows), entries: make([]entry, 0, maxRows), claims: map[string]*claim{}, scopeIndex: map[scope]int32{}}
}

// reset empties the batch for another use under a new number.
func (b *batch) reset(id int64) *batch {
	*b = batch{id: id, rows: b.rows[:0], entries: b.entries[:0], scopes: b.scopes[:0], sources: b.sources[:0], snapshots: b.snapshots[:0], listed: b.listed[:0], offline: b.offline[:0], claims: b.claims, scopeIndex: b.scopeIndex}
	clear(b.claims)
	clear(b.scopeIndex)
	return b
}

// grow makes room beyond the bound: one row may give many observations.
func (b *batch) grow() {
	b.rows = append(b.rows, make([]eventlog.Row, 64)...)[:len(b.rows)]
	b.entries = append(b.entries, make([]entry, cap(b.rows)-len(b.entries))...)[:len(b.entries)]
}

func (b *batch) full() bool {
	return len(b.rows) >= maxRows || len(b.rejects) >= maxRejects || b.bytes >= maxBytes
}

func (b *batch) empty() bool {
	return len(b.rows) == 0 && len(b.rejects) == 0 && len(b.reading) == 0
}

// scopeOf interns (feed, day).
func (b *batch) scopeOf(s scope) int32 {
	if n := len(b.scopes); n > 0 && b.scopes[n-1] == s {
		return int32(n - 1)
	}
	if i, ok := b.scopeIndex[s]; ok {
		return i
	}
	i := int32(len(b.scopes))
	b.scopes = append(b.scopes, s)
	b.scopeIndex[s] = i
	return i
}

func (b *batch) sourceOf(s sourceKey) int32 {
	for i := len(b.sources) - 1; i >= 0; i-- {
		if b.sources[i] == s {
			return int32(i)
		}
	}
	b.sources = append(b.sources, s)
	return int32(len(b.sources) - 1)
}

// hold notes the rules that the last row fits.
func (b *batch) hold(rules []judge.HoldID) {
	if b.heldBy == nil {
		b.heldBy = map[int][]judge.HoldID{}
	}
	b.heldBy[len(b.rows)-1] = rules
}

// note makes the batch record m's totals.
func (b *batch) note(m *member) {
	if n := len(b.reading); n > 0 && b.reading[n-1] == m {
		return
	}
	b.reading = append(b.reading, m)
}

// seal takes the totals; after it the batch belongs to the next stage.
func (b *batch) seal() {
	for _, m := range b.reading {
		total := *m
		total.rejected = maps.Clone(m.rejected)
		b.progress = append(b.progress, total)
	}
	b.reading = nil
}

var errStopped = fault.New(fault.Stopped, "stopped at the end of a batch", "run the same command again: it goes on where it stopped")
