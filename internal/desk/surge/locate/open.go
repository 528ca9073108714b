package locate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// Open reads the data that cfg names. Missing data is a fault.NotFound, damaged
// data a fault.Corrupt, both with what to run; old data only a warning in
// Describe.
func Open(cfg Config) (*Geography, error) {
	g := &Geography{special: cfg.Special}
	var err error
	if cfg.CSV != "" {
		err = g.openCSV(cfg)
	} else {
		err = g.openFiles(cfg)
	}
	if err != nil {
		return nil, err
	}
	g.about.warnOld(cfg.Now)
	return g, nil
}

func (g *Geography) openCSV(cfg Config) error {
	var m tableMaker
	b, err := readFile(cfg.CSV)
	if err != nil {
		return err
	}
	if err := parseGeography(&m, cfg.CSV, b); err != nil {
		return err
	}
	if len(m.nets) == 0 {
		return fault.Newf(fault.Invalid, "give lines of prefix, country, ASN and network name", "%s has no networks", cfg.CSV)
	}
	g.nets, g.stamp = m.table(), sum(b)
	g.about.Sources = []Source{fileSource("geography", cfg.CSV)}
	return nil
}

func (g *Geography) openFiles(cfg Config) error {
	if cfg.Dir == "" && cfg.Country == "" && len(cfg.ASN) == 0 {
		return fault.New(fault.Usage, "no network data was named", geoRemedy)
	}
	var m manifest
	countryPath := cfg.Country
	if cfg.Dir != "" && (cfg.Country == "" || len(cfg.ASN) == 0) {
		var err error
		if m, err = readManifest(cfg.Dir); err != nil {
			return err
		}
	}
	if countryPath == "" && cfg.Dir != "" {
		countryPath = filepath.Join(cfg.Dir, countryName)
		if err := m.verify(cfg.Dir, countryName); err != nil {
			return err
		}
		g.stamp = m.Sums[countryName]
		g.about.Sources = append(g.about.Sources, m.source("country")...)
	}
	if len(cfg.ASN) > 0 {
		nets, stamp, err := openRanges(cfg.ASN)
		if err != nil {
			return err
		}
		g.nets = nets
		g.stamp += " " + stamp
		g.about.Sources = append(g.about.Sources, fileSource("network", cfg.ASN[0]))
	} else if cfg.Dir != "" {
		path := filepath.Join(cfg.Dir, tableName)
		nets, err := readTable(path)
		if errors.Is(err, os.ErrNotExist) {
			return fault.Newf(fault.NotFound, geoRemedy, "the network data %s is missing", path)
		}
		if err != nil {
			return fault.Wrap(fault.Corrupt, err, "the network data "+path+" is damaged", geoRemedy)
		}
		g.nets = nets
		g.stamp += " " + m.Sums[tableName]
		g.about.Sources = append(g.about.Sources, m.source("network")...)
	}
	if countryPath == "" {
		return nil
	}
	db, err := openCountryDB(countryPath, cfg.Country != "")
	if err != nil {
		return err
	}
	g.mmdb = db
	if cfg.Country != "" {
		g.stamp = db.sum + g.stamp
		s := Source{What: "country", Name: filepath.Base(cfg.Country), Date: db.db.Metadata.BuildTime().UTC()}
		g.about.Sources = append([]Source{s}, g.about.Sources...)
	}
	return nil
}

// verify checks a file of the folder against its sum.
func (m manifest) verify(dir, name string) error {
	path := filepath.Join(dir, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fault.Newf(fault.NotFound, geoRemedy, "the country data %s is missing", path)
	}
	if err != nil {
		return fault.Wrap(fault.Forbidden, err, path+" cannot be read", "let the user that runs entente read it")
	}
	if sum(b) != m.Sums[name] {
		return fault.Newf(fault.Corrupt, geoRemedy, "the country data %s is damaged: its checksum is not the one of %s", path, manifestName)
	}
	return nil
}

// source gives the sources of one sort.
func (m manifest) source(what string) []Source {
	for _, s := range m.Sources {
		if s.What == what {
			return []Source{s}
		}
	}
	return nil
}

// fileSource describes a file by its name and the time it was changed.
func fileSource(what, path string) Source {
	s := Source{What: what, Name: filepath.Base(path)}
	if info, err := os.Stat(path); err == nil {
		s.Date = info.ModTime().UTC()
	}
	return s
}

// openRanges gives the table of CSV files of ranges, and a stamp of them. The compiled form is kept
// beside the first file under a name with the hash of all contents; it is made
// again when it is missing, damaged or of other contents, and one that cannot
// be kept is no error.
func openRanges(files []string) (t *table, stamp string, err error) {
	h := xxhash.New()
	for _, f := range files {
		b, err := readFile(f)
		if err != nil {
			return nil, "", err
		}
		h.Write(b)
		h.WriteString("\x00")
	}
	stamp = fmt.Sprintf("%016x", h.Sum64())
	kept := files[0] + "." + stamp + ".table"
	if t, err := readTable(kept); err == nil {
		return t, stamp, nil
	}
	if t, err = compile(context.Background(), files); err != nil {
		return nil, "", err
	}
	if write(disk.OS(), kept, t.encode()) == nil {
		old, _ := filepath.Glob(files[0] + ".????????????????.table")
		for _, f := range old {
			if f != kept {
				_ = os.Remove(f)
			}
		}
	}
	return t, stamp, nil
}
