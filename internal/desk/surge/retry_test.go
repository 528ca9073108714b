package surge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/feed"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
)

// faulty is a file of rows that the format refuses until it is mended, but for
// every tenth, which it always refuses.
func faulty(t testing.TB, head string, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(head)
	for j := range rows {
		if j%10 == 9 {
			fmt.Fprintf(&b, "!%d\n", j)
			continue
		}
		b.WriteByte('!')
		writeSaid(t, &b, said{Time: day(1).UnixMicro() + int64(j), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", 1+j%200), Note: fmt.Sprintf("%x", j*j*j*7919)})
	}
	return b.Bytes()
}

// retryScene is a data folder with rejected rows of every kind of input.
func retryScene(t testing.TB, r rules) (ready string) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	dated := put(t, dir, "dated.txt", faulty(t, "#plain list snapshot\n", 20))
	ok(t, os.Chtimes(dated, time.Time{}, day(0))) // the snapshot's only time
	var cut bytes.Buffer
	z := gzip.NewWriter(&cut)
	_, err := z.Write(faulty(t, "#plain cut event\n", 3000))
	ok(t, err)
	ok(t, z.Close())
	broken := put(t, dir, "cut.txt.gz", cut.Bytes()[:cut.Len()/2])
	twice := put(t, dir, "twice.txt", faulty(t, "#plain twice event\n", 30))
	many := put(t, dir, "z-many.txt", faulty(t, "#plain many event\n", 2400))

	ready = filepath.Join(t.TempDir(), "ready")
	n, err := openNode(ctx, ready, disk.OS(), r)
	ok(t, err)
	defer n.close()
	for _, req := range []surge.Request{
		{Paths: []string{dated, broken, many}},
		{Paths: []string{broken}}, // its rows are rejected again
		{Paths: []string{twice}, Options: feed.Options{Feed: "one"}},
		{Paths: []string{twice}, Options: feed.Options{Feed: "two"}},
	} {
		_, err := n.Ingest(ctx, req)
		ok(t, err)
	}
	return ready
}

// TestRetry: rejected rows are read again as they were read at first, whatever
// they came in; what is taken then is settled, the rest stays.
func TestRetry(t *testing.T) {
	ctx := context.Background()
	r := newRules(t)
	ready := retryScene(t, r)
	n, err := openNode(ctx, ready, disk.OS(), r)
	ok(t, err)
	defer n.close()
	before := n.rejects(t)
	again, err := n.Retry(ctx, surge.Request{}) // nothing was mended yet
	ok(t, err)
	if again.Rejected != int64(len(before)) || again.Accepted != 0 || again.Quarantined != 0 {
		t.Errorf("nothing was mended: %s", accountText(again.Account))
	}
	ok(t, n.close())

	r.format.mended = true
	n, err = openNode(ctx, ready, disk.OS(), r)
	ok(t, err)
	defer n.close()
	res, err := n.Retry(ctx, surge.Request{})
	ok(t, err)
	after := n.rejects(t)
	a := res.Account
	if a.Rejected != int64(len(after)) || a.Rows != int64(len(before)) || a.Accepted != int64(len(before)-len(after)) || a.Accepted < 2500 || a.Quarantined != 0 {
		t.Errorf("%d rejects, then %d: %s", len(before), len(after), accountText(a))
	}
	for _, j := range after {
		if j.Line%10 != 1 { // the head is line 1
			t.Errorf("left: %+v", j)
		}
	}
	list, err := n.Retry(ctx, surge.Request{})
	ok(t, err)
	if list.Accepted != 0 || list.Rejected != int64(len(after)) {
		t.Errorf("a third time: %s", accountText(list.Account))
	}
}

// TestRetryWithoutRawInput: raw input that is gone keeps only its own rows from
// being read again.
func TestRetryWithoutRawInput(t *testing.T) {
	ctx := context.Background()
	r := newRules(t)
	ready := retryScene(t, r)
	gone := false
	ok(t, filepath.WalkDir(filepath.Join(ready, "blobs"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || gone {
			return err
		}
		gone = true
		return os.Remove(path)
	}))
	r.format.mended = true
	n, err := openNode(ctx, ready, disk.OS(), r)
	ok(t, err)
	defer n.close()
	res, err := n.Retry(ctx, surge.Request{})
	ok(t, err)
	if len(res.Notes) == 0 || res.Notes[0].Reason != "not-found" || res.Notes[0].Remedy == "" || res.Accepted == 0 || res.Quarantined != int64(len(res.Notes)) {
		t.Errorf("%s, notes %+v", accountText(res.Account), res.Notes)
	}
}

// TestRetryThatBreaksOff: a retry whose file operations fail in turn is done by
// the next one.
func TestRetryThatBreaksOff(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	r := newRules(t)
	s := &story{ready: retryScene(t, r)}
	r.format.mended = true
	s.rules = r
	count := disktest.New()
	n, err := openNode(ctx, s.begin(t), count, r)
	ok(t, err)
	whole, err := n.Retry(ctx, surge.Request{})
	ok(t, err)
	left := n.rejects(t)
	s.world = n.world(t)
	ok(t, n.close())
	for at := 1; at <= len(count.Ops()); at += step() {
		dir := s.begin(t)
		d := disktest.New()
		d.FailAt(at, disktest.Faults()[at%2])
		n, err := openNode(ctx, dir, d, r)
		if err == nil {
			_, err = n.Retry(ctx, surge.Request{})
			ok(t, n.close())
		}
		if err == nil {
			continue
		}
		n, err = openNode(ctx, dir, disk.OS(), r)
		ok(t, err)
		res, err := n.Retry(ctx, surge.Request{})
		if err != nil {
			t.Fatalf("after operation %d, %v: %v", at, count.Ops()[at-1], err)
		}
		if got, want := accountText(res.Account), accountText(whole.Account); got != want {
			t.Errorf("after operation %d, %v:\n got %s\nwant %s", at, count.Ops()[at-1], got, want)
		}
		n.world(t).same(t, "after the second retry", s.world)
		rest := n.rejects(t)
		if len(rest) != len(left) {
			t.Errorf("%d rejects are left instead of %d", len(rest), len(left))
		}
		ok(t, n.close())
	}
}

// rejects are all rows that wait for a retry.
func (n *node) rejects(t testing.TB) (list []surge.Rejected) {
	t.Helper()
	for r, err := range n.Rejects(context.Background()) {
		ok(t, err)
		list = append(list, r)
	}
	return list
}

// step is 1 with ENTENTE_TEST_ALL, else 3.
func step() int {
	if os.Getenv("ENTENTE_TEST_ALL") != "" {
		return 1
	}
	return 3
}
