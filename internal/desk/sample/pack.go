package sample

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// pack moves the file at name into an archive beside it and gives the name of
// the member: archive!member.
func (g *generator) pack(kind, name string) (string, error) {
	from := filepath.Join(g.Dir, filepath.FromSlash(name))
	archive := strings.TrimSuffix(name, path.Ext(name)) + "." + kind
	in, err := os.Open(from)
	if err != nil {
		return "", cannotWrite(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(g.Dir, filepath.FromSlash(archive)))
	if err != nil {
		return "", cannotWrite(err)
	}
	if kind == "zip" {
		err = zipOne(out, in, path.Base(name))
	} else {
		err = tarOne(out, in, path.Base(name))
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Remove(from)
	}
	if err != nil {
		return "", cannotWrite(err)
	}
	return archive + "!" + path.Base(name), nil
}

// packed is the time of all members, so that the same sample has the same bytes.
func packed() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func zipOne(out io.Writer, in io.Reader, name string) error {
	z := zip.NewWriter(out)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: packed()})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, in); err != nil {
		return err
	}
	return z.Close()
}

func tarOne(out io.Writer, in *os.File, name string) error {
	info, err := in.Stat()
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: info.Size(), ModTime: packed()}); err != nil {
		return err
	}
	if _, err := io.Copy(t, in); err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

// describe writes the feed.yaml and mapping.yaml of a source's folder.
func (g *generator) describe(s *source) error {
	if s.options != "" {
		if err := g.put("feeds/"+s.folder+"/feed.yaml", []byte(banner+s.options)); err != nil {
			return err
		}
	}
	if s.mapping != "" {
		return g.put("feeds/"+s.folder+"/mapping.yaml", []byte(s.mapping))
	}
	return nil
}
