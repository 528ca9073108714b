package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"entente/internal/core/fault"
)

// FolderLock says that this process alone writes to a data folder.
type FolderLock struct{ f *os.File }

// errHeld is what lockFile gives when another process holds the lock.
var errHeld = errors.New("held by another process")

// Lock takes the data folder dir for this process: an operating system lock on
// dir/entente.lock, which ends with the process however it ends. Another
// holder is fault.Busy with its process number.
func Lock(dir string) (*FolderLock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fileFault(err, dir)
	}
	path := filepath.Join(dir, "entente.lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fileFault(err, dir)
	}
	if err := lockFile(f); err != nil {
		defer f.Close()
		if !errors.Is(err, errHeld) {
			return nil, fault.Wrap(fault.Invalid, err, "the data folder "+dir+" cannot be locked",
				"put it on a file system that knows locks, or name another folder with --data DIR")
		}
		head, _ := io.ReadAll(io.LimitReader(f, 32))
		who := strings.TrimSpace(string(head))
		if who == "" {
			who = "unknown"
		}
		return nil, fault.Newf(fault.Busy, "wait until it has ended, or stop it, or name another folder with --data DIR",
			"another Entente (process %s) is using the data folder %s", who, dir)
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(fmt.Sprintf("%d\n", os.Getpid())), 0)
		if err != nil {
			_ = f.Close()
			return nil, fileFault(err, dir)
		}
	}
	return &FolderLock{f: f}, nil
}

// Release gives the folder back.
func (l *FolderLock) Release() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}
