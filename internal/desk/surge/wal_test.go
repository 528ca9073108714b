package surge_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
	"entente/internal/infra/store"
)

// The write-ahead log as SQLite's file format says ("WAL File Format"): a
// header of 32 bytes, then frames of a 24-byte header and one page. The second
// word of a frame's header is not zero when the frame ends a transaction.
const (
	walHeader = 32
	walFrame  = 24 + 4096
)

// grave is a file that was removed when the log of the database had this size.
type grave struct {
	name, kept string
	size       int64
}

// exists tells whether a file lay on the disk, finished or not, when the log was
// at most so long.
func (p *film) exists(name string, cut int) bool { return p.born[name] <= int64(cut) }

// TestEveryCutOfTheLog stands for a machine that lost power during a sequence
// of ingests: the database is opened with its write-ahead log cut at a frame,
// beside the files that lay there at that moment, and the same commands are
// given again. Files may be ahead of the database, never behind it.
func TestEveryCutOfTheLog(t *testing.T) {
	all := stories(t)
	all["fold"] = foldStory(t)
	for name, s := range all {
		p := s.film(t)
		cuts, commits := cutsOf(p.wal)
		merged := 0
		for _, g := range p.graves {
			if filepath.Dir(g.name) == "runs" {
				merged++
			}
		}
		t.Logf("%s: %d frames, %d transactions, %d cuts, %d run files merged away", name, (len(p.wal)-walHeader)/walFrame, commits, len(cuts), merged)
		if commits < 6 || name == "merge" && merged < 16 {
			t.Error("too few to say anything")
		}
		for part := range 2 {
			t.Run(fmt.Sprint(name, " ", part), func(t *testing.T) {
				t.Parallel()
				for i := part; i < len(cuts) && !t.Failed(); i += 2 {
					if s.cut(t, p, cuts[i]); t.Failed() {
						t.Errorf("cut at byte %d of %d, frame %d", cuts[i], len(p.wal), (cuts[i]-walHeader)/walFrame)
					}
				}
			})
		}
	}
}

// film is all that lay on the disk while a story was played.
type film struct {
	base, wal []byte
	files     string // those of the end
	graves    []grave
	born      map[string]int64 // size of the log when a file was made
}

func (s *story) film(t testing.TB) *film {
	t.Helper()
	ctx := context.Background()
	dir, cellar := s.begin(t), t.TempDir()
	p := &film{base: mustRead(t, filepath.Join(dir, "state.db")), files: t.TempDir(), born: map[string]int64{}}
	d := disktest.New()
	var mu sync.Mutex
	d.Watch(func(op disktest.Op) {
		mu.Lock()
		defer mu.Unlock()
		name, err := filepath.Rel(dir, op.Name)
		if err != nil {
			t.Error(err)
		}
		kept := filepath.Join(cellar, fmt.Sprint(len(p.graves)))
		switch {
		case op.Kind == "create", op.Kind == "rename":
			p.born[name] = logSize(t, dir)
		case op.Kind == "remove" && os.Link(op.Name, kept) == nil:
			p.graves = append(p.graves, grave{name, kept, logSize(t, dir)})
		}
	})
	n, err := openNode(ctx, dir, d, s.rules)
	ok(t, err)
	defer n.close()
	_, err = s.play(ctx, t, n, 0)
	ok(t, err)
	if string(mustRead(t, filepath.Join(dir, "state.db"))) != string(p.base) {
		t.Fatal("the database itself changed, so its log does not tell all")
	}
	p.wal = mustRead(t, filepath.Join(dir, "state.db-wal"))
	linkAll(t, dir, p.files)
	return p
}

// cutsOf gives where the log is cut: after every transaction and in the middle
// of some; with ENTENTE_TEST_ALL after up to 400 frames.
func cutsOf(wal []byte) (cuts []int, commits int) {
	step := max(1, len(wal)/walFrame/400)
	for at, n := walHeader, 0; at+walFrame <= len(wal); at, n = at+walFrame, n+1 {
		end := binary.BigEndian.Uint32(wal[at+4:]) != 0
		if end {
			commits++
		}
		if end || os.Getenv("ENTENTE_TEST_ALL") != "" && n%step == 0 {
			cuts = append(cuts, at+walFrame)
		}
		if end && commits%4 == 0 {
			cuts = append(cuts, at)
		}
	}
	return cuts, commits
}

// cut is one try. How many calls were done is what the database says.
func (s *story) cut(t testing.TB, p *film, at int) {
	t.Helper()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "entente-cut")
	ok(t, err)
	defer os.RemoveAll(dir)
	linkAll(t, p.files, dir)
	for name := range p.born {
		if !p.exists(name, at) {
			_ = os.Remove(filepath.Join(dir, name)) // it may be gone at the end
		}
	}
	for _, g := range p.graves {
		if g.size > int64(at) && p.exists(g.name, at) {
			if err := os.Link(g.kept, filepath.Join(dir, g.name)); err != nil && !os.IsExist(err) {
				t.Fatal(err)
			}
		}
	}
	ok(t, os.WriteFile(filepath.Join(dir, "state.db"), p.base, 0o600))
	ok(t, os.WriteFile(filepath.Join(dir, "state.db-wal"), p.wal[:at], 0o600))
	n, err := openNode(ctx, dir, disk.OS(), s.rules)
	if err != nil {
		t.Error(err)
		return
	}
	defer n.close()
	var did int
	ok(t, n.DB.Read(ctx, func(q store.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM run WHERE finished > 0").Scan(&did)
	}))
	did -= s.before
	if _, err := s.play(ctx, t, n, did); err != nil {
		t.Error(err)
		return
	}
	n.world(t).same(t, "after the rerun", s.world)
}

func logSize(t testing.TB, dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "state.db-wal"))
	if err != nil {
		t.Error(err)
		return 0
	}
	return info.Size()
}
