package surge_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"entente/internal/infra/disk/disktest"
)

// upkeep is work on a data folder that must end alike however often it was
// broken off.
type upkeep struct {
	story *story
	work  func(ctx context.Context, n *node) error
	// shows is what must be the same in the end beside the world.
	shows func(t testing.TB, n *node) string
}

func (u *upkeep) everyOperationFails(t *testing.T, atLeast int) {
	ctx := context.Background()
	run := func(d *disktest.Disk, dir string) (error, *node) {
		n, err := openNode(ctx, dir, d, u.story.rules)
		if err != nil {
			return err, nil
		}
		return u.work(ctx, n), n
	}
	whole := disktest.New()
	err, n := run(whole, u.story.begin(t))
	ok(t, err)
	want, shown := n.world(t), u.shows(t, n)
	ok(t, n.close())
	ops := whole.Ops()
	t.Logf("%d file operations", len(ops))
	if len(ops) < atLeast {
		t.Fatal("few operations")
	}
	for part := range 2 {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(ops) && !t.Failed(); i += 2 {
				why, onward := disktest.Faults()[i%2], i/2%2 == 1
				dir, d := u.story.begin(t), disktest.New()
				if onward {
					d.FailFrom(i+1, why)
				} else {
					d.FailAt(i+1, why)
				}
				err, n := run(d, dir)
				if n != nil {
					ok(t, n.close())
				}
				if err != nil {
					u.story.clear(t, err, why)
				}
				ok(t, d.PowerCut())
				d.Heal()
				err, n = run(d, dir)
				ok(t, err)
				n.world(t).same(t, "after the rerun", want)
				if got := u.shows(t, n); got != shown {
					t.Errorf("shows\n%s, want\n%s", got, shown)
				}
				_, err = n.Record.Verify(ctx)
				ok(t, err)
				ok(t, n.close())
				if t.Failed() {
					t.Errorf("after operation %d of %d: %v, onward %v", i+1, len(ops), ops[i], onward)
				}
				_ = os.RemoveAll(dir)
			}
		})
	}
}
