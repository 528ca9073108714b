package surge_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/desk/surge"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
)

// small is an ingest with one batch that opens cases and sees others again.
func small(t testing.TB, dir string, i int) []string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("#plain feed-0 event\n")
	for j := range 8 {
		writeSaid(t, &b, said{Time: day(0).UnixMicro() + int64(i*100+j), Class: pick(i+j, "c2-server", "spam", "phishing"),
			Value: pick(i+j, fmt.Sprintf("ipv4:198.18.1.%d", 20+i*8+j), fmt.Sprintf("ipv4:198.18.0.%d", 230+j+i%9), fmt.Sprintf("domain:w%d.shop.example.org", j)),
			Port:  uint16(80 + j%2), Family: pick(j, "", "bot"), Severity: pick(i, "low", "high"), Note: "n"})
	}
	return []string{put(t, dir, fmt.Sprintf("small-%d.txt", i), b.Bytes())}
}

// large is an ingest with several batches, rejected rows, archives that break
// off, and a file that is recognised.
func large(t testing.TB, dir string, known []string) []string {
	t.Helper()
	return []string{
		put(t, dir, "z-a.txt", rejects(t, 0)),
		put(t, dir, "z-b.tar", brokenTar(t)),
		put(t, dir, "z-c.zip", brokenZip(t)),
		put(t, dir, "z-d.txt.gz", brokenGzip(t)),
		put(t, dir, "z-e.txt", rejects(t, 1)),
		put(t, dir, "z-f.txt", mustRead(t, known[0])),
		put(t, dir, "z-g.txt", []byte("nothing that a format knows\n")),
	}
}

// rejects closes a batch with rows that are rejected.
func rejects(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("#plain feed-1 event\n")
	for j := range 2200 {
		if j%50 != 0 {
			fmt.Fprintf(&b, "!%d %d\n", n, j)
			continue
		}
		writeSaid(t, &b, said{Time: day(n).UnixMicro() + int64(j), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", 10+n*20+j/50), Port: 80})
	}
	return b.Bytes()
}

// scans is a file of n rows.
func scans(t testing.TB, feed string, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "#plain %s event\n", feed)
	for j := range n {
		writeSaid(t, &b, said{Time: day(1).UnixMicro() + int64(j), Class: "scanner", Value: fmt.Sprintf("ipv4:198.18.2.%d", j%250), Note: fmt.Sprintf("%x", j*j*j*7919)})
	}
	return b.Bytes()
}

func brokenTar(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := range 3 {
		text := scans(t, fmt.Sprint("tar-", i), 60)
		ok(t, w.WriteHeader(&tar.Header{Name: fmt.Sprintf("%d.txt", i), Mode: 0o600, Size: int64(len(text))}))
		_, err := w.Write(text)
		ok(t, err)
	}
	ok(t, w.Close())
	return b.Bytes()[:b.Len()/2]
}

// brokenZip has a wrong checksum in the second of three members.
func brokenZip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 3 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%d.txt", i), Method: zip.Store})
		ok(t, err)
		_, err = f.Write(scans(t, fmt.Sprint("zip-", i), 40))
		ok(t, err)
	}
	ok(t, w.Close())
	text := b.Bytes()
	at := bytes.Index(text, []byte("#plain zip-1"))
	at += bytes.IndexByte(text[at:], 'n') // in the feed's row text further on
	at += bytes.Index(text[at:], []byte(`"n":"`)) + 5
	text[at] ^= 1
	return text
}

func brokenGzip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(scans(t, "gzip", 3000))
	ok(t, err)
	ok(t, z.Close())
	return b.Bytes()[:b.Len()/2]
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

// story is a data folder, some ingests, and what they leave when nobody
// disturbs them.
type story struct {
	rules    rules
	ready    string // the folder before; copied for every try
	before   int    // ingests that it saw
	calls    [][]string
	accounts []string
	world    world
	act      func(context.Context, *node) error // instead of the calls; nil: none
}

// stories: the first ingests of a new folder; and those after so many others
// that runs of keys are merged.
func stories(t testing.TB) map[string]*story {
	t.Helper()
	r, dir := newRules(t), t.TempDir()
	var smalls [][]string
	for i := range 17 {
		smalls = append(smalls, small(t, dir, i))
	}
	big := large(t, dir, smalls[0])
	return map[string]*story{
		"first": newStory(t, r, nil, [][]string{smalls[0], big}),
		"merge": newStory(t, r, smalls[:15], [][]string{smalls[15], smalls[16]}),
	}
}

// foldStory is an ingest whose sightings are so many that they are folded into
// the cases in several slices.
func foldStory(t testing.TB) *story {
	t.Helper()
	dir := t.TempDir()
	var files [2][]string
	for i := range files {
		var b bytes.Buffer
		b.WriteString("#plain feed-0 event\n")
		for j := range 9000 {
			writeSaid(t, &b, said{Time: day(i).UnixMicro() + int64(j), Class: "c2-server", Value: fmt.Sprintf("ipv4:198.18.1.%d", 1+j%90), Port: uint16(1 + j)})
		}
		files[i] = []string{put(t, dir, fmt.Sprintf("fold-%d.txt", i), b.Bytes())}
	}
	return newStory(t, newRules(t), files[:1], files[1:])
}

func newStory(t testing.TB, r rules, before, calls [][]string) *story {
	t.Helper()
	s := &story{rules: r, ready: t.TempDir(), before: len(before), calls: calls}
	n, err := openNode(context.Background(), s.ready, disk.OS(), s.rules)
	ok(t, err)
	s.run(t, n, before)
	ok(t, n.close())
	n, err = openNode(context.Background(), s.begin(t), disk.OS(), s.rules)
	ok(t, err)
	defer n.close()
	s.accounts = s.run(t, n, calls)
	s.world = n.world(t)
	return s
}

// run ingests and gives the accounts.
func (s *story) run(t testing.TB, n *node, calls [][]string) (accounts []string) {
	t.Helper()
	for _, paths := range calls {
		res, err := n.Ingest(context.Background(), surge.Request{Paths: paths})
		ok(t, err)
		accounts = append(accounts, accountText(res.Account))
	}
	return accounts
}

// begin makes a data folder as it was before the calls.
func (s *story) begin(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "entente-story")
	ok(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	linkAll(t, s.ready, dir)
	ok(t, os.WriteFile(filepath.Join(dir, "state.db"), mustRead(t, filepath.Join(s.ready, "state.db")), 0o600))
	return dir
}

// linkAll gives a second folder the files of a first, apart from the database.
func linkAll(t testing.TB, from, to string) {
	t.Helper()
	ok(t, fs.WalkDir(os.DirFS(from), ".", func(path string, e fs.DirEntry, err error) error {
		switch name := filepath.Join(to, path); {
		case err != nil:
			return err
		case e.IsDir():
			return os.MkdirAll(name, 0o700)
		case strings.HasPrefix(path, "state.db"):
			return nil
		default:
			return os.Link(filepath.Join(from, path), name)
		}
	}))
}

// play runs the calls from the first one not done and stops at an error. It
// gives how many were done.
func (s *story) play(ctx context.Context, t testing.TB, n *node, from int) (int, error) {
	t.Helper()
	if s.act != nil {
		return 0, s.act(ctx, n)
	}
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

// TestEveryFileOperationFails lets each file operation of the ingests fail in
// turn, then loses what was not synced while the database keeps all it
// committed, and runs the same commands again on a sound disk. Nothing is lost
// and nothing doubled.
func TestEveryFileOperationFails(t *testing.T) {
	ctx := context.Background()
	for name, s := range stories(t) {
		whole := disktest.New()
		n, err := openNode(ctx, s.begin(t), whole, s.rules)
		ok(t, err)
		_, err = s.play(ctx, t, n, 0)
		ok(t, err)
		ok(t, n.close())
		ops := whole.Ops()
		var tries []failing
		for at := 1; at <= len(ops); at++ {
			why, onward := disktest.Faults()[at%2], at/2%2 == 1
			tries = append(tries, failing{at, why, onward})
			if os.Getenv("ENTENTE_TEST_ALL") != "" {
				tries = append(tries, failing{at, why, !onward})
			}
		}
		t.Logf("%s: %d file operations, %d tries", name, len(ops), len(tries))
		for part := range 2 {
			t.Run(fmt.Sprint(name, " ", part), func(t *testing.T) {
				t.Parallel()
				for i := part; i < len(tries) && !t.Failed(); i += 2 {
					if s.fail(ctx, t, tries[i]); t.Failed() {
						t.Errorf("after operation %d of %d: %v, onward %v", tries[i].at, len(ops), ops[tries[i].at-1], tries[i].onward)
					}
				}
			})
		}
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
	dir := s.begin(t)
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
	looks, most := 0, 0
	for _, s := range stories(t) {
		d := disktest.New()
		n, err := openNode(ctx, s.begin(t), d, s.rules)
		ok(t, err)
		defer n.close()
		var mu sync.Mutex
		look := func() {
			mu.Lock()
			defer mu.Unlock()
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
