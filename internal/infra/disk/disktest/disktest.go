// Package disktest owns a file system for tests that fails when told to,
// remembers every operation, and can lose power: what was not synced is gone
// then. It may import infra/disk and nothing else of Entente.
package disktest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"syscall"

	"entente/internal/infra/disk"
)

// Op is one operation that changed something or tried to.
type Op struct {
	Kind string // create, write, sync, close, rename, remove, mkdir, syncdir
	Name string
}

func (o Op) String() string { return o.Kind + " " + o.Name }

// Disk is the machine's file system with faults. It is safe for several
// goroutines.
type Disk struct {
	inner disk.FS

	mu     sync.Mutex
	ops    []Op
	failAt int // number of the operation that fails, from 1; 0: none
	onward bool
	err    error
	files  map[string]*state
	onOp   func(Op)
}

// state is what the disk itself would know of a file after a power cut.
type state struct {
	written, synced int64
	named           bool   // the folder was synced since the name was given
	was             string // durable earlier name, when it was renamed since
}

// New gives a disk over the machine's own file system that does not fail yet.
func New() *Disk {
	return &Disk{inner: disk.OS(), files: map[string]*state{}}
}

// Watch calls f before every operation that changes something.
func (d *Disk) Watch(f func(Op)) { d.onOp = f }

// FailAt lets the n-th operation from now (1 is the next) fail with err, such
// as syscall.ENOSPC, once. A failing write writes half of its bytes first.
func (d *Disk) FailAt(n int, err error) { d.arm(n, err, false) }

// FailFrom lets the n-th operation from now and all after it fail with err, as
// a disk does that went away.
func (d *Disk) FailFrom(n int, err error) { d.arm(n, err, true) }

// Heal stops all failing.
func (d *Disk) Heal() { d.arm(0, nil, false) }

func (d *Disk) arm(n int, err error, onward bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failAt, d.err, d.onward = 0, err, onward
	if n > 0 {
		d.failAt = len(d.ops) + n
	}
}

// Ops gives all operations so far.
func (d *Disk) Ops() []Op {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Op(nil), d.ops...)
}

// Failed tells whether the armed failure was reached.
func (d *Disk) Failed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failAt > 0 && len(d.ops) >= d.failAt
}

func (d *Disk) do(kind, name string) error {
	d.mu.Lock()
	op := Op{kind, name}
	d.ops = append(d.ops, op)
	n, watch := len(d.ops), d.onOp
	fails := d.failAt > 0 && (n == d.failAt || d.onward && n > d.failAt)
	err := d.err
	d.mu.Unlock()
	if watch != nil {
		watch(op)
	}
	if fails {
		return disk.Fault(kind, name, &fs.PathError{Op: kind, Path: name, Err: err})
	}
	return nil
}

// Unsynced lists the files whose bytes or names would not outlive a power cut.
// Something that publishes a file must find it absent here.
func (d *Disk) Unsynced() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for name, s := range d.files {
		switch {
		case s.synced < s.written:
			out = append(out, fmt.Sprintf("%s: %d of %d bytes synced", name, s.synced, s.written))
		case !s.named:
			out = append(out, name+": folder not synced")
		}
	}
	sort.Strings(out)
	return out
}

// PowerCut loses what was not synced: bytes are cut off, names that no synced
// folder holds vanish, unsynced renames are undone. Files must be closed.
func (d *Disk) PowerCut() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, s := range d.files {
		if s.synced < s.written {
			if err := os.Truncate(name, s.synced); err != nil {
				return err
			}
		}
		switch {
		case s.named:
		case s.was != "":
			if err := os.Rename(name, s.was); err != nil {
				return err
			}
		default:
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	d.files = map[string]*state{}
	return nil
}

// Faults are the errors worth failing with.
func Faults() []error { return []error{syscall.ENOSPC, syscall.EIO} }

var _ disk.FS = (*Disk)(nil)

// Create implements disk.FS.
func (d *Disk) Create(name string) (disk.File, error) {
	if err := d.do("create", name); err != nil {
		return nil, err
	}
	f, err := d.inner.Create(name)
	if err != nil {
		return nil, err
	}
	s := &state{}
	d.mu.Lock()
	d.files[filepath.Clean(name)] = s
	d.mu.Unlock()
	return &file{d: d, f: f, name: name, s: s}, nil
}

// Open implements disk.FS.
func (d *Disk) Open(name string) (disk.ReadFile, error) { return d.inner.Open(name) }

// Stat implements disk.FS.
func (d *Disk) Stat(name string) (fs.FileInfo, error) { return d.inner.Stat(name) }

// ReadDir implements disk.FS.
func (d *Disk) ReadDir(dir string) ([]fs.DirEntry, error) { return d.inner.ReadDir(dir) }

// Rename implements disk.FS.
func (d *Disk) Rename(oldname, newname string) error {
	if err := d.do("rename", newname); err != nil {
		return err
	}
	if err := d.inner.Rename(oldname, newname); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	o, n := filepath.Clean(oldname), filepath.Clean(newname)
	s := d.files[o]
	if s == nil {
		s = &state{named: true}
	}
	if s.named {
		s.was = o
	}
	s.named = false
	delete(d.files, o)
	d.files[n] = s
	return nil
}

// Remove implements disk.FS.
func (d *Disk) Remove(name string) error {
	if err := d.do("remove", name); err != nil {
		return err
	}
	err := d.inner.Remove(name)
	if err == nil {
		d.mu.Lock()
		delete(d.files, filepath.Clean(name))
		d.mu.Unlock()
	}
	return err
}

// MkdirAll implements disk.FS.
func (d *Disk) MkdirAll(dir string) error {
	if err := d.do("mkdir", dir); err != nil {
		return err
	}
	return d.inner.MkdirAll(dir)
}

// SyncDir implements disk.FS.
func (d *Disk) SyncDir(dir string) error {
	if err := d.do("syncdir", dir); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, s := range d.files {
		if filepath.Dir(name) == filepath.Clean(dir) {
			s.named, s.was = true, ""
		}
	}
	return nil
}

type file struct {
	d    *Disk
	f    disk.File
	name string
	s    *state
}

func (f *file) Write(p []byte) (int, error) {
	fail := f.d.do("write", f.name)
	if fail != nil {
		p = p[:len(p)/2]
	}
	n, err := f.f.Write(p)
	f.d.mu.Lock()
	f.s.written += int64(n)
	f.d.mu.Unlock()
	if fail != nil {
		return n, fail
	}
	return n, err
}

// Sync only notes what would be durable: tests run faster without the disk.
func (f *file) Sync() error {
	if err := f.d.do("sync", f.name); err != nil {
		return err
	}
	f.d.mu.Lock()
	f.s.synced = f.s.written
	f.d.mu.Unlock()
	return nil
}

func (f *file) Close() error {
	fail := f.d.do("close", f.name)
	err := f.f.Close()
	if fail != nil {
		return fail
	}
	return err
}
