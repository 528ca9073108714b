package report

import (
	"crypto/sha256"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"

	"entente/internal/infra/disk"
)

// file is one file being written from front to back, buffered and hashed.
type file struct {
	path string // below the report's folder
	full string
	f    *os.File
	bufs *sync.Pool // where buf comes from and goes back to
	buf  []byte
	hash hash.Hash
	size int64
	rows int64
}

const fileBuffer = 128 << 10

// create starts a file of the report.
func (s *stage) create(path string) (*file, error) {
	full := filepath.Join(s.dir, filepath.FromSlash(path))
	f, err := os.OpenFile(full, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, disk.Fault("make", full, err)
	}
	buf, ok := s.bufs.Get().(*[fileBuffer]byte)
	if !ok {
		buf = new([fileBuffer]byte)
	}
	return &file{path: path, full: full, f: f, bufs: &s.bufs, buf: buf[:0], hash: sha256.New()}, nil
}

// Write appends b. It makes file an io.Writer for templates.
func (f *file) Write(b []byte) (int, error) {
	if err := f.write(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// ReadFrom copies r to the file through its own buffer.
func (f *file) ReadFrom(r io.Reader) (int64, error) {
	var n int64
	for {
		if len(f.buf) == cap(f.buf) {
			if err := f.flush(); err != nil {
				return n, err
			}
		}
		got, err := r.Read(f.buf[len(f.buf):cap(f.buf)])
		f.buf = f.buf[:len(f.buf)+got]
		n += int64(got)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, disk.Fault("read what belongs to", f.full, err)
		}
	}
}

func (f *file) write(b []byte) error {
	if len(f.buf)+len(b) > cap(f.buf) {
		if err := f.flush(); err != nil {
			return err
		}
		if len(b) > cap(f.buf) {
			return f.put(b)
		}
	}
	f.buf = append(f.buf, b...)
	return nil
}

// drain writes b out once it has grown, and gives a buffer to go on with.
func (f *file) drain(b []byte) ([]byte, error) {
	if len(b) < 16<<10 {
		return b, nil
	}
	return b[:0], f.write(b)
}

func (f *file) flush() error {
	err := f.put(f.buf)
	f.buf = f.buf[:0]
	return err
}

func (f *file) put(b []byte) error {
	f.hash.Write(b)
	n, err := f.f.Write(b)
	f.size += int64(n)
	return disk.Fault("write", f.full, err)
}

// close finishes the file. The caller adds the entry to the stage unless the
// file is the manifest.
func (f *file) close() (entry, error) {
	err := f.flush()
	if cerr := f.f.Close(); err == nil {
		err = disk.Fault("write", f.full, cerr)
	}
	f.bufs.Put((*[fileBuffer]byte)(f.buf[:fileBuffer]))
	f.buf = nil
	return entry{Path: f.path, Bytes: f.size, SHA256: hexOf(f.hash.Sum(nil)), rows: f.rows}, err
}

// drop closes a file that will not be finished.
func (f *file) drop() {
	if f != nil && f.f != nil {
		_ = f.f.Close()
	}
}
