// Package source owns the way from a path to the bytes that a format reads: it
// walks folders, opens archives and compressed files layer by layer as
// streams, keeps to named limits, and picks the format. It may import core and
// feed; never a single format, infra, a desk or a door.
//
// What a file is comes from its first bytes, never from its name. Nothing is
// written beside a temporary copy of a zip that arrives inside a stream.
package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"entente/internal/core/fault"
)

// Raw is a file on disk or standard input.
type Raw struct {
	Path    string // as it opens; "-" for standard input
	Size    int64  // bytes; 0 for standard input
	ModTime time.Time
	Stdin   bool
}

// Expand turns paths into files, in the order given; a folder is walked
// recursively in sorted order. Inside a folder hidden files and folders and
// everything but regular files are skipped. A path that comes up twice is
// taken once. "-" is standard input. A folder without files gives none.
func Expand(paths []string) ([]Raw, error) {
	var out []Raw
	seen := map[string]bool{}
	add := func(r Raw) {
		key := filepath.Clean(r.Path)
		if !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	for _, p := range paths {
		if p == "-" {
			add(Raw{Path: p, Stdin: true})
			continue
		}
		st, err := os.Stat(p)
		if err != nil {
			return nil, pathFault(p, err)
		}
		switch {
		case st.Mode().IsRegular():
			add(Raw{Path: p, Size: st.Size(), ModTime: st.ModTime()})
		case st.IsDir():
			files, err := walk(p)
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				add(f)
			}
		default:
			return nil, fault.Newf(fault.Usage, "give a file or a folder, or - to read from standard input",
				"%s is neither a file nor a folder", Display(p))
		}
	}
	return out, nil
}

// walk lists the regular, not hidden files below root by their whole path.
func walk(root string) ([]Raw, error) {
	var out []Raw
	// A trailing separator makes the walk follow a link that was given by name.
	err := filepath.WalkDir(filepath.Clean(root)+string(filepath.Separator), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return pathFault(p, err)
		}
		if strings.HasPrefix(d.Name(), ".") && filepath.Clean(p) != filepath.Clean(root) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		st, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since the folder was read
		}
		if err != nil {
			return pathFault(p, err)
		}
		out = append(out, Raw{Path: p, Size: st.Size(), ModTime: st.ModTime()})
		return nil
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out, err
}

// pathFault says in plain words why a path cannot be read.
func pathFault(p string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.NotFound, err, "there is no file or folder "+Display(p),
			"check the spelling and the folder you are in")
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(fault.Usage, err, Display(p)+" may not be read by this user",
			"give the user that runs entente the right to read it")
	}
	return fault.Wrap(fault.Invalid, err, Display(p)+" cannot be read", "check the path and the disk it lies on")
}
