// Package disk owns the file operations that durable things are made with,
// behind one small interface, so that a test can put a failing file system in
// between. It may import core/fault and nothing else of Entente.
//
// The rule it serves: bytes are written under a name that nobody reads, the
// file is synced, renamed if it was made under another name, and the folder is
// synced. Only then may anything say that the file exists.
package disk

import (
	"io"
	"io/fs"
)

// FS is what durable things are made with. Names are paths of the operating
// system. Errors are as Fault makes them. Many goroutines may share one.
type FS interface {
	// Create makes a file that must not exist yet and opens it for writing.
	Create(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (ReadFile, error)
	// Rename gives a file another name, replacing what had it. It is durable once
	// SyncDir was called for the folder.
	Rename(oldname, newname string) error
	// Remove deletes a file or an empty folder.
	Remove(name string) error
	// MkdirAll makes dir and the folders above it that are missing, and returns
	// when they are durable.
	MkdirAll(dir string) error
	// SyncDir returns when the names in dir are on the disk.
	SyncDir(dir string) error
	// Stat describes a file.
	Stat(name string) (fs.FileInfo, error)
	// ReadDir lists a folder, sorted by name.
	ReadDir(dir string) ([]fs.DirEntry, error)
}

// File is a file being written.
type File interface {
	io.Writer
	// Sync returns when all that was written is on the disk.
	Sync() error
	Close() error
}

// ReadFile is a file being read. ReadAt may be called by many goroutines.
type ReadFile interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}
