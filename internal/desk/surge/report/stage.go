package report

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// stage is the folder beside the final one in which a report grows.
type stage struct {
	dir   string // where files are written
	final string
	done  bool
	bufs  sync.Pool // buffers of files

	mu    sync.Mutex
	files []entry
}

// openStage refuses a folder that is not ours to replace and makes an empty
// stage beside it. What an interrupted run left there is removed.
func openStage(opt Options) (*stage, error) {
	final, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, disk.Fault("find", opt.Dir, err)
	}
	if err := replaceable(final, opt.Surge); err != nil {
		return nil, err
	}
	st := &stage{dir: sibling(final, "writing"), final: final}
	if err := os.RemoveAll(st.dir); err != nil {
		return nil, disk.Fault("remove", st.dir, err)
	}
	if err := os.MkdirAll(st.dir, 0o700); err != nil {
		return nil, disk.Fault("make", st.dir, err)
	}
	return st, nil
}

func sibling(final, what string) string {
	return filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".entente-"+what)
}

// add puts a finished file into the manifest.
func (s *stage) add(e entry) {
	s.mu.Lock()
	s.files = append(s.files, e)
	s.mu.Unlock()
}

// abandon removes the stage of a run that did not finish.
func (s *stage) abandon() {
	if !s.done {
		_ = os.RemoveAll(s.dir)
	}
}

// finish writes the manifest and puts the stage in the place of the final
// folder.
func (s *stage) finish(opt Options) (sum, error) {
	n, err := s.manifest(opt)
	if err != nil {
		return sum{}, err
	}
	if err := replaceable(s.final, opt.Surge); err != nil {
		return sum{}, err
	}
	old := sibling(s.final, "old")
	if err := os.RemoveAll(old); err != nil {
		return sum{}, disk.Fault("remove", old, err)
	}
	had := true
	if err := os.Rename(s.final, old); errors.Is(err, fs.ErrNotExist) {
		had = false
	} else if err != nil {
		return sum{}, disk.Fault("replace", s.final, err)
	}
	if err := os.Rename(s.dir, s.final); err != nil {
		if had {
			_ = os.Rename(old, s.final)
		}
		return sum{}, disk.Fault("put the report at", s.final, err)
	}
	s.done = true
	syncDir(filepath.Dir(s.final))
	if had {
		if err := os.RemoveAll(old); err != nil {
			return sum{}, disk.Fault("remove", old, err)
		}
	}
	return n, nil
}

// syncDir makes a rename durable where the system can; where it cannot the
// report stands all the same and can be made again from the log.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// replaceable tells whether a report of the surge may take the place of dir:
// it is absent, empty, or an earlier report of the same surge to which nobody
// added a file. Files beside the manifest whose names begin with "manifest.",
// such as its signature, belong to it.
func replaceable(dir, surge string) error {
	names, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return disk.Fault("read", dir, err)
	case len(names) == 0:
		return nil
	}
	const remedy = "give another folder with --out, or move this one away"
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Newf(fault.Conflict, remedy, "the folder %s is not empty and holds no earlier report", dir)
	} else if err != nil {
		return disk.Fault("read", filepath.Join(dir, manifestName), err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil || m.Format != manifestFormat {
		return fault.Newf(fault.Conflict, remedy, "the folder %s holds a %s that is none of a report", dir, manifestName)
	}
	if m.Surge != surge {
		return fault.Newf(fault.Conflict, remedy, "the folder %s holds the report of another surge, %q", dir, m.Surge)
	}
	known := make(map[string]bool, len(m.Files))
	for _, f := range m.Files {
		known[f.Path] = true
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return disk.Fault("read", path, err)
		}
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() || known[rel] || strings.HasPrefix(rel, "manifest.") {
			return nil
		}
		return fault.Newf(fault.Conflict, "move that file away, or give another folder with --out",
			"the folder %s holds the file %s, which is no part of the earlier report and would be lost", dir, rel)
	})
}
