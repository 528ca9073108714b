package locate

import (
	"errors"
	"io/fs"
	"net/netip"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"

	"entente/internal/core/country"
	"entente/internal/core/fault"
)

const geoRemedy = "run make geo, or: entente geo update; or name a file with --geo"

// countryDB answers countries from a MaxMind DB file. It keeps what it decoded
// by the record's place in the file, so that a look-up only walks the tree.
type countryDB struct {
	db    *maxminddb.Reader
	slots [4096]atomic.Pointer[decoded]
}

type decoded struct {
	offset uintptr
	code   string // "" if the record says no assigned code
}

// openCountryDB opens a MaxMind DB file and checks that it can answer. verify
// walks the whole file, for one that has no checksum of ours.
func openCountryDB(path string, verify bool) (*countryDB, error) {
	db, err := maxminddb.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, geoRemedy, "there is no country data at %s", path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.Newf(fault.Forbidden, "let the user that runs entente read it", "the country data %s may not be read", path)
	}
	if err != nil {
		return nil, corruptCountry(path, err)
	}
	c := &countryDB{db: db}
	known, err := c.walk(verify)
	if err != nil {
		db.Close()
		return nil, corruptCountry(path, err)
	}
	if !known {
		db.Close()
		return nil, fault.Newf(fault.Invalid, "give a MaxMind DB whose records have country.iso_code or country_code",
			"%s (type %q) says nothing of countries", path, db.Metadata.DatabaseType)
	}
	return c, nil
}

func corruptCountry(path string, err error) error {
	return fault.Wrap(fault.Corrupt, err, "the country data "+path+" is damaged or no MaxMind DB", geoRemedy)
}

// walk reads the records in order, up to the first that has a country, or all
// of them, and fails on the first that is damaged. (The library's own check
// also demands a description, which widely used files lack.)
func (c *countryDB) walk(all bool) (known bool, err error) {
	for r := range c.db.Networks() {
		if err := r.Err(); err != nil {
			return known, err
		}
		if !known || all && c.unseen(r.Offset()) {
			code, err := c.read(r)
			if err != nil {
				return known, err
			}
			known = known || code != ""
			if known && !all {
				break
			}
		}
	}
	return known, nil
}

// unseen tells whether the record at off is not among those kept.
func (c *countryDB) unseen(off uintptr) bool {
	d := c.slot(off).Load()
	return d == nil || d.offset != off
}

func (c *countryDB) slot(off uintptr) *atomic.Pointer[decoded] {
	return &c.slots[(off*0x9E3779B1>>8)%uintptr(len(c.slots))]
}

// country gives the assigned code of an address, "" if the file has none.
func (c *countryDB) country(a netip.Addr) string {
	r := c.db.Lookup(a)
	if !r.Found() {
		return ""
	}
	if d := c.slot(r.Offset()).Load(); d != nil && d.offset == r.Offset() {
		return d.code
	}
	code, _ := c.read(r)
	return code
}

// read decodes the country of a record and keeps it: country.iso_code as
// MaxMind writes it, country_code or a plain country as others do.
func (c *countryDB) read(r maxminddb.Result) (string, error) {
	var rec any
	if err := r.Decode(&rec); err != nil {
		return "", err
	}
	code := ""
	if m, ok := rec.(map[string]any); ok {
		switch v := m["country"].(type) {
		case map[string]any:
			code, _ = v["iso_code"].(string)
		case string:
			code = v
		}
		if s, ok := m["country_code"].(string); ok && code == "" {
			code = s
		}
	}
	code, _ = country.Intern(code)
	c.slot(r.Offset()).Store(&decoded{r.Offset(), code})
	return code, nil
}

func (c *countryDB) close() error { return c.db.Close() }
