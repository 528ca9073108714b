package surge

import (
	"context"
	"sync"

	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
)

// placement is where a case lies and who must act: what all its sightings share
// with many other cases.
type placement struct {
	country, owner, basis string
	asn                   uint32
	network               string
	feed                  string // whose observation placed it; "": not known, or a person did
}

// placedBy is where an observation places the case that it opens.
func placedBy(r *eventlog.Row) placement {
	return placement{r.Country, r.Owner, r.OwnerBasis, r.ASN, r.Network, r.Feed}
}

// same tells whether two placements say the same of a case.
func (p placement) same(o placement) bool {
	p.feed = o.feed
	return p == o
}

// placementBook numbers placements from 1. The goroutine that prepares batches
// asks for numbers; new ones are written with the batch that needs them first.
type placementBook struct {
	mu     sync.Mutex
	number map[placement]int64
	list   []placement // list[i] has number i+1
}

func openPlacements(ctx context.Context, db *store.DB) (*placementBook, error) {
	b := &placementBook{number: map[placement]int64{}}
	err := db.Read(ctx, func(q store.Querier) error {
		return each(ctx, q, func(scan func(...any) error) error {
			var id int64
			var p placement
			if err := scan(&id, &p.country, &p.owner, &p.basis, &p.asn, &p.network, &p.feed); err != nil {
				return err
			}
			b.list = append(b.list, p)
			b.number[p] = id
			return nil
		}, "SELECT id, country, owner, basis, asn, network, feed FROM placement ORDER BY id")
	})
	return b, err
}

// numberOf gives the number of p and whether it is new.
func (b *placementBook) numberOf(p placement) (no int64, fresh bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if no, ok := b.number[p]; ok {
		return no, false
	}
	b.list = append(b.list, p)
	no = int64(len(b.list))
	b.number[p] = no
	return no, true
}

// of gives the placement of a number.
func (b *placementBook) of(no int64) *placement {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &b.list[no-1]
}

func (b *placementBook) write(ctx context.Context, tx *store.Tx, fresh []int64) error {
	return tx.CopyIn(ctx, "placement", []string{"id", "country", "owner", "basis", "asn", "network", "feed"}, len(fresh), func(i int, d []any) {
		p := b.of(fresh[i])
		d[0], d[1], d[2], d[3], d[4], d[5], d[6] = fresh[i], p.country, p.owner, p.basis, int64(p.asn), p.network, p.feed
	})
}
