package disk

import (
	"bufio"
	"io"
	"path/filepath"
)

// TempSuffix ends the name of a file that is not finished. Nobody reads such a
// file; one found when nothing writes may be deleted.
const TempSuffix = ".part"

// WriteFile makes the file at path out of what write gives: under a temporary
// name, synced, renamed, folder synced. When it returns nil the whole file is
// durable; when it fails there is either the old file or none, and the
// temporary one is removed if that is possible.
func WriteFile(fsys FS, path string, write func(w io.Writer) error) error {
	temp := path + TempSuffix
	if err := Remnant(fsys, temp); err != nil {
		return err
	}
	if err := Create(fsys, temp, write); err != nil {
		return err
	}
	if err := fsys.Rename(temp, path); err != nil {
		_ = fsys.Remove(temp)
		return err
	}
	return fsys.SyncDir(filepath.Dir(path))
}

// Create makes a new file of what write gives, buffered, and syncs it. Its
// folder is left to the caller, who may have several files in it. A file that
// could not be finished is removed if that is possible.
func Create(fsys FS, path string, write func(w io.Writer) error) error {
	f, err := fsys.Create(path)
	if err != nil {
		return err
	}
	buf := bufio.NewWriterSize(f, 64<<10)
	err = write(buf)
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = fsys.Remove(path)
	}
	return err
}

// Remnant removes a file that an interrupted run may have left; that there is
// none is no error.
func Remnant(fsys FS, path string) error {
	if err := fsys.Remove(path); err != nil && !missing(err) {
		return err
	}
	return nil
}
