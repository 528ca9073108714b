package sample

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/feed"
)

// Account is what must become of the rows, in the words of the account that
// `entente surge run --json` prints.
type Account struct {
	Rows         int64            `json:"rows"`
	Accepted     int64            `json:"accepted"`
	Rejected     int64            `json:"rejected"`
	Observations int64            `json:"observations"`
	Routed       int64            `json:"routed"`
	Pooled       int64            `json:"pooled"`
	Context      int64            `json:"context"`
	Duplicate    int64            `json:"duplicate"`
	Held         int64            `json:"held"`
	Suppressed   int64            `json:"suppressed"`
	RejectedBy   map[string]int64 `json:"rejected_by"`
	SuppressedBy map[string]int64 `json:"suppressed_by"`
}

// Total is the account of the whole sample.
type Total struct {
	Account
	CasesOpened int64 `json:"cases_opened"`
	Owners      int64 `json:"owners"`
	Countries   int64 `json:"countries"`
	Quarantined int64 `json:"quarantined"`
}

// DayCount is one cell of the table of event feeds by observed day.
type DayCount struct {
	Day     string `json:"day"`
	Class   string `json:"class"`
	Outcome string `json:"outcome"`
	Count   int64  `json:"count"`
}

// Cases counts the cases and proves them with a digest.
type Cases struct {
	Count     int64            `json:"count"`
	ByOwner   map[string]int64 `json:"by_owner"`
	ByCountry map[string]int64 `json:"by_country"`
	ByClass   map[string]int64 `json:"by_class"`
	Digest    string           `json:"digest"`
	DigestOf  string           `json:"digest_of"`
}

// File is one file of the sample as it was written.
type File struct {
	Path        string `json:"path"`
	Feed        string `json:"feed"`
	Rows        int64  `json:"rows"`
	Rejected    int64  `json:"rejected"`
	CopyOf      string `json:"copy_of,omitempty"`
	Quarantined bool   `json:"quarantined,omitempty"`
}

// Truth is what truth.json holds: the outcome that docs/data-model.md demands
// for an ingest of all files with bogons on, warning lists, allow.txt, holds,
// organisations and geography of the sample in force.
type Truth struct {
	Synthetic bool               `json:"synthetic"`
	Rules     string             `json:"rules"`
	Seed      uint64             `json:"seed"`
	Days      int                `json:"days"`
	First     string             `json:"first_day"`
	Last      string             `json:"last_day"`
	Account   Total              `json:"account"`
	Feeds     map[string]Account `json:"feeds"`
	ByDay     []DayCount         `json:"event_days"`
	Cases     Cases              `json:"cases"`
	Files     []File             `json:"files"`
}

// ledger counts while rows are written.
type ledger struct {
	world *world
	feeds map[string]*Account
	days  map[dayClass]*[outcomes]int64
	cases *caseTable
	files []File
	key   []byte
	tape  *tape // what the file in hand says, when it will lie there twice
	last  dayClass
	lastN *[outcomes]int64
}

type dayClass struct {
	day   int64 // days since 1970
	class rsit.Class
}

func newLedger(w *world) *ledger {
	return &ledger{world: w, feeds: map[string]*Account{}, days: map[dayClass]*[outcomes]int64{}, cases: newCaseTable(), last: dayClass{day: -1}}
}

func (l *ledger) feed(name string) *Account {
	a := l.feeds[name]
	if a == nil {
		a = &Account{RejectedBy: map[string]int64{}, SuppressedBy: map[string]int64{}}
		l.feeds[name] = a
	}
	return a
}

func (l *ledger) reject(a *Account, why feed.Reason) {
	a.Rows++
	a.Rejected++
	a.RejectedBy[why.String()]++
	if l.tape != nil {
		l.tape.rejected[why]++
	}
}

// tape is what one file said, to count a byte-identical copy of it.
type tape struct {
	rejected map[feed.Reason]int64
	said     map[dayClass]int64
}

func newTape() *tape { return &tape{map[feed.Reason]int64{}, map[dayClass]int64{}} }

// replay counts the taped file once more: a recognised file has its rows again,
// and all its observations are duplicates.
func (l *ledger) replay(a *Account, event bool) {
	for why, n := range l.tape.rejected {
		a.Rows += n
		a.Rejected += n
		a.RejectedBy[why.String()] += n
	}
	for k, n := range l.tape.said {
		a.Rows += n
		a.Accepted += n
		a.Observations += n
		a.Duplicate += n
		if event {
			l.day(k)[duplicate] += n
		}
	}
}

// accept counts one row with one observation; again tells that its identity
// was written before.
func (l *ledger) accept(a *Account, event bool, o *obs, again bool) {
	a.Rows++
	a.Accepted++
	a.Observations++
	v := verdict{outcome: duplicate}
	if !again {
		v = l.world.judge(o)
	}
	switch v.outcome {
	case routed:
		a.Routed++
	case pooled:
		a.Pooled++
	case context_:
		a.Context++
	case duplicate:
		a.Duplicate++
	case held:
		a.Held++
	case suppressed:
		a.Suppressed++
		a.SuppressedBy[suppressWords[v.reason]]++
	}
	if event {
		l.cell(o)[v.outcome]++
	}
	if l.tape != nil {
		l.tape.said[dayClass{o.time / dayMicros, o.class}]++
	}
	if v.outcome == routed || v.outcome == pooled || v.outcome == held {
		l.key = l.world.caseKey(l.key[:0], o, v)
		l.cases.touch(l.key, o.time, v.owner, v.country, uint8(o.class))
	}
}

const dayMicros = 86400 * 1e6

func (l *ledger) cell(o *obs) *[outcomes]int64 {
	k := dayClass{o.time / dayMicros, o.class}
	if k == l.last {
		return l.lastN
	}
	l.last, l.lastN = k, l.day(k)
	return l.lastN
}

func (l *ledger) day(k dayClass) *[outcomes]int64 {
	n := l.days[k]
	if n == nil {
		n = new([outcomes]int64)
		l.days[k] = n
	}
	return n
}

func (a *Account) add(b *Account) {
	a.Rows += b.Rows
	a.Accepted += b.Accepted
	a.Rejected += b.Rejected
	a.Observations += b.Observations
	a.Routed += b.Routed
	a.Pooled += b.Pooled
	a.Context += b.Context
	a.Duplicate += b.Duplicate
	a.Held += b.Held
	a.Suppressed += b.Suppressed
	for k, n := range b.RejectedBy {
		a.RejectedBy[k] += n
	}
	for k, n := range b.SuppressedBy {
		a.SuppressedBy[k] += n
	}
}

const digestOf = "SHA-256 over one line per case, sorted by case key as bytes: key TAB owner TAB country TAB count TAB first TAB last LF; times in microseconds since 1970 UTC"

// truth closes the books. When list is not nil every case goes there, in order
// of its key, as a line of JSON.
func (l *ledger) truth(list io.Writer) (Truth, error) {
	t := Truth{Synthetic: true, Rules: "docs/data-model.md, version 1, bogons on", Feeds: map[string]Account{}, Files: l.files}
	t.Account.Account = Account{RejectedBy: map[string]int64{}, SuppressedBy: map[string]int64{}}
	for name, a := range l.feeds {
		t.Feeds[name] = *a
		t.Account.add(a)
	}
	for _, f := range l.files {
		if f.Quarantined {
			t.Account.Quarantined++
		}
	}
	for k, n := range l.days {
		day := time.Unix(k.day*86400, 0).UTC().Format(time.DateOnly)
		for i, c := range n {
			if c > 0 {
				t.ByDay = append(t.ByDay, DayCount{day, k.class.String(), outcomeWords[i], c})
			}
		}
	}
	slices.SortFunc(t.ByDay, func(a, b DayCount) int {
		return cmpStrings(a.Day, b.Day, a.Class, b.Class, a.Outcome, b.Outcome)
	})
	err := l.closeCases(&t, list)
	return t, err
}

func cmpStrings(pairs ...string) int {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] < pairs[i+1] {
			return -1
		}
		if pairs[i] > pairs[i+1] {
			return 1
		}
	}
	return 0
}

func (l *ledger) closeCases(t *Truth, list io.Writer) error {
	w := l.world
	c := Cases{Count: int64(len(l.cases.recs)), ByOwner: map[string]int64{}, ByCountry: map[string]int64{}, ByClass: map[string]int64{}, DigestOf: digestOf}
	l.cases.slots = nil // only order is needed from here on
	slices.SortFunc(l.cases.recs, func(a, b caseRec) int { return bytes.Compare(l.cases.text(&a), l.cases.text(&b)) })
	sum := sha256.New()
	out := bufio.NewWriterSize(sum, 64<<10)
	var lines *bufio.Writer
	if list != nil {
		lines = bufio.NewWriterSize(list, 256<<10)
	}
	byOwner, byCountry, byClass := make([]int64, len(w.owners)), make([]int64, len(w.words)), [256]int64{}
	var b []byte
	for i := range l.cases.recs {
		r := &l.cases.recs[i]
		byOwner[r.owner]++
		byCountry[r.country]++
		byClass[r.class]++
		key := l.cases.text(r)
		b = append(append(b[:0], key...), '\t')
		b = append(append(b, w.owners[r.owner]...), '\t')
		b = append(append(b, w.words[r.country]...), '\t')
		b = append(strconv.AppendUint(b, uint64(r.count), 10), '\t')
		b = append(strconv.AppendInt(b, r.first, 10), '\t')
		b = append(strconv.AppendInt(b, r.last, 10), '\n')
		if _, err := out.Write(b); err != nil {
			return err
		}
		if lines != nil {
			if err := writeCase(lines, key, w, r); err != nil {
				return err
			}
		}
	}
	out.Flush()
	c.Digest = hex.EncodeToString(sum.Sum(nil))
	for i, n := range byOwner {
		if n > 0 {
			c.ByOwner[w.owners[i]] = n
		}
	}
	for i, n := range byCountry {
		if n > 0 {
			c.ByCountry[w.words[i]] = n
			if i > 0 {
				t.Account.Countries++
			}
		}
	}
	for i, n := range byClass {
		if n > 0 {
			c.ByClass[rsit.Class(i).String()] = n
		}
	}
	t.Cases = c
	t.Account.CasesOpened = c.Count
	for owner := range c.ByOwner {
		if owner != poolOwner {
			t.Account.Owners++
		}
	}
	if lines != nil {
		return lines.Flush()
	}
	return nil
}

func writeCase(out *bufio.Writer, key []byte, w *world, r *caseRec) error {
	line, err := json.Marshal(struct {
		Key     string `json:"key"`
		Owner   string `json:"owner"`
		Country string `json:"country"`
		Count   uint32 `json:"count"`
		First   int64  `json:"first"`
		Last    int64  `json:"last"`
	}{string(key), w.owners[r.owner], w.words[r.country], r.count, r.first, r.last})
	if err != nil {
		return err
	}
	_, err = out.Write(append(line, '\n'))
	return err
}
