package surge_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
)

// spread is a file of rows first to last of a list that goes over so many days,
// in any order; the same row says the same in each file.
func spread(t testing.TB, days, first, last int, shuffle uint64) []byte {
	t.Helper()
	rows := make([]said, 0, last-first)
	for j := first; j < last; j++ {
		rows = append(rows, said{Time: day(0).UnixMicro() - int64(j%days)*86_400_000_000 + int64(j), Class: "c2-server",
			Value: fmt.Sprintf("ipv4:198.18.1.%d", 1+j%200), Note: fmt.Sprintf("%x", j*j*7919)})
	}
	if shuffle > 0 {
		rand.New(rand.NewPCG(shuffle, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	var b bytes.Buffer
	b.WriteString("#plain list event\n")
	for _, r := range rows {
		writeSaid(t, &b, r)
	}
	return b.Bytes()
}

// TestDuplicatesOfManyDays: what was logged by a batch of many days is found by
// one of few days and the other way round, committed or on its way, in one batch
// and over several.
func TestDuplicatesOfManyDays(t *testing.T) {
	const days = 100
	ctx := context.Background()
	n, err := openNode(ctx, t.TempDir(), disk.OS(), newRules(t))
	ok(t, err)
	defer n.close()
	take := func(what string, text []byte, fresh, again int64) {
		t.Helper()
		res, err := n.Ingest(ctx, surge.Request{Paths: []string{put(t, t.TempDir(), "list.txt", text)}})
		ok(t, err)
		if res.Routed != fresh || res.Duplicate != again || res.Observations != fresh+again {
			t.Errorf("%s: %d routed, %d duplicates of %d; want %d and %d", what, res.Routed, res.Duplicate, res.Observations, fresh, again)
		}
	}
	one := func(first, last int) []byte { return spread(t, 1, first, last, 0) }
	many := func(first, last int, shuffle uint64) []byte { return spread(t, days, first, last, shuffle) }
	take("many days", many(0, 2000, 1), 2000, 0)
	take("the same in another order", many(0, 2000, 2), 0, 2000)
	take("half of it is new", many(1000, 3000, 3), 1000, 1000)
	take("a day that is new", one(0, 100), 99, 1) // row 0 is of the first day in both
	take("that day within many", append(many(3000, 4000, 0), one(0, 100)[len("#plain list event\n"):]...), 1000, 100)
	var few bytes.Buffer // the first three days of the list
	few.WriteString("#plain list event\n")
	for j := 0; j < 4000; j++ {
		if j%days < 3 {
			few.Write(many(j, j+1, 0)[len("#plain list event\n"):])
		}
	}
	few.WriteString("#\n") // another file than any before
	res, err := n.Ingest(ctx, surge.Request{Paths: []string{put(t, t.TempDir(), "few.txt", few.Bytes())}})
	ok(t, err)
	if res.Duplicate != 120 || res.Routed != 0 {
		t.Errorf("three days of many: %s", accountText(res.Account))
	}
	const big = 40_000 // batches that are on their way together
	text := append(many(10_000, 10_000+big, 4), many(10_000, 10_000+big, 5)[len("#plain list event\n"):]...)
	take("twice in one file", text, big, big)
}
