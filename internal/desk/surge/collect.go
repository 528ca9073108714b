package surge

import (
	"context"
	"errors"
	"strings"
	"time"

	"entente/internal/core/value"
	"entente/internal/desk/surge/judge"
	"entente/internal/desk/surge/locate"
	"entente/internal/desk/surge/route"
	"entente/internal/feed"
	"entente/internal/infra/erasure"
	"entente/internal/infra/eventlog"
)

const microsPerDay = int64(24 * time.Hour / time.Microsecond)

// errRecognised ends the reading of a member whose rows are all logged already.
var errRecognised = errors.New("recognised")

// collector is the feed.Sink of one run: it locates, judges and routes each
// observation and gathers them into batches. One goroutine uses it.
type collector struct {
	ctx      context.Context
	geo      *locate.Geography
	judge    *judge.Judge
	router   *route.Router
	keys     *keyer
	ages     *ages
	erased   *erasure.Finder // nil: nothing was erased
	now      time.Time
	send     func(*batch) error // hands a full batch on
	fresh    func() *batch      // gives one that is free
	begin    func(*member, feed.Meta) error
	nextID   int64
	batch    *batch
	ident    *identifier
	member   *member // being read
	meta     feed.Meta
	snapshot int64
	seen     int64        // rows of the member so far
	rows     int64        // rows taken by this process
	only     *openRejects // retry: the rows to be read; nil reads all
	again    bool         // a replay: what the log no longer keeps counts in its case
	broken   error        // why nothing more can be taken; no fault of the input
}

// start turns to the next member.
func (c *collector) start(m *member) { c.member, c.seen, c.only = m, 0, nil }

// Begin takes what the file says of itself.
func (c *collector) Begin(meta feed.Meta) error {
	c.meta, c.snapshot = meta, 0
	if meta.Mode == feed.Snapshot {
		c.snapshot = meta.Snapshot.UnixMicro()
	}
	err := c.begin(c.member, meta)
	if err != nil && !errors.Is(err, errRecognised) {
		c.broken = err
	}
	return err
}

// Accept takes one row that gave observations.
func (c *collector) Accept(line int64, obs []feed.Observation) error {
	id, mine, err := c.mine()
	if err != nil || !mine {
		return err
	}
	for i := range obs {
		if len(c.batch.rows) == cap(c.batch.rows) {
			c.batch.grow()
		}
		c.observe(line, &obs[i])
	}
	c.member.accepted++
	c.member.observations += int64(len(obs))
	if id != 0 {
		c.batch.resolved = append(c.batch.resolved, id)
	}
	return c.row()
}

// Reject takes one row that gave none.
func (c *collector) Reject(line int64, why feed.Reason, field string, text []byte) error {
	if _, mine, err := c.mine(); err != nil || !mine {
		return err
	}
	c.member.rejected[why.String()]++
	if c.only == nil {
		if len(text) > 4096 {
			text = text[:4096]
		}
		c.batch.rejects = append(c.batch.rejects, rejected{c.member.id, line, c.seen, why, c.without(c.member.raw, field), c.without(c.member.raw, string(text))})
		c.batch.bytes += len(text)
	}
	return c.row()
}

// mine counts the row and tells whether it is to be taken: rows that an earlier
// try committed, and in a retry rows that were never rejected, are passed over.
func (c *collector) mine() (reject int64, ok bool, err error) {
	c.seen++
	if c.seen <= c.member.skip {
		return 0, false, nil
	}
	if c.only == nil {
		return 0, true, nil
	}
	if reject, ok, err = c.only.find(c.seen); err != nil {
		c.broken = err
	}
	return reject, ok, err
}

func (c *collector) row() error {
	c.member.rows = c.seen
	c.batch.note(c.member)
	c.rows++
	if !c.batch.full() {
		return nil
	}
	return c.flush()
}

// flush hands the batch on and begins the next.
func (c *collector) flush() error {
	if c.batch.empty() {
		return nil
	}
	if err := c.ctx.Err(); err != nil {
		return errStopped
	}
	full := c.batch
	c.cleanse(full)
	full.seal()
	c.nextID++
	if err := c.send(full); err != nil {
		c.broken = err
		return err
	}
	c.batch = c.fresh().reset(c.nextID)
	return nil
}

// takeID gives a number to a batch that is made beside the reading. The batch at
// hand must be empty; it gets the next one.
func (c *collector) takeID() int64 {
	id := c.nextID
	c.nextID++
	c.batch.id = c.nextID
	return id
}

// observe turns one observation into an entry of the batch.
func (c *collector) observe(line int64, o *feed.Observation) {
	b := c.batch
	n := len(b.rows)
	b.rows, b.entries = b.rows[:n+1], b.entries[:n+1]
	r, e := &b.rows[n], &b.entries[n]
	*r, *e = eventlog.Row{}, entry{class: o.Class}
	o.Family = printable(o.Family)
	at := c.geo.Locate(o)

	r.Feed, r.Mode, r.Observed, r.Snapshot = c.meta.Feed, c.meta.Mode.String(), o.Time, c.snapshot
	if r.Observed == 0 {
		r.Observed = c.snapshot
	}
	r.Class, r.Said, r.Family = o.Class.String(), o.Said, o.Family
	r.Kind, r.Value, r.Addr = o.Value.Kind().String(), o.Value.String(), at.Addr
	r.Port, r.Transport = o.Port, o.Transport
	r.Country, r.CountryBasis = at.Country, at.CountryBasis
	r.ASN, r.Prefix, r.Network = at.ASN, at.Prefix, at.Network
	r.ClaimedCountry, r.ClaimedASN = o.Country, o.ASN
	r.Status, r.Severity, r.Details = o.Status, o.Severity, o.Details
	r.Raw, r.Line, r.Label = c.member.raw, line, strictest(c.meta.Label, o.Label)
	e.rank = severityRank(o.Severity)
	c.compareClaim(o, &at)

	day := r.Observed
	if c.snapshot != 0 {
		day = c.snapshot
	}
	e.day = floorDiv(day, microsPerDay)
	e.scope = b.scopeOf(scope{c.meta.Feed, e.day, c.snapshot != 0})
	e.source = b.sourceOf(sourceKey{c.meta.Feed, r.Label})
	e.ident = c.ident.of(o, r)
	if c.snapshot != 0 {
		b.list(snapshotKey{c.meta.Feed, c.snapshot}, c.ident.listingKey(r))
	}
	b.bytes += len(o.Details) + len(r.Value) + 64
	c.decide(r, e, o, &at)
}

// decide gives the entry its outcome and, where it belongs to a case, its key.
// Whether it is a duplicate is found later, for the whole batch at once.
func (c *collector) decide(r *eventlog.Row, e *entry, o *feed.Observation, at *locate.Located) {
	if c.notKept(r, e) {
		return
	}
	if o.Class.Context() || o.Offline || o.Context {
		e.outcome = Context
		r.Outcome = Context.String()
		if o.Offline && !o.Class.Context() {
			c.offline(r, e, o, at)
		}
		return
	}
	verdict, reason, notes := c.judge.Verdict(o, at.Host, at.Addr, at.Country, c.now)
	if verdict == judge.Suppressed {
		e.outcome, r.Outcome, r.Reason = Suppressed, Suppressed.String(), reason
		return
	}
	owner, basis, country := c.router.Route(routeHost(o, at), at.Addr, at.ASN, at.Country, at.CountryBasis)
	r.Owner, r.OwnerBasis, r.Country = owner, basis, country
	switch {
	case verdict == judge.Held:
		e.outcome, r.Reason = Held, reason
		c.batch.hold(c.judge.Holding(o, at.Host, at.Addr, at.Country, c.now))
	case owner == route.Pool:
		e.outcome, r.Reason = Pooled, strings.Join(notes, " ")
	default:
		e.outcome, r.Reason = Routed, strings.Join(notes, " ")
	}
	r.Outcome = e.outcome.String()
	key, what := c.keys.key(o, at, owner, country, verdict == judge.Held)
	e.keyed, e.asset = true, what
	r.Case = c.keys.id(key)
	c.batch.candidates++
}

// routeHost is the name by which an observation routes, or the ASN it names.
func routeHost(o *feed.Observation, at *locate.Located) value.Value {
	if o.Value.Kind() == value.Domain {
		return o.Value
	}
	return at.Host
}

func (c *collector) compareClaim(o *feed.Observation, at *locate.Located) {
	if o.Country == "" || at.CountryBasis != locate.BasisGeo {
		return
	}
	f := c.batch.claims[c.meta.Feed]
	if f == nil {
		f = &claim{}
		c.batch.claims[c.meta.Feed] = f
	}
	f.compared++
	if o.Country != at.Country {
		f.disagreed++
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
