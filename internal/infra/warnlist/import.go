package warnlist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

const importRemedy = "import the lists again: entente feed warninglists import DIR"

// Report says what an import read.
type Report struct {
	Lists    []Info    // taken, by name
	Refused  []Problem // lists that were not taken, and why
	Problems []Problem // what of the lists that were taken cannot be used
}

// index is index.json: which lists are kept, and where.
type index struct {
	Format   int       `json:"format"`
	Imported time.Time `json:"imported"`
	Folder   string    `json:"folder"`
	Lists    []kept    `json:"lists"`
}

type kept struct {
	Info
	Sum string `json:"xxhash64"`
}

const indexFormat = 1

// Import reads all lists of src, a folder or a tar archive (.tar, .tar.zst,
// .tar.gz) that holds NAME/list.json files, and makes them the lists of dir in
// place of those before. It is whole or not at all. A list that breaks the
// format is refused by name; when none is left the import fails and nothing
// changes.
func Import(ctx context.Context, src, dir string, now time.Time) (Report, error) {
	var rep Report
	texts := map[string][]byte{}
	refuse := func(slug, why string) { rep.Refused = append(rep.Refused, Problem{List: slug, Reason: why}) }
	err := eachFile(ctx, src, func(slug string, b []byte, err error) error {
		if err == nil && !slugForm.MatchString(slug) {
			err = fmt.Errorf("its folder's name is none for a list")
		}
		var f *file
		if err == nil {
			f, err = parseFile(b)
		}
		if err != nil {
			refuse(slug, err.Error())
			return nil
		}
		if _, twice := texts[slug]; twice {
			refuse(slug, "another list has the same folder name")
			return nil
		}
		if len(texts) == MaxLists {
			return fault.Newf(fault.Limit, "import fewer", "%s holds more than %d lists", src, MaxLists)
		}
		texts[slug] = b
		rep.Lists = append(rep.Lists, f.info(slug))
		return nil
	})
	if err != nil {
		return rep, err
	}
	if len(texts) == 0 {
		return rep, fault.Newf(fault.Invalid, "give the repository of MISP warning lists or its folder lists", "%s holds no usable warning list (%d refused)", src, len(rep.Refused))
	}
	sort.Slice(rep.Lists, func(i, j int) bool { return rep.Lists[i].List < rep.Lists[j].List })
	if err := keep(dir, rep.Lists, texts, now); err != nil {
		return rep, err
	}
	l, err := Open(dir)
	if err != nil {
		return rep, err
	}
	rep.Problems = l.Problems()
	return rep, nil
}

// keep writes the lists into a folder of their own and then lets index.json
// name it; older folders are removed.
func keep(dir string, infos []Info, texts map[string][]byte, now time.Time) error {
	ix := index{Format: indexFormat, Imported: now.UTC()}
	all := xxhash.New()
	for _, info := range infos {
		sum := fmt.Sprintf("%016x", xxhash.Sum64(texts[info.List]))
		ix.Lists = append(ix.Lists, kept{info, sum})
		all.WriteString(info.List + " " + sum + "\n")
	}
	ix.Folder = fmt.Sprintf("lists-%016x", all.Sum64())
	fsys, folder := disk.OS(), filepath.Join(dir, ix.Folder)
	if err := fsys.MkdirAll(folder); err != nil {
		return err
	}
	for _, info := range infos {
		if err := write(fsys, filepath.Join(folder, info.List+".json"), texts[info.List]); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(ix, "", "  ")
	if err != nil {
		return err
	}
	if err := write(fsys, filepath.Join(dir, "index.json"), append(b, '\n')); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != ix.Folder && strings.HasPrefix(e.Name(), "lists-") {
			_ = os.RemoveAll(filepath.Join(dir, e.Name())) // unused; the next import tries again
		}
	}
	return nil
}

func write(fsys disk.FS, path string, b []byte) error {
	return disk.WriteFile(fsys, path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// Open loads the lists that Import kept in dir. Where nothing was imported it
// gives Lists without a list. A list that is missing or altered is a
// fault.Corrupt.
func Open(dir string) (*Lists, error) {
	path := filepath.Join(dir, "index.json")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return &Lists{}, nil
	}
	var ix index
	if err == nil {
		err = json.Unmarshal(b, &ix)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Corrupt, err, "the index of the warning lists "+path+" cannot be read", importRemedy)
	}
	if ix.Format != indexFormat || !strings.HasPrefix(ix.Folder, "lists-") || filepath.Base(ix.Folder) != ix.Folder || len(ix.Lists) > MaxLists {
		return nil, fault.Newf(fault.Corrupt, importRemedy, "the index of the warning lists %s is damaged or of another version", path)
	}
	var ld loader
	for _, k := range ix.Lists {
		file := filepath.Join(dir, ix.Folder, filepath.Base(k.List)+".json")
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fault.Wrap(fault.Corrupt, err, "the warning list "+k.List+" cannot be read", importRemedy)
		}
		if fmt.Sprintf("%016x", xxhash.Sum64(b)) != k.Sum {
			return nil, fault.Newf(fault.Corrupt, importRemedy, "the warning list %s was altered after it was imported (%s)", k.List, file)
		}
		f, err := parseFile(b)
		if err != nil {
			return nil, fault.Wrap(fault.Corrupt, err, "the warning list "+k.List+" is damaged", importRemedy)
		}
		ld.add(k.List, f)
	}
	return ld.finish(), nil
}
