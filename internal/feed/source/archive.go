package source

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"time"

	"entente/internal/core/fault"

	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
)

// entry counts one entry of an archive against the limit.
func (w *walker) entry(name string) error {
	w.entries++
	if w.entries > w.lim.MaxMembers {
		return limitFault(name, "its archives have more members than allowed", int64(w.lim.MaxMembers))
	}
	return w.ctx.Err()
}

func (w *walker) tar(l layer) error {
	tr := tar.NewReader(l.r)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return w.damage(l.name, err)
		}
		if err := w.entry(l.name); err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || hidden(h.Name) {
			continue
		}
		mod := h.ModTime
		if mod.Unix() <= 0 {
			mod = l.mod
		}
		if err := w.stream(layer{name: l.name + "!" + inner(h.Name), mod: mod, r: tr, depth: l.depth + 1}); err != nil {
			return err
		}
	}
}

func (w *walker) zip(l layer) error {
	at, size := l.at, l.size
	if at == nil {
		tmp, n, err := w.spool(l)
		if err != nil {
			return err
		}
		defer func() {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}()
		at, size = tmp, n
	}
	if n, err := countEntries(at, size, w.lim.MaxMembers); err != nil {
		return w.damage(l.name, err)
	} else if n > w.lim.MaxMembers {
		return limitFault(l.name, "its archives have more members than allowed", int64(w.lim.MaxMembers))
	}
	zr, err := zip.NewReader(at, size)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			err = io.ErrUnexpectedEOF // the directory stands at the end: it is what a broken fetch loses
		}
		return w.damage(l.name, err)
	}
	z := zstd.ZipDecompressor(zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(w.lim.MaxWindow)), zstd.WithDecoderConcurrency(1))
	zr.RegisterDecompressor(zstd.ZipMethodWinZip, z)
	zr.RegisterDecompressor(zstd.ZipMethodPKWare, z)
	for _, f := range zr.File {
		if err := w.entry(l.name); err != nil {
			return err
		}
		if !f.Mode().IsRegular() || hidden(f.Name) {
			continue
		}
		if err := w.zipMember(l, f); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) zipMember(l layer, f *zip.File) error {
	name := l.name + "!" + inner(f.Name)
	if f.Flags&1 != 0 {
		return fault.Newf(fault.Invalid, "unpack it with its password and give the files themselves", "%s is encrypted", name)
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return fault.Newf(fault.Invalid, "unpack it yourself and give the files themselves", "%s is packed by zip method %d, which is not read", name, f.Method)
	}
	if err != nil {
		return w.damage(name, err)
	}
	defer r.Close()
	in := min(int64(f.CompressedSize64), w.size)
	if w.size == 0 {
		in = int64(f.CompressedSize64)
	}
	w.zipIn += in
	m := &meter{w: w, name: name, r: r, in: func() int64 { return in }}
	return w.stream(layer{name: name, mod: zipTime(f, l.mod), r: m, depth: l.depth + 1})
}

// zipTime gives a member's time where the zip states it in UTC (the extended
// timestamp or NTFS fields); the old field has no zone, so the archive's own
// time stands for it.
func zipTime(f *zip.File, archive time.Time) time.Time {
	for b := f.Extra; len(b) >= 4; {
		id, n := uint16(b[0])|uint16(b[1])<<8, int(b[2])|int(b[3])<<8
		if id == 0x5455 || id == 0x000a || id == 0x000d || id == 0x5855 {
			if f.Modified.Unix() > 0 {
				return f.Modified.UTC()
			}
			break
		}
		if 4+n > len(b) {
			break
		}
		b = b[4+n:]
	}
	return archive
}

// spool copies a zip that cannot be read at random to a temporary file.
func (w *walker) spool(l layer) (*os.File, int64, error) {
	tmp, err := os.CreateTemp("", "entente-zip-*")
	if err != nil {
		return nil, 0, fault.Wrap(fault.Full, err, "no temporary file can be made for "+l.name, "set TMPDIR to a folder with room that can be written")
	}
	n, err := io.Copy(tmp, io.LimitReader(&body{w: w, name: l.name, r: l.r}, w.lim.MaxSpool+1))
	switch {
	case err != nil && fault.KindOf(err) == fault.Internal && w.ctx.Err() == nil:
		err = fault.Wrap(fault.Full, err, "the temporary copy of "+l.name+" cannot be written", "make room in the temporary folder or set TMPDIR to another")
	case err == nil && n > w.lim.MaxSpool:
		err = limitFault(l.name, "a zip inside a stream is larger than allowed, in bytes", w.lim.MaxSpool)
	}
	if err != nil {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
		return nil, 0, err
	}
	return tmp, n, nil
}
