package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"entente/internal/core/fault"
)

// Fault turns an error of the operating system, met while doing an operation
// on a file, into one that a person can act on. A file that is missing or
// exists already stays as it is, for errors.Is with fs.ErrNotExist and
// fs.ErrExist. Fault of nil is nil.
func Fault(doing, name string, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(fault.Full, err,
			fmt.Sprintf("no room left on the disk to %s %s", doing, name),
			fmt.Sprintf("free space on the disk of %s, then run the same command again; nothing of the unfinished batch was kept", filepath.Dir(name)))
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fault.Wrap(fault.Invalid, err,
			fmt.Sprintf("may not %s %s", doing, name),
			fmt.Sprintf("give the user who runs this the right to write in %s, or choose another folder", filepath.Dir(name)))
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return fault.Wrap(fault.Limit, err,
			fmt.Sprintf("too many open files to %s %s", doing, name),
			"raise the limit of open files (ulimit -n) to 4096 or more")
	case errors.Is(err, syscall.EIO):
		return fault.Wrap(fault.Corrupt, err,
			fmt.Sprintf("the disk failed to %s %s", doing, name),
			"look at the system's log for disk errors, and move the data to a sound disk")
	}
	return err
}

func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
