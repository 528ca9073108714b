package surge

import (
	"context"

	"entente/internal/core/fault"
	"entente/internal/infra/store"
)

// What a replay is at. The numbers are stored.
const (
	replayTakes   = 0 // takes away what the feed brought
	replayReads   = 1
	replaySettles = 2
	replayDone    = 3
	replayGivenUp = 4
)

// unfinishedReplay names the feed of the replay that broke off; "" for none. One is
// under way at a time.
func (d *Desk) unfinishedReplay(ctx context.Context) (feed string, err error) {
	err = d.DB.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error { return scan(&feed) }, "SELECT feed FROM replay WHERE state < $1", int64(replayDone))
	})
	return feed, err
}

// noReplay fails while a replay is not finished, of any feed but one: what is there
// of its feed is a part.
func (d *Desk) noReplay(ctx context.Context, but string) error {
	feed, err := d.unfinishedReplay(ctx)
	if err != nil || feed == "" || feed == but {
		return err
	}
	return brokenReplay(feed)
}

func brokenReplay(feed string) error {
	return fault.Newf(fault.Conflict, "the same `entente replay "+feed+"` goes on where it stopped", "a replay of the feed %q broke off; what it showed is there in part", feed)
}
