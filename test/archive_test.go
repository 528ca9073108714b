package test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// packed are one folder's files in every packing that is read.
func packed(t *testing.T, files map[string]string) map[string][]byte {
	t.Helper()
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	out := map[string][]byte{}
	var tarred, zipped bytes.Buffer
	tw, zw := tar.NewWriter(&tarred), zip.NewWriter(&zipped)
	for _, n := range names {
		good(t, tw.WriteHeader(&tar.Header{Name: n, Mode: 0o600, Size: int64(len(files[n]))}))
		_, err := io.WriteString(tw, files[n])
		good(t, err)
		w, err := zw.Create(n)
		good(t, err)
		_, err = io.WriteString(w, files[n])
		good(t, err)
	}
	good(t, tw.Close())
	good(t, zw.Close())
	out["all.tar"], out["all.zip"] = tarred.Bytes(), zipped.Bytes()
	out["all.tar.gz"], out["all.tar.zst"] = gzipped(t, tarred.Bytes()), zstded(t, tarred.Bytes())
	out[names[0]+".gz"], out[names[0]+".zst"] = gzipped(t, []byte(files[names[0]])), zstded(t, []byte(files[names[0]]))
	return out
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	good(t, err)
	good(t, z.Close())
	return b.Bytes()
}

func zstded(t *testing.T, text []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	good(t, err)
	defer z.Close()
	return z.EncodeAll(text, nil)
}

// bare gives the log without what names the raw input.
func bare(log []string) []string {
	var out []string
	for _, l := range log {
		before, rest, _ := strings.Cut(l, `"raw":"`)
		out = append(out, before+rest[min(len(rest), 66):])
	}
	slices.Sort(out)
	return out
}

// TestTruncated: an archive that breaks off counts as far as it goes, says so,
// and the whole one, given later, adds only what was missing. Half a row is
// none: no address loses its last digit.
func TestTruncated(t *testing.T) {
	files := map[string]string{"2026-11-20-scan_telnet-a.csv": table(3000), "b.jsonl": events(3000)}
	plain := newPlace(t)
	plain.took(t, writeFiles(t, files))
	want := plain.look(t)
	first := newPlace(t)
	first.took(t, writeFiles(t, map[string]string{"2026-11-20-scan_telnet-a.csv": table(3000)}))
	wantFirst := first.look(t)
	for name, text := range packed(t, files) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := want
			if !strings.HasPrefix(name, "all") {
				want = wantFirst
			}
			p := newPlace(t)
			half := filepath.Join(writeFiles(t, map[string]string{name: string(text[:len(text)*2/3])}), name)
			part := p.took(t, half)
			if part.figure("quarantined") != 1 || part.figure("rows") >= len(want.log) || part.figure("rejected") != 0 {
				t.Errorf("broken off: %s", part.figures("rows", "accepted", "rejected", "quarantined"))
			}
			if part.figure("rows") == 0 && name != "all.zip" { // its directory is at the end
				t.Error("nothing was taken of what is sound")
			}
			entente(t, p.flags("ingest", "rejects")...).says(t, 0, name, "truncated")
			again := p.ingest(t, half) // nothing more comes of it
			if a := parseAccount(t, again.stdout); a.figure("duplicate") != part.figure("observations") || a.figure("cases_opened") != 0 {
				t.Errorf("broken off, again: %s", a.figures("observations", "duplicate", "cases_opened"))
			}
			if words := entente(t, p.flags("ingest", "--geo", p.geo, half)...); !strings.Contains(words.stdout, "fetch it again") {
				t.Errorf("no remedy:\n%s", words.stdout)
			}
			whole := p.took(t, writeFiles(t, map[string]string{name: string(text)}))
			if whole.figure("quarantined") != 0 || whole.figure("duplicate") != part.figure("observations") {
				t.Errorf("whole: %s", whole.figures("rows", "duplicate", "quarantined"))
			}
			got := p.look(t)
			sameLines(t, "cases", got.cases, want.cases)
			sameLines(t, "log", bare(got.log), bare(want.log))
		})
	}
}

// TestRepacked: the same rows in another packing are duplicates, all of them.
func TestRepacked(t *testing.T) {
	text := table(500)
	p := newPlace(t)
	name := "2026-11-20-scan_telnet-a.csv"
	first := p.took(t, writeFiles(t, map[string]string{name: text}))
	for again, bytes := range packed(t, map[string]string{name: text}) {
		a := p.took(t, writeFiles(t, map[string]string{again: string(bytes)}))
		if a.figure("duplicate") != 500 || a.figure("cases_opened") != 0 || a.figure("rows") != first.figure("rows") {
			t.Errorf("%s: %s", again, a.figures("rows", "observations", "duplicate", "cases_opened"))
		}
	}
	if n := len(p.look(t).log); n != 500 {
		t.Errorf("%d rows in the log", n)
	}
}

// TestBombs: what unpacks to far more than any honest file is cut at a limit
// that is named, in bounded memory.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("makes large files")
	}
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		says []string
	}{
		"bomb.txt.gz":  {gzipBomb, []string{"limit 1000", "unpack it yourself"}},
		"bomb.txt.zst": {zstdBomb, []string{"limit 1000", "unpack it yourself"}},
		"bomb.zip":     {zipBomb, []string{"limit 1000", "unpack it yourself"}},
		"window.zst":   {wideWindow, []string{"limit 134217728", "unpack it yourself"}},
		"deep.gz":      {deep, []string{"limit 3", "layers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			path := filepath.Join(t.TempDir(), name)
			c.make(t, path)
			r := entente(t, p.flags(append([]string{"ingest", "--geo", p.geo, path}, list()...)...)...)
			r.says(t, 3, append(c.says, "set aside", "limit")...)
			if r.peak > 400<<20 {
				t.Errorf("peak memory %d MB", r.peak>>20)
			}
		})
	}
}

const line = "198.18.0.1\n"

// bomb writes 600 MB of one line through a packer.
func bomb(t *testing.T, w io.Writer) {
	t.Helper()
	block := bytes.Repeat([]byte(line), 1<<20/len(line))
	for range 600 {
		_, err := w.Write(block)
		good(t, err)
	}
}

func gzipBomb(t *testing.T, path string) {
	f, err := os.Create(path)
	good(t, err)
	defer f.Close()
	var inner bytes.Buffer // gzip alone packs 1,000 to 1 at most: two layers
	z := gzip.NewWriter(&inner)
	bomb(t, z)
	good(t, z.Close())
	_, err = f.Write(gzipped(t, inner.Bytes()))
	good(t, err)
}

func zstdBomb(t *testing.T, path string) {
	f, err := os.Create(path)
	good(t, err)
	defer f.Close()
	z, err := zstd.NewWriter(f)
	good(t, err)
	bomb(t, z)
	good(t, z.Close())
}

func zipBomb(t *testing.T, path string) {
	f, err := os.Create(path)
	good(t, err)
	defer f.Close()
	var inner bytes.Buffer
	z := gzip.NewWriter(&inner)
	bomb(t, z)
	good(t, z.Close())
	w := zip.NewWriter(f)
	for i := range 3 {
		m, err := w.Create(fmt.Sprintf("%d.txt.gz", i))
		good(t, err)
		_, err = m.Write(inner.Bytes())
		good(t, err)
	}
	good(t, w.Close())
}

// wideWindow asks a decoder for 512 MiB (RFC 8878: frame header with a window
// descriptor, one raw block).
func wideWindow(t *testing.T, path string) {
	text := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 19 << 3, 1 | byte(len(line))<<3, 0, 0}
	good(t, os.WriteFile(path, append(text, line...), 0o600))
}

func deep(t *testing.T, path string) {
	text := []byte(addresses(10))
	for range 5 {
		text = gzipped(t, text)
	}
	good(t, os.WriteFile(path, text, 0o600))
}
