package surge_test

import (
	"context"
	"fmt"
	"testing"

	"entente/internal/desk/surge"
	"entente/internal/desk/surge/life"
)

// TestQuality: a case that was closed as false counts against each feed that showed
// it, and no longer once it returned.
func TestQuality(t *testing.T) {
	bothStores(t, func(t *testing.T, open func(rules) *node) {
		ctx, dir := context.Background(), t.TempDir()
		n := open(newRules(t))
		defer n.close()
		c2 := func(i int) said {
			return said{Time: day(1).UnixMicro() + int64(i), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", i)}
		}
		held := said{Time: day(1).UnixMicro(), Class: "c2-server", Value: "ipv4:198.18.0.241"}
		_, err := n.Ingest(ctx, surge.Request{Paths: []string{
			lines(t, dir, "a.txt", "#plain one event", c2(1), c2(2), c2(3), held), lines(t, dir, "b.txt", "#plain two event", c2(3), c2(4))}})
		ok(t, err)
		for value, as := range map[string]string{"198.18.1.2": "fixed", "198.18.1.3": "false", "198.18.1.4": "false"} {
			_, err := n.Do(ctx, []string{n.by(t, value).ID}, surge.Deed{Step: life.Close, As: as})
			ok(t, err)
		}
		got, err := n.Quality(ctx)
		ok(t, err)
		if fmt.Sprint(got) != "[{one 3 2 1} {two 2 2 2}]" {
			t.Error(got)
		}
		again := c2(4)
		again.Time = clock.AddDate(0, 0, 1).UnixMicro()
		_, err = n.Ingest(ctx, surge.Request{Paths: []string{lines(t, dir, "c.txt", "#plain two event", again)}})
		ok(t, err)
		if got, err = n.Quality(ctx); err != nil || fmt.Sprint(got) != "[{one 3 2 1} {two 2 1 1}]" {
			t.Error(got, err)
		}
	})
}
