package disk_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
	"entente/internal/infra/disk/disktest"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// Every operation fails in turn: there is then the old file or the new one,
// whole, and a plain rerun succeeds.
func TestWriteFileIsWholeOrAbsent(t *testing.T) {
	for _, kind := range disktest.Faults() {
		for n := 1; ; n++ {
			dir := t.TempDir()
			path := filepath.Join(dir, "a")
			d := disktest.New()
			d.FailAt(n, kind)
			err := disk.WriteFile(d, path, text("new"))
			if !d.Failed() {
				if err != nil {
					t.Fatalf("operation %d: %v", n, err)
				}
				break
			}
			// A failing close after a sync, and the removal of nothing, are errors too.
			if err == nil {
				t.Fatalf("operation %d failed and nobody noticed: %v", n, d.Ops())
			}
			if fault.RemedyOf(err) == "" {
				t.Errorf("operation %d: no remedy in %v", n, err)
			}
			d.Heal()
			if err := d.PowerCut(); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path); err == nil && string(got) != "new" {
				t.Fatalf("operation %d left %q", n, got)
			}
			if err := disk.WriteFile(d, path, text("new")); err != nil {
				t.Fatalf("rerun after operation %d: %v", n, err)
			}
		}
	}
}

func TestWriteFileIsDurableWhenItReturns(t *testing.T) {
	d := disktest.New()
	path := filepath.Join(t.TempDir(), "a")
	if err := disk.WriteFile(d, path, text("x")); err != nil {
		t.Fatal(err)
	}
	if u := d.Unsynced(); len(u) > 0 {
		t.Fatal(u)
	}
	if err := d.PowerCut(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "x" {
		t.Fatalf("lost: %q", got)
	}
}

func TestPowerCutLosesWhatWasNotSynced(t *testing.T) {
	d := disktest.New()
	dir := t.TempDir()
	f, err := d.Create(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "abc")
	f.Sync()
	f.Close()
	if err := d.PowerCut(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a")); err == nil {
		t.Fatal("a file whose folder was not synced outlived the power cut")
	}
}

func TestFaultKinds(t *testing.T) {
	for err, want := range map[error]fault.Kind{
		syscall.ENOSPC: fault.Full, syscall.EDQUOT: fault.Full, syscall.EROFS: fault.Invalid,
		fs.ErrPermission: fault.Invalid, syscall.EIO: fault.Corrupt, syscall.EMFILE: fault.Limit,
	} {
		got := disk.Fault("write", "/d/f", &fs.PathError{Op: "write", Path: "/d/f", Err: err})
		if fault.KindOf(got) != want || fault.RemedyOf(got) == "" {
			t.Errorf("%v: %v, remedy %q", err, fault.KindOf(got), fault.RemedyOf(got))
		}
	}
	if err := disk.Fault("open", "f", fs.ErrNotExist); err != fs.ErrNotExist {
		t.Errorf("missing file: %v", err)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	os.Chmod(dir, 0o500)
	if os.Getuid() == 0 {
		dir = "/sys/kernel" // root may write everywhere else
	}
	err := disk.WriteFile(disk.OS(), filepath.Join(dir, "a"), text("x"))
	if !fault.Is(err, fault.Invalid) || fault.RemedyOf(err) == "" {
		t.Fatal(err)
	}
}

func TestMkdirAllTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "c")
	for range 2 {
		if err := disk.OS().MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}
