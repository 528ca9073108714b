package warnlist

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"entente/internal/core/fault"
)

// maxArchive bounds the unpacked bytes of an archive.
const maxArchive = 1 << 30

// eachFile calls f for every list.json in src: a folder, or a tar archive,
// plain or packed with zstd or gzip. The name is the folder that holds it.
func eachFile(ctx context.Context, src string, f func(slug string, b []byte, err error) error) error {
	info, err := os.Stat(src)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Newf(fault.NotFound, "give a folder or archive of MISP warning lists", "there is nothing at %s", src)
	}
	if err != nil {
		return fault.Wrap(fault.Forbidden, err, src+" cannot be read", "let the user that runs entente read it")
	}
	if info.IsDir() {
		return eachInDir(ctx, src, f)
	}
	in, err := os.Open(src)
	if err != nil {
		return fault.Wrap(fault.Forbidden, err, src+" cannot be read", "let the user that runs entente read it")
	}
	defer in.Close()
	return eachInTar(ctx, src, in, f)
}

func eachInDir(ctx context.Context, dir string, f func(string, []byte, error) error) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if cerr := ctx.Err(); cerr != nil {
			return stopped(cerr)
		}
		if err != nil {
			return fault.Wrap(fault.Forbidden, err, p+" cannot be read", "let the user that runs entente read it")
		}
		if d.IsDir() || d.Name() != "list.json" {
			return nil
		}
		b, err := readLimited(p)
		return f(filepath.Base(filepath.Dir(p)), b, err)
	})
}

func readLimited(p string) ([]byte, error) {
	in, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return limited(in)
}

// limited reads at most MaxBytes.
func limited(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(b) > MaxBytes {
		err = fmt.Errorf("it is larger than %d bytes", MaxBytes)
	}
	return b, err
}

func eachInTar(ctx context.Context, src string, in io.Reader, f func(string, []byte, error) error) error {
	broken := func(err error) error {
		return fault.Wrap(fault.Invalid, err, src+" is no whole tar archive", "fetch it again; .tar, .tar.zst and .tar.gz are read")
	}
	head := make([]byte, 4)
	n, _ := io.ReadFull(in, head)
	r := io.MultiReader(bytes.NewReader(head[:n]), in)
	switch {
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(128<<20))
		if err != nil {
			return broken(err)
		}
		defer z.Close()
		r = z
	case head[0] == 0x1f && head[1] == 0x8b:
		z, err := gzip.NewReader(r)
		if err != nil {
			return broken(err)
		}
		r = z
	}
	all := &io.LimitedReader{R: r, N: maxArchive}
	for t := tar.NewReader(all); ; {
		if err := ctx.Err(); err != nil {
			return stopped(err)
		}
		h, err := t.Next()
		if all.N <= 0 {
			return fault.Newf(fault.Limit, "unpack it and import the folder", "%s unpacks to more than %d bytes", src, int64(maxArchive))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if name := path.Clean(h.Name); h.Typeflag == tar.TypeReg && path.Base(name) == "list.json" {
			b, err := limited(t)
			if err != nil && !strings.HasPrefix(err.Error(), "it is larger") {
				return broken(err)
			}
			if err := f(path.Base(path.Dir(name)), b, err); err != nil {
				return err
			}
		}
	}
}

func stopped(err error) error {
	return fault.Wrap(fault.Stopped, err, "stopped while reading warning lists", "start the import again; nothing was changed")
}
