package source_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente/internal/core/fault"
	"entente/internal/feed/source"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

type file struct {
	name string
	data []byte
}

func gz(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	must(t, w, data)
	return b.Bytes()
}

func zst(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	must(t, w, data)
	return b.Bytes()
}

func must(t testing.TB, w io.WriteCloser, data []byte) {
	t.Helper()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.data)), ModTime: time.Unix(1_700_000_000, 0)}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		m, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Unix(1_700_000_000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read runs Members over data and gives "name=bytes" per member.
func read(t testing.TB, data []byte, random bool, lim source.Limits) ([]string, error) {
	t.Helper()
	var got []string
	var at io.ReaderAt
	if random {
		at = bytes.NewReader(data)
	}
	err := source.Members(context.Background(), "raw", time.Unix(1, 0), bytes.NewReader(data), at, int64(len(data)), lim, func(m source.Member) error {
		if m.Index != len(got) {
			t.Errorf("member %d has index %d", len(got), m.Index)
		}
		head := bytes.Clone(m.Head)
		all, err := io.ReadAll(m.Body)
		if !bytes.HasPrefix(all, head) && err == nil {
			t.Errorf("%s: the body does not begin with its head", m.Name)
		}
		if len(all) > 64 {
			got = append(got, fmt.Sprintf("%s=%d bytes", m.Name, len(all)))
		} else {
			got = append(got, fmt.Sprintf("%s=%s", m.Name, all))
		}
		return err
	})
	return got, err
}

func TestEveryPacking(t *testing.T) {
	a, b := file{"a.csv", []byte("alpha")}, file{"d/b.csv", []byte("beta")}
	cases := []struct {
		name string
		data []byte
		want []string
	}{
		{"plain", []byte("alpha"), []string{"raw=alpha"}},
		{"empty", nil, []string{"raw="}},
		{"gz", gz(t, []byte("alpha")), []string{"raw=alpha"}},
		{"two gz streams in one", append(gz(t, []byte("al")), gz(t, []byte("pha"))...), []string{"raw=alpha"}},
		{"zst", zst(t, []byte("alpha")), []string{"raw=alpha"}},
		{"zip", zipOf(t, a, b), []string{"raw!a.csv=alpha", "raw!d/b.csv=beta"}},
		{"tar", tarOf(t, a, b), []string{"raw!a.csv=alpha", "raw!d/b.csv=beta"}},
		{"tar.gz", gz(t, tarOf(t, b, a)), []string{"raw!d/b.csv=beta", "raw!a.csv=alpha"}},
		{"tar.zst", zst(t, tarOf(t, a, b)), []string{"raw!a.csv=alpha", "raw!d/b.csv=beta"}},
		{"gz in zip", zipOf(t, file{"a.gz", gz(t, a.data)}, b), []string{"raw!a.gz=alpha", "raw!d/b.csv=beta"}},
		{"zst in tar.zst", zst(t, tarOf(t, file{"1.zst", zst(t, a.data)}, file{"2.zst", zst(t, b.data)})), []string{"raw!1.zst=alpha", "raw!2.zst=beta"}},
		{"zip in zip", zipOf(t, file{"i.zip", zipOf(t, a)}, b), []string{"raw!i.zip!a.csv=alpha", "raw!d/b.csv=beta"}},
		{"hidden members", tarOf(t, file{"./a.csv", a.data}, file{"__MACOSX/a.csv", a.data}, file{"x/.b", b.data}), []string{"raw!a.csv=alpha"}},
		{"traversal is only shown", tarOf(t, file{"../../etc/passwd", a.data}), []string{"raw!../../etc/passwd=alpha"}},
		{"bidi and escapes in a name", zipOf(t, file{"a\u202egpj.\x1b[2Jcsv", a.data}), []string{`raw!a\u{202e}gpj.\u{001b}[2Jcsv=alpha`}},
	}
	for _, c := range cases {
		for _, random := range []bool{true, false} {
			for _, serial := range []bool{true, false} {
				got, err := read(t, c.data, random, source.Limits{Serial: serial})
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				if d := cmp.Diff(c.want, got); d != "" {
					t.Errorf("%s (random access %v):\n%s", c.name, random, d)
				}
			}
		}
	}
}

// noise gives bytes that do not pack.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.New(rand.NewSource(1)).Read(b)
	for i := range b {
		b[i] = 'a' + b[i]&15
	}
	return b
}

func TestTruncatedIsCorrupt(t *testing.T) {
	big := file{"a.csv", noise(300_000)}
	for name, data := range map[string][]byte{
		"gz": gz(t, big.data), "zst": zst(t, big.data), "zip": zipOf(t, big), "tar.gz": gz(t, tarOf(t, big)),
		"tar": tarOf(t, big), "tar.zst": zst(t, tarOf(t, big)),
	} {
		for _, cut := range []int{len(data) / 2, len(data) - 2000, 20} {
			if name == "tar" && cut == 20 {
				continue // too short to be seen as anything but text
			}
			if strings.HasSuffix(name, "tar") && cut == len(data)-2000 {
				cut = len(data) - 5000
			}
			_, err := read(t, data[:cut], true, source.Limits{})
			if !fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "" {
				t.Errorf("%s cut at %d: %v", name, cut, err)
			}
		}
	}
	// A flipped byte is found too.
	data := gz(t, big.data)
	data[len(data)/2] ^= 0x55
	if _, err := read(t, data, true, source.Limits{}); !fault.Is(err, fault.Corrupt) {
		t.Errorf("flipped byte: %v", err)
	}
}

func TestBombsMeetNamedLimits(t *testing.T) {
	zeros := make([]byte, 40<<20)
	flat := zst(t, zeros)
	many := make([]file, 50)
	for i := range many {
		many[i] = file{fmt.Sprintf("%d", i), []byte("x")}
	}
	nest := []byte("x")
	for range 6 {
		nest = gz(t, nest)
	}
	cases := []struct {
		name string
		data []byte
		lim  source.Limits
		say  string
	}{
		{"zst of zeros", flat, source.Limits{}, "limit 1000"},
		{"zip of zeros", zipOf(t, file{"z", zeros}), source.Limits{MaxRatio: 500}, "limit 500"},
		{"gz in gz", gz(t, gz(t, zeros)), source.Limits{MaxRatio: 500}, "limit 500"},
		{"too many bytes", gz(t, noise(3<<20)), source.Limits{MaxUnpacked: 1 << 20}, "limit 1048576"},
		{"too many members, tar", tarOf(t, many...), source.Limits{MaxMembers: 49}, "limit 49"},
		{"too many members, zip", zipOf(t, many...), source.Limits{MaxMembers: 49}, "limit 49"},
		{"too deep", nest, source.Limits{}, "limit 3"},
		{"large zip in a stream", gz(t, zipOf(t, file{"n", noise(100_000)})), source.Limits{MaxSpool: 1000}, "limit 1000"},
	}
	for _, c := range cases {
		for _, serial := range []bool{true, false} {
			c.lim.Serial = serial
			_, err := read(t, c.data, true, c.lim)
			if !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), c.say) || fault.RemedyOf(err) == "" {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}

func TestZipThatCannotBeOpened(t *testing.T) {
	data := zipOf(t, file{"a.csv", []byte("alpha")})
	for _, sig := range []string{"PK\x03\x04", "PK\x01\x02"} { // set the encrypted flag in both headers
		i := bytes.Index(data, []byte(sig))
		data[i+6+2*strings.Count(sig, "\x01")] |= 1
	}
	_, err := read(t, data, true, source.Limits{})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("encrypted: %v", err)
	}
	_, err = read(t, []byte("7z\xbc\xaf\x27\x1c\x00\x04"), true, source.Limits{})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "7z") {
		t.Errorf("7z: %v", err)
	}
}

type failing struct{ n int }

func (f *failing) Read(p []byte) (int, error) {
	if f.n <= 0 {
		return 0, errors.New("the disk is gone")
	}
	n := min(len(p), f.n)
	f.n -= n
	for i := range p[:n] {
		p[i] = 'x'
	}
	return n, nil
}

func TestReadErrorsAndEndOfContext(t *testing.T) {
	drain := func(m source.Member) error {
		_, err := io.Copy(io.Discard, m.Body)
		return err
	}
	err := source.Members(context.Background(), "raw", time.Time{}, &failing{n: 100_000}, nil, 0, source.Limits{}, drain)
	if err == nil || fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("failing disk: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = source.Members(ctx, "raw", time.Time{}, &failing{n: 1 << 30}, nil, 0, source.Limits{}, func(m source.Member) error {
		cancel()
		return drain(m)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFailureOfABodyIsNeverSwallowed(t *testing.T) {
	data := gz(t, noise(300_000))
	err := source.Members(context.Background(), "raw", time.Time{}, bytes.NewReader(data[:len(data)/2]), nil, 0, source.Limits{}, func(m source.Member) error {
		_, _ = io.Copy(io.Discard, m.Body)
		return nil
	})
	if !fault.Is(err, fault.Corrupt) {
		t.Errorf("got %v", err)
	}
}

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"b.csv", "a/z.csv", "a/.hidden", ".git/config", "a/sub/1.txt"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(p)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, p), []byte(p), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "b.csv"), filepath.Join(dir, "link")); err != nil {
		t.Skip("this file system has no links")
	}
	raws, err := source.Expand([]string{"-", filepath.Join(dir, "b.csv"), dir})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range raws {
		p := r.Path
		if !r.Stdin {
			if p, err = filepath.Rel(dir, r.Path); err != nil {
				t.Fatal(err)
			}
			if r.Size != int64(len(p)) || r.ModTime.IsZero() {
				t.Errorf("%s: size %d, time %v", p, r.Size, r.ModTime)
			}
		}
		got = append(got, filepath.ToSlash(p))
	}
	if d := cmp.Diff([]string{"-", "b.csv", "a/sub/1.txt", "a/z.csv"}, got); d != "" {
		t.Error(d)
	}
	if _, err := source.Expand([]string{filepath.Join(dir, "none")}); !fault.Is(err, fault.NotFound) || fault.RemedyOf(err) == "" {
		t.Errorf("missing path: %v", err)
	}
}

func TestBase(t *testing.T) {
	for in, want := range map[string]string{
		"a.zip!x/emotet.txt.gz": "emotet.txt", "/tmp/b.csv.zst": "b.csv", "c": "c", "t.tar!m/d.txt": "d.txt", "": "", ".gz": ".gz",
	} {
		if got := source.Base(in); got != want {
			t.Errorf("Base(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzMembers: whatever the bytes, no panic, no hang, and only known faults.
func FuzzMembers(f *testing.F) {
	a := file{"a.csv", []byte("alpha,beta\n")}
	f.Add([]byte("plain"))
	f.Add(gz(f, a.data))
	f.Add(zst(f, a.data))
	f.Add(zipOf(f, a, a))
	f.Add(tarOf(f, a, a))
	f.Add(gz(f, tarOf(f, a)))
	f.Add(zipOf(f, file{"i.zip", zipOf(f, a)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		lim := source.Limits{MaxUnpacked: 8 << 20, MaxMembers: 100, MaxWindow: 8 << 20, Serial: true}
		err := source.Members(context.Background(), "raw", time.Time{}, bytes.NewReader(data), bytes.NewReader(data), int64(len(data)), lim, func(m source.Member) error {
			_, err := io.Copy(io.Discard, m.Body)
			return err
		})
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatalf("not a fault: %v", err)
		}
	})
}
