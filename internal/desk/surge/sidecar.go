package surge

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"entente/internal/core/fault"
	"entente/internal/core/rsit"
	"entente/internal/feed"

	"gopkg.in/yaml.v3"
)

// SidecarName is the file that may lie in a folder of feed files and say how
// they are read. What the command line says goes before it.
const SidecarName = "feed.yaml"

// sidecarFile is feed.yaml as it is written.
type sidecarFile struct {
	Feed           string `yaml:"feed"`
	Format         string `yaml:"format"`
	Report         string `yaml:"report"`
	Class          string `yaml:"class"`
	Mode           string `yaml:"mode"`
	AsOf           string `yaml:"as_of"`
	Family         string `yaml:"family"`
	FamilyFromName bool   `yaml:"family_from_name"`
	Zone           string `yaml:"zone"`
	Mapping        string `yaml:"mapping"` // file name beside feed.yaml
	Label          string `yaml:"label"`
}

// sidecar completes opt and format from the feed.yaml in the folder of path,
// where there is one. It fails with fault.Invalid where that file cannot be used.
func (d *Desk) sidecar(path string, opt *feed.Options, format *string) error {
	dir := filepath.Dir(path)
	name := filepath.Join(dir, SidecarName)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "cannot read "+name, "check its permissions")
	}
	var s sidecarFile
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return fault.Wrap(fault.Invalid, err, name+" is no feed description", "use the keys feed, format, report, class, mode, as_of, family, family_from_name, zone, mapping, label")
	}
	over(&opt.Feed, s.Feed)
	over(format, s.Format)
	over(&opt.Report, s.Report)
	over(&opt.Family, s.Family)
	over(&opt.Label, s.Label)
	opt.FamilyFromName = opt.FamilyFromName || s.FamilyFromName
	return s.complete(dir, name, opt)
}

func (s *sidecarFile) complete(dir, name string, opt *feed.Options) error {
	bad := func(key, text, remedy string) error {
		return fault.Newf(fault.Invalid, remedy, "%s: %q is no %s", name, text, key)
	}
	if s.Class != "" && opt.Class == rsit.None {
		c, ok := rsit.Parse(s.Class)
		if !ok {
			return bad("class", s.Class, "`entente feed classes` lists them")
		}
		opt.Class = c
	}
	if s.Mode != "" && opt.Mode == 0 {
		m, ok := feed.ParseMode(s.Mode)
		if !ok {
			return bad("mode", s.Mode, "use event or snapshot")
		}
		opt.Mode = m
	}
	if s.AsOf != "" && opt.AsOf.IsZero() {
		t, err := time.Parse(time.RFC3339, s.AsOf)
		if err != nil {
			return bad("as_of", s.AsOf, "write it as 2026-11-24T08:00:00Z")
		}
		opt.AsOf = t
	}
	if s.Zone != "" && opt.Zone == nil {
		z, err := time.LoadLocation(s.Zone)
		if err != nil || z == time.Local { // the machine's zone says nothing of a feed's
			return bad("zone", s.Zone, "use a name such as Europe/Madrid, or UTC")
		}
		opt.Zone = z
	}
	if s.Mapping != "" && opt.Mapping == nil {
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(s.Mapping)))
		if err != nil {
			return fault.Wrap(fault.Invalid, err, name+": cannot read the mapping "+s.Mapping, "put it beside "+SidecarName)
		}
		opt.Mapping = text
	}
	return nil
}

func over(dst *string, s string) {
	if *dst == "" {
		*dst = s
	}
}

// description tells whether a file describes others and is no feed itself.
func description(name string) bool {
	switch filepath.Base(name) {
	case SidecarName, "mapping.yaml", "README.txt", "README.md":
		return true
	}
	return false
}
