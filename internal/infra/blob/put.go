package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"path/filepath"

	"github.com/klauspost/compress/s2"

	"entente/internal/infra/disk"
)

const (
	chunk  = 1 << 20
	chunks = 4 // in flight between reading and writing
)

// Put keeps the bytes of r and returns when they are durable. With compress
// they are stored as S2, unless their head shows that they are compressed
// already. Bytes that are kept already are recognised and not stored again. r
// is read once, to its end; memory does not grow with it.
func (s *Store) Put(ctx context.Context, r io.Reader, compress bool) (Ref, error) {
	name := s.tempName()
	if err := disk.Remnant(s.fs, name); err != nil {
		return Ref{}, err
	}
	f, err := s.fs.Create(name)
	if err != nil {
		return Ref{}, err
	}
	ref, pack, err := s.fill(ctx, f, r, compress)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = s.publish(name, pack, &ref)
	}
	if err != nil || ref.Known {
		_ = s.fs.Remove(name)
	}
	if err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// publish gives the finished file its name. A file that is there already may
// come from a run that died before it synced the folder, so that is done in
// any case.
func (s *Store) publish(temp string, pack bool, ref *Ref) error {
	path := s.path(ref.Hash)
	dir := filepath.Dir(path)
	if _, size, err := s.find(ref.Hash); err == nil {
		ref.Known, ref.Stored = true, size
		return s.fs.SyncDir(dir)
	}
	if err := s.fs.MkdirAll(dir); err != nil {
		return err
	}
	if pack {
		path += packed
	}
	if err := s.fs.Rename(temp, path); err != nil {
		return err
	}
	return s.fs.SyncDir(dir)
}

type piece struct {
	buf []byte
	n   int
}

// fill reads and hashes here while another goroutine compresses and writes.
func (s *Store) fill(ctx context.Context, f io.Writer, r io.Reader, compress bool) (Ref, bool, error) {
	free := make(chan []byte, chunks+1) // one more for the head, so that giving back never waits
	for range chunks {
		free <- nil // made when first needed, so that a small blob takes little
	}
	first := make([]byte, 32<<10)
	n, err := io.ReadFull(r, first)
	end := err == io.EOF || err == io.ErrUnexpectedEOF
	if err != nil && !end {
		return Ref{}, false, err
	}
	pack := compress && n > 0 && !squeezed(first[:n])

	out := &counter{w: f}
	full := make(chan piece, chunks)
	done := make(chan error, 1)
	go func() { done <- drain(out, full, free, pack) }()

	hash := sha256.New()
	size := int64(0)
	next := piece{first, n}
	var rerr error
	for {
		if next.n > 0 {
			full <- next
			hash.Write(next.buf[:next.n])
			size += int64(next.n)
		}
		if end || rerr != nil {
			break
		}
		if rerr = ctx.Err(); rerr != nil {
			break
		}
		buf := <-free
		if len(buf) < chunk {
			buf = make([]byte, chunk)
		}
		n, err := io.ReadFull(r, buf)
		end = err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !end {
			rerr, n = err, 0
		}
		next = piece{buf, n}
	}
	close(full)
	werr := <-done
	if rerr == nil {
		rerr = werr
	}
	if rerr == nil && pack {
		_, rerr = out.Write(sizeChunk(size))
	}
	ref := Ref{Size: size, Stored: out.n}
	hash.Sum(ref.Hash[:0])
	return ref, pack, rerr
}

// drain writes every piece and gives its buffer back. After a failure it goes
// on taking pieces, so that the reader never waits for ever.
func drain(out io.Writer, full <-chan piece, free chan<- []byte, pack bool) error {
	write, end := func(b []byte) error { _, err := out.Write(b); return err }, func() error { return nil }
	if pack {
		z := s2.NewWriter(out, s2.WriterConcurrency(1), s2.WriterBlockSize(chunk))
		write, end = z.EncodeBuffer, z.Close // with one encoder the buffer is free again at once
	}
	var err error
	for p := range full {
		if err == nil {
			err = write(p.buf[:p.n])
		}
		free <- p.buf
	}
	if err == nil {
		err = end()
	}
	return err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// squeezed tells by the magic numbers of gzip, zstd, zip, xz, bzip2 and 7z
// whether compressing again would be in vain.
func squeezed(head []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "PK\x03\x04", "PK\x05\x06", "\xfd7zXZ\x00", "BZh", "7z\xbc\xaf\x27\x1c"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// The chunk at the end: a skippable one by the framing format of Snappy, which S2
// shares: its type, the length of what follows in three bytes, the raw size;
// little-endian.
const (
	sizeType  = 0x9e
	sizeBytes = 12
)

func sizeChunk(size int64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{sizeType, 8, 0, 0}, uint64(size))
}
