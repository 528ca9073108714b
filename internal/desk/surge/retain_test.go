package surge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente/internal/core/rsit"
	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/record"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

// keep ends spam after a day, all rows after two, rejected rows and raw input
// of feed-b after three.
var keep = surge.Retention{
	{Class: class("spam"), Days: 1}, {Days: 2}, {Feed: "feed-b", RawDays: 3, RejectedDays: 3},
}

func class(word string) rsit.Class {
	c, _ := rsit.Parse(word)
	return c
}

// threeDays is a file with rows of three days, of two classes, and a rejected row.
func threeDays(t testing.TB, dir, feed string, from int) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "#plain %s event\n", feed)
	for j := range 60 {
		writeSaid(t, &b, said{Time: day(j%3).UnixMicro() + int64(j), Class: pick(j/3, "spam", "c2-server"), Value: fmt.Sprintf("ipv4:198.18.1.%d", from+j), Note: feed})
	}
	b.WriteString("!broken\n")
	return put(t, dir, feed+".txt", b.Bytes())
}

// kept tells whether a row of the log is kept at the clock of the tests, whose
// days are 1, 2 and 3 days before it.
func kept(line string) bool {
	if strings.Contains(line, "Class:spam") {
		return strings.Contains(line, fmt.Sprint("Observed:", day(2).Unix()))
	}
	return !strings.Contains(line, fmt.Sprint("Observed:", day(0).Unix()))
}

// TestRetain: rows, identities, rejected rows and raw input go when their rule
// ends, and nothing else; what comes again is counted and not logged.
func TestRetain(t *testing.T) {
	ctx := context.Background()
	r := newRules(t)
	storetest.Run(t, func(t *testing.T, open func() *store.DB) {
		dir := t.TempDir()
		n, err := openNodeOn(ctx, storetest.Config(t, open().Dialect()), filepath.Join(dir, "data"), disk.OS(), r)
		ok(t, err)
		defer n.close()
		files := []string{threeDays(t, dir, "feed-a", 1), threeDays(t, dir, "feed-b", 100)}
		first, err := n.Ingest(ctx, surge.Request{Paths: files, Surge: "s"})
		ok(t, err)
		before := n.world(t)
		n.Retention = keep
		want, err := n.Retain(ctx, true)
		ok(t, err)
		n.world(t).same(t, "after a dry run", before)
		got, err := n.Retain(ctx, false)
		ok(t, err)
		for i := range got {
			got[i].Bytes, want[i].Bytes = 0, 0 // a dry run guesses them
		}
		if !slices.Equal(got, want) || fmt.Sprint(got) != "[{log 1 40 1 0} {log 2 20 0 0}]" {
			t.Errorf("deleted %v, planned %v", got, want)
		}
		after := before
		after.log = slices.DeleteFunc(slices.Clone(before.log), func(line string) bool { return !kept(line) })
		n.world(t).same(t, "after", after)
		for feed, keys := range map[string][3]int64{"feed-a": {0, 20, 20}, "feed-b": {0, 20, 20}} {
			for d, want := range keys {
				if n := n.Runs.Keys(fmt.Sprintf("seen/%d/%s", day(d).Unix()/86400, feed)); n != want {
					t.Errorf("%s, day %d: %d identities, want %d", feed, d, n, want)
				}
			}
		}
		if a, err := n.AccountOf(ctx, first.Run); err != nil || a.Observations != 120 {
			t.Error(a, err)
		}

		// The same rows in another file: those of days that are over are not logged anew.
		text := append(mustRead(t, files[0]), "!more\n"...)
		res, err := n.Ingest(ctx, surge.Request{Paths: []string{put(t, dir, "again.txt", text)}})
		ok(t, err)
		if res.SuppressedBy["too-old"] != 30 || res.Duplicate != 30 || res.Routed != 0 {
			t.Errorf("%+v", res.Account)
		}
		n.world(t).same(t, "after they came again", after)

		// Four days after they were read, raw input and rejected rows of feed-b go.
		n.Now = func() time.Time { return clock.AddDate(0, 0, 4) }
		n.Retention = keep[2:]
		got, err = n.Retain(ctx, false)
		ok(t, err)
		if len(got) != 2 || got[0].What != "raw" || got[0].Files != 1 || got[1].What != "rejected" || got[1].Rows != 1 {
			t.Errorf("%+v", got)
		}
		if got, err = n.Retain(ctx, false); err != nil || len(got) != 0 {
			t.Error(got, err)
		}
		rejects := 0
		for _, err := range n.Rejects(ctx) {
			ok(t, err)
			rejects++
		}
		if rejects != 3 {
			t.Error(rejects)
		}
		if left := filesIn(t, filepath.Join(dir, "data", "blobs")); len(left) != 2 {
			t.Error(left)
		}
		if acts, err := n.Record.Acts(ctx, record.Filter{Verb: "log.retain"}); err != nil || len(acts) != 2 {
			t.Error(acts, err)
		}
		if _, err := n.Record.Verify(ctx); err != nil {
			t.Error(err)
		}
	})
}

// filesIn lists the files below a folder.
func filesIn(t testing.TB, dir string) (out []string) {
	t.Helper()
	ok(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

// TestEveryFileOperationOfRetainFails lets each file operation of a compaction
// and a retention fail in turn.
func TestEveryFileOperationOfRetainFails(t *testing.T) {
	r, dir := newRules(t), t.TempDir()
	var files [][]string
	for i := range 4 {
		files = append(files, []string{threeDays(t, dir, fmt.Sprint("feed-", string(rune('a'+i))), 1+60*i)})
	}
	u := &upkeep{
		story: newStory(t, r, files, nil),
		work: func(ctx context.Context, n *node) error {
			n.Retention = append(slices.Clone(keep), surge.KeepRule{RawDays: 10})
			if _, err := n.Log.Compact(ctx, eventlog.CompactRequest{}); err != nil {
				return err
			}
			n.Now = func() time.Time { return clock.AddDate(0, 0, 1) }
			if _, err := n.Retain(ctx, false); err != nil {
				return err
			}
			n.Now = func() time.Time { return clock.AddDate(0, 0, 11) }
			_, err := n.Retain(ctx, false)
			return err
		},
		shows: endedByRule,
	}
	u.everyOperationFails(t, 20)
}

// endedByRule adds up what the acts say of retention, without bytes: those of
// files that were merged before differ.
func endedByRule(t testing.TB, n *node) string {
	acts, err := n.Record.Acts(context.Background(), record.Filter{Verb: "log.retain"})
	ok(t, err)
	sum := map[string]int64{}
	for _, a := range acts {
		var body struct{ Ended []surge.Retained }
		ok(t, json.Unmarshal(a.Body, &body))
		for _, e := range body.Ended {
			sum[fmt.Sprint(e.What, " ", e.Rule)] += e.Rows
		}
	}
	return fmt.Sprint(sum)
}
