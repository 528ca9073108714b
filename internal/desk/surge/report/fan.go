package report

import (
	"crypto/sha256"
	"hash"
	"os"
	"path/filepath"

	"entente/internal/infra/disk"
)

// Bounds of the fan: chunks of memory for all parts together (16 MB), and
// files open at once.
const (
	chunkSize  = 32 << 10
	chunkCount = 512
	openFiles  = 600
)

// fan writes to very many files in turn with few of them open and little
// memory: each part fills a chunk; when no chunk is free the one that was
// taken first is written out, and when too many files are open the one opened
// first is closed until it is needed again.
type fan struct {
	stage  *stage
	free   [][]byte
	made   int
	filled queue // parts that hold a chunk, oldest first
	open   queue // parts whose file is open, oldest first
	opened int
}

// part is one file of a fan.
type part struct {
	path string
	full string
	f    *os.File
	made bool
	buf  []byte
	hash hash.Hash
	size int64
	rows int64
}

// queue gives back parts in the order in which they came. A part may have
// left what the queue stands for meanwhile; the reader asks.
type queue struct {
	parts []*part
	head  int
}

func (q *queue) push(p *part) {
	if q.head > 1024 && q.head*2 > len(q.parts) {
		q.parts = append(q.parts[:0], q.parts[q.head:]...)
		q.head = 0
	}
	q.parts = append(q.parts, p)
}

func (q *queue) pop() *part {
	if q.head == len(q.parts) {
		return nil
	}
	p := q.parts[q.head]
	q.parts[q.head] = nil
	q.head++
	return p
}

func newFan(s *stage) *fan { return &fan{stage: s} }

// part names a file; it is made at its first flush.
func (fan *fan) part(path string) *part {
	return &part{path: path, full: filepath.Join(fan.stage.dir, filepath.FromSlash(path)), hash: sha256.New()}
}

// write appends one line to p.
func (fan *fan) write(p *part, line []byte) error {
	p.rows++
	if len(p.buf)+len(line) > chunkSize {
		if len(p.buf) > 0 {
			if err := fan.put(p, p.buf); err != nil {
				return err
			}
			p.buf = p.buf[:0]
		}
		if len(line) > chunkSize {
			return fan.put(p, line)
		}
	}
	if p.buf == nil {
		if err := fan.chunk(p); err != nil {
			return err
		}
	}
	p.buf = append(p.buf, line...)
	return nil
}

// chunk gives p an empty chunk, taking one from another part if need be.
func (fan *fan) chunk(p *part) error {
	if len(fan.free) == 0 && fan.made < chunkCount {
		fan.made++
		fan.free = append(fan.free, make([]byte, 0, chunkSize))
	}
	for len(fan.free) == 0 {
		if other := fan.filled.pop(); other != nil && other.buf != nil {
			if err := fan.flush(other); err != nil {
				return err
			}
		}
	}
	n := len(fan.free) - 1
	p.buf, fan.free = fan.free[n], fan.free[:n]
	fan.filled.push(p)
	return nil
}

// flush writes out p's chunk and frees it.
func (fan *fan) flush(p *part) error {
	if p.buf == nil {
		return nil
	}
	err := fan.put(p, p.buf)
	fan.free = append(fan.free, p.buf[:0])
	p.buf = nil
	return err
}

func (fan *fan) put(p *part, b []byte) error {
	if p.f == nil {
		if err := fan.openPart(p); err != nil {
			return err
		}
	}
	p.hash.Write(b)
	n, err := p.f.Write(b)
	p.size += int64(n)
	return disk.Fault("write", p.full, err)
}

func (fan *fan) openPart(p *part) error {
	for fan.opened >= openFiles {
		if other := fan.open.pop(); other != nil && other.f != nil {
			if err := fan.shut(other); err != nil {
				return err
			}
		}
	}
	flags := os.O_WRONLY | os.O_APPEND
	if !p.made {
		flags |= os.O_CREATE | os.O_EXCL
	}
	f, err := os.OpenFile(p.full, flags, 0o600)
	if err != nil {
		return disk.Fault("open", p.full, err)
	}
	p.f, p.made = f, true
	fan.opened++
	fan.open.push(p)
	return nil
}

func (fan *fan) shut(p *part) error {
	if p.f == nil {
		return nil
	}
	err := p.f.Close()
	p.f = nil
	fan.opened--
	return disk.Fault("write", p.full, err)
}

// close finishes p and describes it. A part to which nothing was written is
// an empty file.
func (fan *fan) close(p *part) (entry, error) {
	if err := fan.flush(p); err != nil {
		return entry{}, err
	}
	if !p.made {
		if err := fan.openPart(p); err != nil {
			return entry{}, err
		}
	}
	if err := fan.shut(p); err != nil {
		return entry{}, err
	}
	return entry{Path: p.path, Bytes: p.size, SHA256: hexOf(p.hash.Sum(nil)), rows: p.rows}, nil
}

// drop closes what a failed pass left open.
func (fan *fan) drop() {
	for p := fan.open.pop(); p != nil; p = fan.open.pop() {
		_ = fan.shut(p)
	}
}
