// Package blob owns content-addressed bytes: raw input, attachments, evidence.
// What is put is found by the SHA-256 of its bytes and never changes. It may
// import core and infra/disk.
//
// Layout: DIR/blobs/aa/bb/HASH.s2 holds an S2 stream, DIR/blobs/aa/bb/HASH the
// bytes as they came; aa and bb are the first two bytes of the hash. An S2 file
// ends in a skippable chunk with the raw size, which every S2 program reads
// over. DIR/blobs/tmp holds what is being written.
package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"entente/internal/infra/disk"
)

// Hash is the SHA-256 of the raw bytes.
type Hash = [32]byte

// Ref names what was put.
type Ref struct {
	Hash   Hash
	Size   int64 // raw bytes
	Stored int64 // bytes on the disk; of the earlier copy when Known
	Known  bool  // it was there already
}

// Store keeps blobs under a folder. Many goroutines and processes may share it.
type Store struct {
	fs     disk.FS
	dir    string
	pid    int
	serial atomic.Int64
}

// Config is what a Store needs.
type Config struct {
	FS  disk.FS
	Dir string // data folder; blobs go to its sub-folder "blobs"
	// Writer tells the processes apart that share the folder; os.Getpid() is well.
	Writer int
}

// Open makes the folders that are missing.
func Open(cfg Config) (*Store, error) {
	s := &Store{fs: cfg.FS, dir: filepath.Join(cfg.Dir, "blobs"), pid: cfg.Writer}
	if err := s.fs.MkdirAll(s.temp()); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) temp() string { return filepath.Join(s.dir, "tmp") }

func (s *Store) path(h Hash) string {
	x := hex.EncodeToString(h[:])
	return filepath.Join(s.dir, x[:2], x[2:4], x)
}

// Has tells whether the bytes of hash are kept.
func (s *Store) Has(ctx context.Context, h Hash) (bool, error) {
	_, _, err := s.find(h)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, err
}

// Stored gives the bytes that a blob takes on the disk; false if it is not kept.
func (s *Store) Stored(ctx context.Context, h Hash) (int64, bool, error) {
	_, size, err := s.find(h)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	return size, err == nil, err
}

const packed = ".s2"

// find gives the path of h's file and its size, fs.ErrNotExist if there is none.
func (s *Store) find(h Hash) (string, int64, error) {
	path := s.path(h)
	info, err := s.fs.Stat(path + packed)
	if err == nil {
		return path + packed, info.Size(), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", 0, err
	}
	info, err = s.fs.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}

// Remove deletes the bytes of hash for good; that there are none is no error.
func (s *Store) Remove(ctx context.Context, h Hash) error {
	path, removed := s.path(h), false
	for _, p := range []string{path + packed, path} {
		err := s.fs.Remove(p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		removed = removed || err == nil
	}
	if !removed {
		return nil
	}
	return s.fs.SyncDir(filepath.Dir(path))
}

// All calls fn with the hash of every blob that is kept, sorted.
func (s *Store) All(ctx context.Context, fn func(Hash) error) error {
	outer, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, a := range outer {
		if len(a.Name()) != 2 {
			continue
		}
		inner, err := s.fs.ReadDir(filepath.Join(s.dir, a.Name()))
		if err != nil {
			return err
		}
		for _, b := range inner {
			files, err := s.fs.ReadDir(filepath.Join(s.dir, a.Name(), b.Name()))
			if err != nil {
				return err
			}
			for _, f := range files {
				raw, err := hex.DecodeString(strings.TrimSuffix(f.Name(), packed))
				if err != nil || len(raw) != len(Hash{}) {
					continue
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := fn(Hash(raw)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Sweep deletes unfinished files last written before a time, and says how many.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	list, err := s.fs.ReadDir(s.temp())
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range list {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := disk.Remnant(s.fs, filepath.Join(s.temp(), e.Name())); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Store) tempName() string {
	return filepath.Join(s.temp(), fmt.Sprintf("%d-%d%s", s.pid, s.serial.Add(1), disk.TempSuffix))
}
