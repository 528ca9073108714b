package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"entente/internal/core/fault"
	"entente/internal/infra/blob"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
)

var ctx = context.Background()

func open(t testing.TB, fsys disk.FS, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(blob.Config{FS: fsys, Dir: dir, Writer: 1})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t testing.TB, s *blob.Store, h blob.Hash) []byte {
	t.Helper()
	r, err := s.Open(ctx, h)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(b)) != r.Size {
		t.Fatalf("size %d, read %d", r.Size, len(b))
	}
	return b
}

func csv(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "\"2026-11-24 08:%02d:%02d\",\"198.51.100.%d\",\"tcp\",%d,\"host-%d.example.org\",\"telnet\",64500,\"PE\",\"LIMA\",\"LIMA\",0,\"Communications, Service Provider, and Hosting Service\",\"banner %x\"\r\n",
			i/60%60, i%60, i%251, i%65000, i, uint32(i)*2654435761)
	}
	return b.Bytes()[:n]
}

func TestWhatIsPutComesBack(t *testing.T) {
	s := open(t, disk.OS(), t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 31, 32 << 10, 32<<10 + 1, 1<<20 - 1, 1<<20 + 32<<10, 3 << 20}).Draw(rt, "size")
		data := csv(n)
		if n > 0 {
			data[0] = rapid.Byte().Draw(rt, "first")
		}
		pack := rapid.Bool().Draw(rt, "compress")
		ref, err := s.Put(ctx, iotest.HalfReader(bytes.NewReader(data)), pack)
		if err != nil {
			rt.Fatal(err)
		}
		if ref.Hash != sha256.Sum256(data) || ref.Size != int64(n) {
			rt.Fatal("hash or size is wrong")
		}
		if !bytes.Equal(get(t, s, ref.Hash), data) {
			rt.Fatal("other bytes came back")
		}
		again, err := s.Put(ctx, bytes.NewReader(data), !pack)
		if err != nil || !again.Known || again.Hash != ref.Hash {
			rt.Fatal("not recognised", err)
		}
		if ok, err := s.Has(ctx, ref.Hash); !ok || err != nil {
			rt.Fatal("Has", ok, err)
		}
	})
}

func TestStoredAsItIsWhenCompressedAlready(t *testing.T) {
	s := open(t, disk.OS(), t.TempDir())
	data := append([]byte("PK\x03\x04"), csv(100_000)...)
	ref, err := s.Put(ctx, bytes.NewReader(data), true)
	if err != nil || ref.Stored != ref.Size {
		t.Fatal(ref, err)
	}
	r, err := s.Open(ctx, ref.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	part := make([]byte, 10)
	if _, err := r.At.ReadAt(part, 50); err != nil || !bytes.Equal(part, data[50:60]) {
		t.Fatal(err)
	}
}

// Every operation fails in turn, then the power does: a hash that Put returned
// is there, whole; nothing half is ever found; a rerun succeeds.
func TestFaults(t *testing.T) {
	data := csv(300_000)
	for _, kind := range disktest.Faults() {
		for n := 1; ; n++ {
			dir := t.TempDir()
			d := disktest.New()
			s := open(t, d, dir)
			d.FailAt(n, kind)
			ref, err := s.Put(ctx, bytes.NewReader(data), true)
			reached := d.Failed()
			d.Heal()
			if err == nil && len(d.Unsynced()) > 0 {
				t.Fatalf("operation %d: published unsynced: %v", n, d.Unsynced())
			}
			if perr := d.PowerCut(); perr != nil {
				t.Fatal(perr)
			}
			if err == nil && !bytes.Equal(get(t, s, ref.Hash), data) {
				t.Fatalf("operation %d: lost", n)
			}
			if err != nil && fault.RemedyOf(err) == "" {
				t.Errorf("operation %d: no remedy: %v", n, err)
			}
			if ok, _ := s.Has(ctx, sha256.Sum256(data)); ok && !bytes.Equal(get(t, s, sha256.Sum256(data)), data) {
				t.Fatalf("operation %d: half a blob", n)
			}
			if _, err := s.Put(ctx, bytes.NewReader(data), true); err != nil {
				t.Fatalf("rerun after operation %d: %v", n, err)
			}
			if !reached {
				break
			}
		}
	}
}

func TestAReaderThatFailsLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, disk.OS(), dir)
	broken := errors.New("broken")
	for _, n := range []int{10, 40 << 10, 5 << 20} {
		_, err := s.Put(ctx, io.MultiReader(bytes.NewReader(csv(n)), iotest.ErrReader(broken)), true)
		if !errors.Is(err, broken) {
			t.Fatal(n, err)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Put(gone, bytes.NewReader(csv(5<<20)), true); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if !e.IsDir() {
			t.Error("left behind:", p)
		}
		return err
	})
}

func TestDamageIsNamed(t *testing.T) {
	for _, pack := range []bool{true, false} {
		dir := t.TempDir()
		s := open(t, disk.OS(), dir)
		ref, err := s.Put(ctx, bytes.NewReader(csv(200_000)), pack)
		if err != nil {
			t.Fatal(err)
		}
		var path string
		filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if !e.IsDir() {
				path = p
			}
			return err
		})
		whole, _ := os.ReadFile(path)
		for _, bad := range [][]byte{whole[:len(whole)/2], whole[:0], flip(whole, len(whole)/2), whole[:len(whole)-1]} {
			os.WriteFile(path, bad, 0o600)
			r, err := s.Open(ctx, ref.Hash)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			if !fault.Is(err, fault.Corrupt) || !strings.Contains(err.Error(), "damaged") || fault.RemedyOf(err) == "" {
				t.Fatalf("compressed %v, %d of %d bytes: %v", pack, len(bad), len(whole), err)
			}
		}
	}
}

func flip(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 0x40
	return c
}

func TestMissing(t *testing.T) {
	s := open(t, disk.OS(), t.TempDir())
	if _, err := s.Open(ctx, blob.Hash{1}); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	if ok, err := s.Has(ctx, blob.Hash{1}); ok || err != nil {
		t.Fatal(ok, err)
	}
}

func TestSweepTakesOldRemnantsOnly(t *testing.T) {
	dir := t.TempDir()
	s := open(t, disk.OS(), dir)
	name := filepath.Join(dir, "blobs", "tmp", "9-9.part")
	os.WriteFile(name, []byte("x"), 0o600)
	info, _ := os.Stat(name)
	if n, err := s.Sweep(ctx, info.ModTime()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Sweep(ctx, info.ModTime().Add(time.Second)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, disk.OS(), b.TempDir())
	data := csv(64 << 20)
	b.SetBytes(int64(len(data)))
	for i := 0; b.Loop(); i++ {
		data[0] = byte(i)
		data[1] = byte(i >> 8)
		ref, err := s.Put(ctx, bytes.NewReader(data), true)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(ref.Size)/float64(ref.Stored), "ratio")
	}
}
