package sample

import (
	"entente/internal/core/rsit"
	"entente/internal/feed"
)

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
	rows     int64 // accepted ones
	rejected map[feed.Reason]int64
	said     map[dayClass]int64
}

func newTape() *tape {
	return &tape{rejected: map[feed.Reason]int64{}, said: map[dayClass]int64{}}
}

// replay counts the taped file once more: a recognised file has its rows again,
// and all its observations are duplicates.
func (l *ledger) replay(a *Account, event bool) {
	for why, n := range l.tape.rejected {
		a.Rows += n
		a.Rejected += n
		a.RejectedBy[why.String()] += n
	}
	a.Rows += l.tape.rows
	a.Accepted += l.tape.rows
	for k, n := range l.tape.said {
		a.Observations += n
		a.Duplicate += n
		if event {
			l.day(k)[duplicate] += n
		}
	}
}

// accept counts one row with all that it says; again tells that it was written
// before.
func (l *ledger) accept(a *Account, event bool, o *obs, again bool) {
	l.row(a)
	l.observe(a, event, o, again)
	for i := range o.more {
		l.observe(a, event, &o.more[i], again)
	}
}

// row counts one row that is accepted.
func (l *ledger) row(a *Account) {
	a.Rows++
	a.Accepted++
	if l.tape != nil {
		l.tape.rows++
	}
}

// observe counts one observation; again tells that its identity was written
// before.
func (l *ledger) observe(a *Account, event bool, o *obs, again bool) {
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
		l.cases.touch(l.key, o.time, o.asOf, v.owner, v.country, uint8(o.class))
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
