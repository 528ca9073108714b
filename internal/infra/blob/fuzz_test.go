package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// FuzzOpen: a file in the place of kept bytes gives exactly the bytes of its
// hash, or fault.Corrupt.
func FuzzOpen(f *testing.F) {
	want := []byte("192.0.2.1\n192.0.2.2\n")
	hash := sha256.Sum256(want)
	name := hex.EncodeToString(hash[:])
	seed := f.TempDir()
	if _, err := open(f, disk.OS(), seed).Put(context.Background(), bytes.NewReader(want), true); err != nil {
		f.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(seed, "blobs", name[:2], name[2:4], name+".s2"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(kept)
	f.Add(kept[:len(kept)-3])
	f.Add(kept[:16])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		s := open(t, disk.OS(), dir)
		folder := filepath.Join(dir, "blobs", name[:2], name[2:4])
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".s2"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(context.Background(), hash)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(r)
			r.Close()
		}
		if err != nil && (!fault.Is(err, fault.Corrupt) || fault.RemedyOf(err) == "") || err == nil && string(got) != string(want) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	})
}
