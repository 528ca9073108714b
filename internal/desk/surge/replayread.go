package surge

import (
	"context"
	"errors"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed"
	"entente/internal/feed/source"
	"entente/internal/infra/store"
)

// ReplayRequest says which feed is read again, and what takes the place of what
// was said of its files at first.
type ReplayRequest struct {
	Feed     string
	Zone     *time.Location // nil: as at first
	Mapping  []byte         // nil: as at first
	Partial  bool           // what is no longer kept may be lost
	Anew     bool           // a replay of the feed that broke off is given up
	Examples int            // of each kind in a preview
	Limits   source.Limits
	Progress func(Progress) // may be nil
}

// replaying is what an ingest knows of the replay that it is a part of.
type replaying struct {
	plan *replayPlan
	req  *ReplayRequest
	done int64 // files read
	bits *replayBits
	no   int64
}

// named makes a format give the feed's name to what is read again, whatever a new
// mapping calls it.
func (in *ingest) named(opt feed.Options) feed.Options {
	if in.replay != nil {
		opt.Feed = in.replay.plan.feed
	}
	return opt
}

// readPart reads the raw inputs of a part again.
func (in *ingest) readPart(ctx context.Context, part *replayPart) error {
	for i := range part.raws {
		if ctx.Err() != nil {
			return errStopped
		}
		if err := in.readAgain(ctx, &part.raws[i]); err != nil {
			return err
		}
	}
	return nil
}

// errEndOfPart ends the reading of a raw input whose wanted members are read.
var errEndOfPart = errors.New("past the last member of the feed")

// readAgain reads members of one kept raw input, and what broke off at first breaks
// off again.
func (in *ingest) readAgain(ctx context.Context, raw *replayRaw) error {
	kept, err := in.desk.Blobs.Open(ctx, raw.hash)
	if err != nil {
		return err
	}
	defer kept.Close()
	at := 0
	first := &raw.list[0]
	_, mod, err := in.replayOptions(ctx, first)
	if err != nil {
		return err
	}
	err = source.Members(ctx, first.name, mod, kept, kept.At, kept.Size, in.req.Limits, func(src source.Member) error {
		if at == len(raw.list) {
			return errEndOfPart
		}
		if want := &raw.list[at]; src.Index == want.index {
			at++
			if err := in.readMemberAgain(ctx, want, src); err != nil {
				return err
			}
		}
		if at == len(raw.list) {
			return errEndOfPart
		}
		return nil
	})
	switch {
	case err == nil, errors.Is(err, errEndOfPart), errors.Is(err, errBrokeOff):
		return nil
	case ctx.Err() != nil:
		return errStopped
	case in.collect.broken != nil:
		return in.collect.broken
	case fault.Is(err, fault.Corrupt), fault.Is(err, fault.Limit), fault.Is(err, fault.Invalid):
		return in.cutOff(first.name, raw.hash, err)
	}
	return err
}

func (in *ingest) readMemberAgain(ctx context.Context, want *replayMember, src source.Member) error {
	opt, mod, err := in.replayOptions(ctx, want)
	if err != nil {
		return err
	}
	format := want.format
	if in.replay.req.Mapping != nil {
		format = "" // as an ingest with a mapping chooses it
	}
	src.Name, src.ModTime = want.name, mod
	err = in.readMember(ctx, want.raw, src, opt, format)
	in.replay.done++
	in.tell(want.name)
	return err
}

func (in *ingest) tell(file string) {
	if tell := in.replay.req.Progress; tell != nil {
		tell(Progress{Rows: in.collect.rows, Bytes: in.replay.done, Size: in.replay.plan.files, File: file})
	}
}

// replayOptions are those by which a member is read: those of the last retry that
// took rows of it, else its own, but for what the request replaces.
func (in *ingest) replayOptions(ctx context.Context, m *replayMember) (opt feed.Options, mod time.Time, err error) {
	from := m.id
	if retry := in.replay.plan.retried[m.id]; retry != 0 {
		from = retry
	}
	var text string
	err = in.desk.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT options FROM member WHERE id = $1", from).Scan(&text)
	})
	if err != nil {
		return opt, mod, err
	}
	if opt, mod, err = parseOptions(text); err != nil {
		return opt, mod, err
	}
	opt.Now = in.desk.Now()
	if z := in.replay.req.Zone; z != nil {
		opt.Zone = z
	}
	if t := in.replay.req.Mapping; t != nil {
		opt.Mapping = t
	}
	return opt, mod, nil
}
