package disk

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// OS gives the file system of the machine. Files are made readable by their
// owner only.
func OS() FS { return osFS{} }

type osFS struct{}

type osFile struct{ f *os.File }

func (o osFile) Write(p []byte) (int, error) {
	n, err := o.f.Write(p)
	return n, Fault("write", o.f.Name(), err)
}

func (o osFile) Sync() error  { return Fault("sync", o.f.Name(), o.f.Sync()) }
func (o osFile) Close() error { return Fault("close", o.f.Name(), o.f.Close()) }

func (osFS) Create(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, Fault("create", name, err)
	}
	return osFile{f}, nil
}

func (osFS) Open(name string) (ReadFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, Fault("open", name, err)
	}
	return f, nil
}

func (osFS) Rename(oldname, newname string) error {
	return Fault("rename", newname, os.Rename(oldname, newname))
}

func (osFS) Remove(name string) error { return Fault("remove", name, os.Remove(name)) }

func (o osFS) MkdirAll(dir string) error {
	dir = filepath.Clean(dir)
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := o.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return Fault("make folder", dir, err)
	}
	return o.SyncDir(parent)
}

// SyncDir does nothing on Windows, which has no such call: there NTFS journals
// the names itself.
func (osFS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return Fault("sync folder", dir, err)
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return Fault("sync folder", dir, err)
}

func (osFS) Stat(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	return info, Fault("stat", name, err)
}

func (osFS) ReadDir(dir string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(dir)
	return list, Fault("list", dir, err)
}
