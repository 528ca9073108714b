package sample

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// member is one file of a sample as an ingest meets it.
type member struct {
	path string // as in truth.json
	body []byte
}

// members reads all feed files below dir, unpacked.
func members(t *testing.T, dir string) map[string]member {
	t.Helper()
	out := map[string]member{}
	err := filepath.WalkDir(filepath.Join(dir, "feeds"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, ".yaml") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		name := filepath.ToSlash(rel)
		var r io.Reader = bytes.NewReader(b)
		switch {
		case strings.HasSuffix(path, ".zip"):
			z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				return err
			}
			if r, err = z.File[0].Open(); err != nil {
				return err
			}
			name += "!" + z.File[0].Name
		case strings.HasSuffix(path, ".gz"):
			if r, err = gzip.NewReader(r); err != nil {
				return err
			}
			if strings.HasSuffix(path, ".tar.gz") {
				tr := tar.NewReader(r)
				h, err := tr.Next()
				if err != nil {
					return err
				}
				r, name = tr, name+"!"+h.Name
			}
		case strings.HasSuffix(path, ".zst"):
			if r, err = zstd.NewReader(r); err != nil {
				return err
			}
		}
		body, err := io.ReadAll(r)
		out[name] = member{name, body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
