package surge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/core/value"
	"entente/internal/desk/surge"
	"entente/internal/desk/surge/judge"
	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"
	"entente/internal/infra/store"
	"entente/internal/infra/store/storetest"
)

const secretAddr = "198.18.1.77"

func erasing(t testing.TB, text string) surge.EraseRequest {
	t.Helper()
	v, err := value.Parse(value.IPv4, text)
	ok(t, err)
	return surge.EraseRequest{Value: v, Reason: "a court asked", By: "Ann", Salt: bytes.Repeat([]byte{7}, 16)}
}

// holdsSecret are files that hold the address in every way in which it may come.
func holdsSecret(t testing.TB, dir string) []string {
	t.Helper()
	at := day(2).UnixMicro()
	var plain bytes.Buffer
	plain.WriteString("#plain feed-0 event\n")
	for i, s := range []said{
		{Class: "c2-server", Value: "ipv4:" + secretAddr, Port: 80},
		{Class: "spam", Value: "ipv4:" + secretAddr},
		{Class: "phishing", Value: "url:http://" + secretAddr + "/login"},
		{Class: "phishing", Value: "domain:w1.shop.example.org", At: secretAddr},
		{Class: "c2-server", Value: "ipv4:198.18.1.70", Note: "talks to " + secretAddr},
		{Class: "c2-server", Value: "ipv4:198.18.1.7", Note: "near " + secretAddr + "0"},
		{Class: "c2-server", Value: "ipv4:198.18.1.71"},
		{Class: "device-id", Value: "ipv4:" + secretAddr},
		{Class: "spam", Value: "ipv4:198.18.0.241"},
	} {
		s.Time = at + int64(i)
		writeSaid(t, &plain, s)
	}
	plain.WriteString("!" + secretAddr + " is broken\n!broken too\n")
	files := []string{put(t, dir, "a-"+secretAddr+".txt", plain.Bytes())}

	// Only as a duplicate: the log has no row of this file with it.
	lines := strings.SplitAfter(plain.String(), "\n")
	again := lines[0] + lines[1]
	for i := range 9 { // as many rows as the first file has, so that both are merged
		again += strings.ReplaceAll(lines[7], "198.18.1.71", fmt.Sprint("198.18.1.", 100+i))
	}
	files = append(files, put(t, dir, "b.txt", []byte(again)))

	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, again+"!more\n")
	ok(t, err)
	ok(t, z.Close())
	files = append(files, put(t, dir, "c.txt.gz", packed.Bytes()))
	return append(files, put(t, dir, "d.txt", scans(t, "feed-9", 300)))
}

// TestErase: an erased value is found nowhere any more, in no table, no file and
// no report; accounts and counts stay, and reading the same files again does not
// bring it back.
func TestErase(t *testing.T) {
	ctx := context.Background()
	r := newRules(t)
	for engine, files := range map[store.Dialect]int{store.SQLite: 7, store.Postgres: 6} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			data := filepath.Join(dir, "data")
			database := store.Config{Dir: data}
			if engine == store.Postgres {
				database = storetest.Config(t, engine)
			}
			n, err := openNodeOn(ctx, database, data, disk.OS(), r)
			ok(t, err)
			defer n.close()
			paths := holdsSecret(t, dir)
			first, err := n.Ingest(ctx, surge.Request{Paths: paths[:1], Surge: "s"})
			ok(t, err)
			second, err := n.Ingest(ctx, surge.Request{Paths: paths[1:], Surge: "s"})
			ok(t, err)
			h, err := judge.ParseHold("value", secretAddr)
			ok(t, err)
			h.Reason, h.Author = "r", "a"
			held, err := n.AddHolds(ctx, []judge.Hold{h})
			ok(t, err)
			if _, err := n.Erase(ctx, erasing(t, secretAddr)); !fault.Is(err, fault.Conflict) || fault.RemedyOf(err) == "" {
				t.Fatal("a hold rule in force names it:", err)
			}
			_, err = n.LiftHold(ctx, held.IDs[0], "a", "seen "+secretAddr, false, clock)
			ok(t, err)
			// Old files that stay for readers, and one that a killed process left.
			_, err = n.Log.Compact(ctx, eventlog.CompactRequest{})
			ok(t, err)
			leaveSegment(t, n, data)
			if f := searchTables(t, n); len(f) < 5 {
				t.Fatal("the search of the tables finds too little:", f)
			}
			if f := searchFiles(t, data); len(f) < files {
				t.Fatal("the search of the files finds too little:", f)
			}
			before := n.world(t)

			bad := erasing(t, secretAddr)
			bad.Reason = "for " + secretAddr
			if _, err := n.Erase(ctx, bad); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			plan := erasing(t, secretAddr)
			plan.DryRun = true
			would, err := n.Erase(ctx, plan)
			ok(t, err)
			n.world(t).same(t, "after a dry run", before)
			did, err := n.Erase(ctx, erasing(t, secretAddr))
			ok(t, err)
			if did.No != 1 || did.Before || did.Rows != 6 || did.Rows != would.Rows || did.Raw != 3 || did.Raw != would.Raw ||
				did.Cases != 2 || did.Rejected != 1 || len(did.Left)+len(did.Unsearched) > 0 {
				t.Errorf("%+v, planned %+v", did, would)
			}
			nowhere := func(what string) {
				t.Helper()
				if f := append(searchTables(t, n), searchFiles(t, data)...); len(f) > 0 {
					t.Errorf("%s: still found in %v", what, f)
				}
			}
			nowhere("after erasing")
			after := n.world(t)
			want := world{log: slices.DeleteFunc(slices.Clone(before.log), func(l string) bool {
				return strings.Contains(l, secretAddr+" ") || strings.Contains(l, secretAddr+"/") || strings.Contains(l, secretAddr+`"`)
			})}
			want.cases = after.cases
			after.same(t, "log", want)
			if len(after.cases) != len(before.cases) || !strings.Contains(fmt.Sprint(after.cases), "erased:1") {
				t.Error(after.cases)
			}
			for run, res := range map[int64]surge.Result{first.Run: first, second.Run: second} {
				a, err := n.AccountOf(ctx, run)
				ok(t, err)
				if accountText(a) != accountText(res.Account) {
					t.Errorf("account of run %d: %s, was %s", run, accountText(a), accountText(res.Account))
				}
			}
			found, _, err := n.Cases(ctx, surge.CaseFilter{Value: secretAddr})
			if ok(t, err); len(found) > 0 {
				t.Error(found)
			}
			out := filepath.Join(dir, "reports")
			_, err = n.WriteReports(ctx, surge.ReportRequest{Surge: "s", Dir: out})
			ok(t, err)
			if f := searchFiles(t, out); len(f) > 0 {
				t.Error("in reports:", f)
			}
			if len(filesIn(t, out)) < 10 {
				t.Error("few reports")
			}
			if _, err := n.Record.Verify(ctx); err != nil {
				t.Error(err)
			}

			// The same files again are recognised; others with the same rows do not bring it back.
			res, err := n.Ingest(ctx, surge.Request{Paths: paths})
			ok(t, err)
			if res.Erased != 3 || res.Duplicate != res.Observations {
				t.Errorf("%+v", res)
			}
			nowhere("after the same files came again")
			text := append(mustRead(t, paths[0]), "!again\n"...)
			res, err = n.Ingest(ctx, surge.Request{Paths: []string{put(t, dir, "e-"+secretAddr+".txt", text)}})
			ok(t, err)
			if res.SuppressedBy["erased"] != 6 || res.Duplicate != 3 || res.Erased != 1 || res.Rejected != 3 {
				t.Errorf("%+v", res)
			}
			nowhere("after the same rows came again")
			after.same(t, "after they came again", n.world(t))
			// Erasing it again finds nothing, and says that it was erased.
			did, err = n.Erase(ctx, erasing(t, secretAddr))
			ok(t, err)
			if !did.Before || did.No != 1 || did.Rows+int64(did.Raw+did.Cases+did.Rejected) > 0 {
				t.Errorf("%+v", did)
			}
			if left, err := n.FinishErasures(ctx); err != nil || left.No != 0 {
				t.Error(left, err)
			}
		})
	}
}

// TestEveryFileOperationOfEraseFails lets each file operation of an erasure fail
// in turn; the same command again ends as an undisturbed one.
func TestEveryFileOperationOfEraseFails(t *testing.T) {
	dir := t.TempDir()
	var calls [][]string
	for _, f := range holdsSecret(t, dir) {
		calls = append(calls, []string{f})
	}
	u := &upkeep{
		story: newStory(t, newRules(t), calls, nil),
		work: func(ctx context.Context, n *node) error {
			if _, err := n.Log.Compact(ctx, eventlog.CompactRequest{}); err != nil {
				return err
			}
			_, err := n.Erase(ctx, erasing(t, secretAddr))
			return err
		},
		shows: func(t testing.TB, n *node) string {
			files := filesIn(t, filepath.Join(filepath.Dir(logDir(t, n)), "log"))
			return fmt.Sprint(searchTables(t, n), searchFiles(t, filepath.Dir(logDir(t, n))), len(files))
		},
	}
	u.everyOperationFails(t, 12)
}

// logDir is the folder of a node's log.
func logDir(t testing.TB, n *node) string {
	t.Helper()
	files, err := n.Log.Files(context.Background())
	ok(t, err)
	if len(files) == 0 {
		t.Fatal("no files")
	}
	return filepath.Dir(filepath.Dir(files[0].Path))
}
