package surge

import (
	"context"
	"encoding/hex"
	"iter"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// replayPage is how many members of a feed are held at a time, each with the
// mapping it was read with.
const replayPage = 256

// replayMember is a file of the feed as it was read.
type replayMember struct {
	id, run int64
	surge   string
	raw     [32]byte
	index   int
	name    string
	format  string
	state   int
	rows    int64 // accepted
}

// replayPlan says what a replay reads: the members of a feed in the order in which
// they were first read.
type replayPlan struct {
	desk    *Desk
	feed    string
	replay  int64           // under way: what it read itself is no part of it; 0: none
	retried map[int64]int64 // member -> the last retry that took rows of it
	gone    map[[32]byte]bool
	files   int64
	missing []NotKept
}

// NotKept is a file of the feed that cannot be read again.
type NotKept struct {
	File string `json:"file"`
	Raw  string `json:"sha256"`
	Rows int64  `json:"rows"` // that were taken of it
}

// planReplay finds out what can be read again.
func (d *Desk) planReplay(ctx context.Context, feed string, replay int64) (*replayPlan, error) {
	p := &replayPlan{desk: d, feed: feed, replay: replay, retried: map[int64]int64{}, gone: map[[32]byte]bool{}}
	broken := ""
	err := d.DB.Read(ctx, func(q store.Querier) error {
		err := each(ctx, q, func(scan func(...any) error) error {
			var id, index int64
			err := scan(&id, &index)
			p.retried[-2-index] = id
			return err
		}, "SELECT id, idx FROM member WHERE idx <= -2 AND feed = $1 AND accepted > 0 AND replayed = 0 ORDER BY id", feed)
		if err != nil {
			return err
		}
		return each(ctx, q, func(scan func(...any) error) error { return scan(&broken) },
			`SELECT m.name FROM member m JOIN run r ON r.id = m.run WHERE m.feed = $1 AND m.idx >= -1 AND r.finished = 0
			AND r.fingerprint <> $2 AND (r.replay = 0 OR r.replay <> $3) AND m.replayed = 0 ORDER BY m.id LIMIT 1`, feed, []byte("given up"), replay)
	})
	if err != nil {
		return nil, err
	}
	if broken != "" {
		return nil, fault.Newf(fault.Conflict, "give that command again, or with --anew, so that it comes to its end",
			"an ingest broke off that read the feed %q: %s", feed, broken)
	}
	for m, err := range p.members(ctx) {
		if err != nil {
			return nil, err
		}
		if m.index < 0 {
			continue
		}
		p.files++
		if _, met := p.gone[m.raw]; !met {
			_, kept, err := d.Blobs.Stored(ctx, m.raw)
			if err != nil {
				return nil, err
			}
			p.gone[m.raw] = !kept
		}
		if p.gone[m.raw] && m.state != memberRecognised {
			p.missing = append(p.missing, NotKept{m.name, hex.EncodeToString(m.raw[:]), m.rows})
		}
	}
	if p.files == 0 && replay == 0 {
		return nil, fault.Newf(fault.NotFound, "`entente feed coverage` shows the feeds", "no file of the feed %q was read", feed)
	}
	return p, nil
}

// members gives the members of the feed, those that were set aside before they
// could name it too, as far as the options of their reading did.
func (p *replayPlan) members(ctx context.Context) iter.Seq2[replayMember, error] {
	type row struct {
		replayMember
		named string // the feed, or the options of one that has none
	}
	list := pages(ctx, p.desk.DB, replayPage, func(q store.Querier, after row, size int, add func(row)) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var m row
			var raw []byte
			err := scan(&m.id, &m.run, &m.surge, &raw, &m.index, &m.name, &m.format, &m.state, &m.rows, &m.named)
			copy(m.raw[:], raw)
			add(m)
			return err
		}, `SELECT m.id, m.run, COALESCE(s.name, ''), m.raw, m.idx, m.name, m.format, m.state, m.accepted, CASE WHEN m.feed = '' THEN m.options ELSE '' END
			FROM member m JOIN run r ON r.id = m.run LEFT JOIN surge s ON s.id = r.surge
			WHERE m.id > $1 AND m.idx >= -1 AND (m.feed = $2 OR m.feed = '' AND m.state = 3) AND m.replayed = 0
			AND (r.replay = 0 OR r.replay <> $3) ORDER BY m.id LIMIT $4`, after.id, p.feed, p.replay, size)
	})
	return func(yield func(replayMember, error) bool) {
		for m, err := range list {
			if err == nil && m.named != "" {
				opt, _, bad := parseOptions(m.named)
				if bad == nil && opt.Feed != p.feed {
					continue
				}
				err = bad
			}
			if !yield(m.replayMember, err) {
				return
			}
		}
	}
}

// replayPart is what one run read of the feed, without a break: it is read again
// as one run for the same surge.
type replayPart struct {
	first int64 // member
	surge string
	raws  []replayRaw
}

// replayRaw is a raw input of a part, with members in its own order.
type replayRaw struct {
	hash [32]byte
	list []replayMember
}

// parts gives the plan in order. Members whose raw input is gone are left out.
func (p *replayPlan) parts(ctx context.Context) iter.Seq2[*replayPart, error] {
	return func(yield func(*replayPart, error) bool) {
		var at *replayPart
		run := int64(0)
		for m, err := range p.members(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if p.gone[m.raw] {
				continue
			}
			if at != nil && m.run != run {
				if !yield(at, nil) {
					return
				}
				at = nil
			}
			if at == nil {
				at, run = &replayPart{first: m.id, surge: m.surge}, m.run
			}
			at.add(m)
		}
		if at != nil {
			yield(at, nil)
		}
	}
}

// add puts a member behind the others: one that comes earlier in its raw input than
// the last one needs another reading of it. -1 stands for the end of a raw input.
func (p *replayPart) add(m replayMember) {
	if n := len(p.raws); n > 0 && p.raws[n-1].hash == m.raw {
		r := &p.raws[n-1]
		if last := r.list[len(r.list)-1].index; last >= 0 && (m.index > last || m.index == -1) {
			r.list = append(r.list, m)
			return
		}
	}
	p.raws = append(p.raws, replayRaw{m.raw, []replayMember{m}})
}

// ReplayFeeds names the feeds that a replay can read again, one that broke off first.
func (d *Desk) ReplayFeeds(ctx context.Context) (feeds []string, err error) {
	broken, err := d.unfinishedReplay(ctx)
	if err != nil {
		return nil, err
	}
	if broken != "" {
		feeds = append(feeds, broken)
	}
	return feeds, d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			if name != broken {
				feeds = append(feeds, name)
			}
			return err
		}, "SELECT DISTINCT feed FROM member WHERE feed <> '' AND replayed = 0 ORDER BY feed")
	})
}
