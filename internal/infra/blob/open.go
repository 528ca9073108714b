package blob

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/s2"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// Reader gives the raw bytes of a blob. A Read that comes to the end compares
// the hash and fails with fault.Corrupt when the bytes were damaged.
type Reader struct {
	// Size is the number of raw bytes.
	Size int64
	// At reads anywhere in the raw bytes, without comparing the hash. It is nil
	// when the blob is stored compressed.
	At io.ReaderAt

	file disk.ReadFile
	src  io.Reader
	sum  hash.Hash
	want Hash
	read int64
}

// Trust turns off the comparison of the hash, for a caller that has just put
// these bytes: what a damaged disk can do in between is left to the checksums of
// the packed form. It must be called before the first Read.
func (r *Reader) Trust() *Reader {
	r.sum = nil
	return r
}

// Open opens the bytes of hash; fault.NotFound if they are not kept.
func (s *Store) Open(ctx context.Context, h Hash) (*Reader, error) {
	path, size, err := s.find(h)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, "check whether the time for which raw input is kept is over",
			"no bytes are kept under %s", hex.EncodeToString(h[:]))
	}
	if err != nil {
		return nil, err
	}
	f, err := s.fs.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{Size: size, At: f, file: f, src: f, sum: sha256.New(), want: h}
	if !strings.HasSuffix(path, packed) {
		return r, nil
	}
	r.At = nil
	if r.Size, err = rawSize(f, size); err != nil {
		f.Close()
		return nil, r.damaged(err)
	}
	r.src = s2.NewReader(io.NewSectionReader(f, 0, size), s2.ReaderMaxBlockSize(chunk))
	return r, nil
}

func rawSize(f io.ReaderAt, size int64) (int64, error) {
	var b [sizeBytes]byte
	if size < sizeBytes {
		return 0, errors.New("shorter than its own end")
	}
	if _, err := f.ReadAt(b[:], size-sizeBytes); err != nil {
		return 0, err
	}
	if [4]byte(b[:]) != [4]byte{sizeType, 8} {
		return 0, errors.New("its end is missing")
	}
	return int64(binary.LittleEndian.Uint64(b[4:])), nil
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	if r.sum != nil {
		r.sum.Write(p[:n])
	}
	r.read += int64(n)
	switch {
	case err == io.EOF && (r.read != r.Size || r.sum != nil && Hash(r.sum.Sum(nil)) != r.want):
		return n, r.damaged(nil)
	case err != nil && err != io.EOF:
		return n, r.damaged(err)
	}
	return n, err
}

func (r *Reader) damaged(cause error) error {
	return fault.Wrap(fault.Corrupt, cause,
		"the kept bytes of "+hex.EncodeToString(r.want[:])+" are damaged",
		"restore the file of that name under blobs/ from a backup, or ingest the original file again after deleting it")
}

// Close gives the file back.
func (r *Reader) Close() error { return r.file.Close() }
