package locate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/cespare/xxhash/v2"

	"entente/internal/core/fault"
	"entente/internal/infra/disk"
)

// The files of a folder of network data.
const (
	manifestName = "geography.json"
	countryName  = "country.mmdb"
	tableName    = "networks.table"
)

// SourceFiles are the files that Build takes.
type SourceFiles struct {
	CountryMMDB    string
	CountryPackage string // name to show; default the file's base name
	CountryVersion string
	CountryDate    time.Time // zero: when the file says it was built

	ASNFiles   []string // CSV: first address, last address, ASN, name
	ASNPackage string
	ASNVersion string
	ASNDate    time.Time
}

// manifest is geography.json: what the folder was made of.
type manifest struct {
	Format  int               `json:"format"`
	Made    time.Time         `json:"made"`
	Sources []Source          `json:"sources"`
	Sums    map[string]string `json:"xxhash64"` // by file name
}

const manifestFormat = 1

// Build makes the folder outDir that Open reads: the country file, the compiled
// networks and geography.json, which is written last. An older folder is
// replaced file by file; one that was interrupted is refused by Open.
func Build(ctx context.Context, src SourceFiles, outDir string, now time.Time) error {
	db, err := openCountryDB(src.CountryMMDB, true)
	if err != nil {
		return err
	}
	if src.CountryDate.IsZero() {
		src.CountryDate = db.db.Metadata.BuildTime().UTC()
	}
	if err := db.close(); err != nil {
		return err
	}
	nets, err := compile(ctx, src.ASNFiles)
	if err != nil {
		return err
	}
	mmdb, err := os.ReadFile(src.CountryMMDB)
	if err != nil {
		return fmt.Errorf("read %s: %w", src.CountryMMDB, err)
	}
	m := manifest{Format: manifestFormat, Made: now.UTC(), Sums: map[string]string{}}
	m.Sources = append(m.Sources,
		Source{"country", or(src.CountryPackage, filepath.Base(src.CountryMMDB)), src.CountryVersion, src.CountryDate.UTC()},
		Source{"network", or(src.ASNPackage, filepath.Base(src.ASNFiles[0])), src.ASNVersion, src.ASNDate.UTC()})
	fsys := disk.OS()
	if err := fsys.MkdirAll(outDir); err != nil {
		return err
	}
	for name, b := range map[string][]byte{countryName: mmdb, tableName: nets.encode()} {
		m.Sums[name] = sum(b)
		if err := write(fsys, filepath.Join(outDir, name), b); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return write(fsys, filepath.Join(outDir, manifestName), append(b, '\n'))
}

// compile reads CSV files of ranges into a table.
func compile(ctx context.Context, files []string) (*table, error) {
	if len(files) == 0 {
		return nil, fault.New(fault.Usage, "no file of ASN ranges was given", "give the CSV files of IPv4 and IPv6 ranges")
	}
	var m tableMaker
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, fault.Wrap(fault.Stopped, err, "stopped while reading network data", "start it again")
		}
		if err := readRanges(&m, f); err != nil {
			return nil, err
		}
	}
	if len(m.nets) == 0 {
		return nil, fault.Newf(fault.Invalid, geoRemedy, "%s has no ranges", files[0])
	}
	return m.table(), nil
}

// BuildFromNPM makes outDir of a folder in which the npm packages
// @ip-location-db/geo-whois-asn-country-mmdb and @ip-location-db/asn were
// unpacked, each in a folder of its own. Version and date come from their
// package.json: the date is the end of the version, as these packages write it.
func BuildFromNPM(ctx context.Context, dir, outDir string, now time.Time) error {
	src := SourceFiles{}
	found, err := filepath.Glob(filepath.Join(dir, "*", "package", "package.json"))
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	more, _ := filepath.Glob(filepath.Join(dir, "*", "package.json"))
	for _, f := range append(found, more...) {
		var p struct{ Name, Version string }
		b, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(b, &p)
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, f+" is no package.json", "fetch the package again: make geo")
		}
		at := filepath.Dir(f)
		switch p.Name {
		case "@ip-location-db/geo-whois-asn-country-mmdb":
			src.CountryMMDB = filepath.Join(at, "geo-whois-asn-country.mmdb")
			src.CountryPackage, src.CountryVersion, src.CountryDate = p.Name, p.Version, dateOf(p.Version)
		case "@ip-location-db/asn":
			src.ASNFiles = []string{filepath.Join(at, "asn-ipv4.csv"), filepath.Join(at, "asn-ipv6.csv")}
			src.ASNPackage, src.ASNVersion, src.ASNDate = p.Name, p.Version, dateOf(p.Version)
		}
	}
	if src.CountryMMDB == "" || len(src.ASNFiles) == 0 {
		return fault.Newf(fault.NotFound, "fetch them: make geo",
			"%s does not hold the packages @ip-location-db/geo-whois-asn-country-mmdb and @ip-location-db/asn", dir)
	}
	return Build(ctx, src, outDir, now)
}

var versionDate = regexp.MustCompile(`\.(20\d{2})(\d{2})(\d{2})(\d{2})?$`)

// dateOf gives the day at the end of a version such as 2.3.2026061719, zero if
// there is none.
func dateOf(version string) time.Time {
	m := versionDate.FindStringSubmatch(version)
	if m == nil {
		return time.Time{}
	}
	t, err := time.Parse("20060102", m[1]+m[2]+m[3])
	if err != nil {
		return time.Time{}
	}
	return t
}

func write(fsys disk.FS, path string, b []byte) error {
	return disk.WriteFile(fsys, path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

func sum(b []byte) string { return fmt.Sprintf("%016x", xxhash.Sum64(b)) }

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// readManifest reads geography.json of a folder.
func readManifest(dir string) (manifest, error) {
	var m manifest
	path := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return m, fault.Newf(fault.NotFound, geoRemedy, "there is no network data in %s", dir)
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return m, fault.Wrap(fault.Corrupt, err, path+" cannot be read", geoRemedy)
	}
	if m.Format != manifestFormat {
		return m, fault.Newf(fault.Invalid, geoRemedy, "%s was made by another version of entente", path)
	}
	return m, nil
}
