package surge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
)

// calls are ingests that follow one another: enough of them that runs are
// merged, the last one with several batches, rejected rows, a file that is
// recognised, and one that breaks off.
func calls(t testing.TB) [][]string {
	t.Helper()
	dir := t.TempDir()
	var out [][]string
	for i := range 9 {
		var b bytes.Buffer
		fmt.Fprintf(&b, "#plain feed-%d event\n", i%2)
		for j := range 12 {
			writeSaid(t, &b, said{Time: day(i/4).UnixMicro() + int64(i*100+j), Class: pick(i+j, "c2-server", "spam", "phishing"),
				Value: pick(i+j, fmt.Sprintf("ipv4:198.18.1.%d", 20+j), fmt.Sprintf("ipv4:198.18.0.%d", 230+j+i), fmt.Sprintf("domain:w%d.shop.example.org", j)),
				Port:  uint16(80 + j%2), Family: pick(j, "", "bot"), Severity: pick(i, "low", "high"), Note: "n"})
		}
		out = append(out, []string{put(t, dir, fmt.Sprintf("small-%d.txt", i), b.Bytes())})
	}
	var big bytes.Buffer
	big.WriteString("#plain feed-1 event\n")
	for j := range 4500 {
		if j%50 != 0 {
			fmt.Fprintf(&big, "!%d\n", j)
			continue
		}
		writeSaid(t, &big, said{Time: day(0).UnixMicro() + int64(j), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", 10+j/50), Port: 80})
	}
	var cut bytes.Buffer
	z := gzip.NewWriter(&cut)
	fmt.Fprintln(z, "#plain feed-2 event")
	for j := range 3000 {
		writeSaid(t, z, said{Time: day(1).UnixMicro() + int64(j), Class: "scanner", Value: fmt.Sprintf("ipv4:198.18.2.%d", j%250), Note: fmt.Sprintf("%x", j*j*j*7919)})
	}
	ok(t, z.Close())
	return append(out, []string{
		put(t, dir, "z-a.txt", big.Bytes()),
		put(t, dir, "z-cut.txt.gz", cut.Bytes()[:cut.Len()/2]),
		put(t, dir, "z-again.txt", mustRead(t, out[0][0])),
	})
}

func pick(i int, words ...string) string { return words[i%len(words)] }

func writeSaid(t testing.TB, w interface{ Write([]byte) (int, error) }, s said) {
	t.Helper()
	text, err := json.Marshal(s)
	ok(t, err)
	_, err = w.Write(append(text, '\n'))
	ok(t, err)
}

func put(t testing.TB, dir, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	ok(t, os.WriteFile(path, text, 0o600))
	return path
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	ok(t, err)
	return text
}

// story is what undisturbed ingests of the calls leave.
type story struct {
	rules    rules
	calls    [][]string
	accounts []string
	world    world
}

func undisturbed(t testing.TB) (s story) {
	t.Helper()
	ctx := context.Background()
	s = story{rules: newRules(t), calls: calls(t)}
	n, err := openNode(ctx, t.TempDir(), disk.OS(), s.rules)
	ok(t, err)
	defer n.close()
	for _, paths := range s.calls {
		res, err := n.Ingest(ctx, surge.Request{Paths: paths})
		ok(t, err)
		s.accounts = append(s.accounts, accountText(res.Account))
	}
	s.world = n.world(t)
	if last := s.accounts[len(s.accounts)-1]; !strings.Contains(last, `"batches":3`) || !strings.Contains(last, `"quarantined":1`) {
		t.Fatalf("the last ingest is too simple for these tests: %s", last)
	}
	return s
}

// play runs the calls from the first one not done and stops at an error. It
// gives how many were done.
func (s *story) play(ctx context.Context, t testing.TB, n *node, from int) (int, error) {
	t.Helper()
	for i := from; i < len(s.calls); i++ {
		res, err := n.Ingest(ctx, surge.Request{Paths: s.calls[i]})
		if err != nil {
			return i, err
		}
		if got := accountText(res.Account); got != s.accounts[i] {
			t.Errorf("account of call %d:\n got %s\nwant %s", i, got, s.accounts[i])
		}
	}
	return len(s.calls), nil
}

// TestEveryFileOperationFails lets each file operation of a sequence of ingests
// fail in turn (every fifth without ENTENTE_TEST_ALL), then loses what was not synced while the database keeps all it
// committed, and runs the same commands again on a sound disk. Nothing is lost
// and nothing doubled.
func TestEveryFileOperationFails(t *testing.T) {
	ctx := context.Background()
	s := undisturbed(t)
	whole := disktest.New()
	n, err := openNode(ctx, t.TempDir(), whole, s.rules)
	ok(t, err)
	_, err = s.play(ctx, t, n, 0)
	ok(t, err)
	ok(t, n.close())
	total := len(whole.Ops())
	t.Logf("%d file operations", total)
	var tries []failing
	for at := 1; at <= total; at++ {
		why, onward := disktest.Faults()[at%2], at/2%2 == 1
		if os.Getenv("ENTENTE_TEST_ALL") != "" {
			tries = append(tries, failing{at, why, onward}, failing{at, why, !onward})
		} else if at%5 == 0 {
			tries = append(tries, failing{at, why, onward})
		}
	}
	for part := range 2 {
		t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(tries) && !t.Failed(); i += 2 {
				if s.fail(ctx, t, tries[i]); t.Failed() {
					t.Errorf("after operation %d of %d: %v, onward %v", tries[i].at, total, whole.Ops()[tries[i].at-1], tries[i].onward)
				}
			}
		})
	}
}

// failing says which operation fails, with what, and whether all after it do so
// too, as on a disk that went away.
type failing struct {
	at     int
	why    error
	onward bool
}

// fail is one try.
func (s *story) fail(ctx context.Context, t testing.TB, f failing) {
	t.Helper()
	dir, err := os.MkdirTemp("", "entente-fault")
	ok(t, err)
	defer os.RemoveAll(dir)
	d := disktest.New()
	if f.onward {
		d.FailFrom(f.at, f.why)
	} else {
		d.FailAt(f.at, f.why)
	}
	var did int
	n, err := openNode(ctx, dir, d, s.rules)
	if err == nil {
		did, err = s.play(ctx, t, n, 0)
		ok(t, n.close())
	}
	if err != nil {
		s.clear(t, err, f.why)
	}
	ok(t, d.PowerCut())
	d.Heal()
	n, err = openNode(ctx, dir, d, s.rules)
	ok(t, err)
	defer n.close()
	if _, err := s.play(ctx, t, n, did); err != nil {
		t.Error(err)
	}
	n.world(t).same(t, "after the rerun", s.world)
	if _, err := n.Record.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// clear checks that an error says what to do.
func (s *story) clear(t testing.TB, err, why error) {
	t.Helper()
	want := fault.Full
	if errors.Is(why, syscall.EIO) {
		want = fault.Corrupt
	}
	if fault.KindOf(err) != want || fault.RemedyOf(err) == "" || !errors.Is(err, why) {
		t.Errorf("%v: kind %v, remedy %q", err, fault.KindOf(err), fault.RemedyOf(err))
	}
}

// TestNothingCountsThatIsNotDurable looks before every file operation whether a
// file that the database lists, or raw input that a row names, could still be
// lost.
func TestNothingCountsThatIsNotDurable(t *testing.T) {
	ctx := context.Background()
	s := undisturbed(t)
	d := disktest.New()
	n, err := openNode(ctx, t.TempDir(), d, s.rules)
	ok(t, err)
	defer n.close()
	looks, most := 0, 0
	look := func() {
		names, err := listed(ctx, n)
		if err != nil {
			t.Error(err)
		}
		looks, most = looks+1, max(most, len(names))
		for _, loose := range d.Unsynced() {
			for _, name := range names {
				if strings.Contains(loose, name) {
					t.Errorf("it counts, but a power cut would lose it: %s", loose)
				}
			}
		}
	}
	d.Watch(func(disktest.Op) { look() })
	_, err = s.play(ctx, t, n, 0)
	ok(t, err)
	look()
	if left := d.Unsynced(); len(left) > 0 {
		t.Errorf("not synced at the end: %v", left)
	}
	t.Logf("%d looks, up to %d files that count", looks, most)
	if looks < 100 || most < 20 {
		t.Error("too few to say anything")
	}
}

// listed gives a part of the name of every file that counts.
func listed(ctx context.Context, n *node) ([]string, error) {
	files, err := n.Log.Files(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, f := range files {
		out = append(out, f.Path)
	}
	err = n.DB.Read(ctx, func(q store.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT DISTINCT file FROM run_section")
		if err != nil {
			return err
		}
		for rows.Next() {
			var file int64
			if err := rows.Scan(&file); err != nil {
				return err
			}
			out = append(out, filepath.Join("runs", fmt.Sprintf("%012d.run", file)))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		if rows, err = q.QueryContext(ctx, "SELECT DISTINCT raw FROM member"); err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var raw []byte
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			out = append(out, hex.EncodeToString(raw))
		}
		return rows.Err()
	})
	return out, err
}

// day is a time on one of the days before the clock's.
func day(n int) time.Time { return clock.AddDate(0, 0, n-3) }
