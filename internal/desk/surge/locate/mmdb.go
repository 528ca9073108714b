package locate

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"sync/atomic"

	"github.com/oschwald/maxminddb-golang/v2"

	"entente/internal/core/country"
	"entente/internal/core/fault"
)

const geoRemedy = "run `make geo`, or name a file with --geo"

// countryDB answers countries from a MaxMind DB file. It keeps what it decoded
// by the record's place in the file, so that a look-up only walks the tree.
type countryDB struct {
	db    *maxminddb.Reader
	sum   string // of a file that has no checksum of ours
	slots [4096]atomic.Pointer[decoded]
}

type decoded struct {
	offset uintptr
	code   string // "" if the record says no assigned code
}

// openCountryDB reads a MaxMind DB file and checks that it can answer. verify
// checks every record, for a file that has no checksum of ours. The file is
// read whole: a mapped one that somebody writes over would end the program.
func openCountryDB(path string, verify bool) (*countryDB, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, geoRemedy, "there is no country data at %s", path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.Newf(fault.Forbidden, "let the user that runs entente read it", "the country data %s may not be read", path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Corrupt, err, "the country data "+path+" cannot be read", geoRemedy)
	}
	c, err := parseCountryDB(path, b, verify)
	if err == nil && verify {
		c.sum = sum(b)
	}
	return c, err
}

// parseCountryDB is openCountryDB for the bytes of a file, which it keeps.
func parseCountryDB(path string, b []byte, verify bool) (*countryDB, error) {
	db, err := maxminddb.OpenBytes(b)
	if err != nil {
		return nil, corruptCountry(path, err)
	}
	c := &countryDB{db: db}
	known, err := c.walk(b, verify)
	if err != nil {
		return nil, corruptCountry(path, err)
	}
	if !known {
		return nil, fault.Newf(fault.Invalid, "give a MaxMind DB whose records have country.iso_code or country_code",
			"%s (type %q) says nothing of countries", path, db.Metadata.DatabaseType)
	}
	return c, nil
}

func corruptCountry(path string, err error) error {
	return fault.Wrap(fault.Corrupt, err, "the country data "+path+" is damaged or no MaxMind DB", geoRemedy)
}

// walk reads the records that the nodes of the search tree point to, up to the
// first that has a country, or all of them, and fails on the first that is
// damaged. It goes through the nodes as they lie in the file, so that a tree
// that runs in circles cannot hold it. (The library's own check also demands a
// description, which widely used files lack.)
func (c *countryDB) walk(b []byte, all bool) (known bool, err error) {
	meta := c.db.Metadata
	nodes, size := meta.NodeCount, meta.RecordSize/4
	if size != 6 && size != 7 && size != 8 {
		return false, fmt.Errorf("its nodes have %d bits", meta.RecordSize)
	}
	const separator = 16 // between tree and data
	for i := range nodes {
		for _, v := range children(b[i*size : (i+1)*size : (i+1)*size]) {
			if v <= nodes {
				continue // another node, or nothing
			}
			if v < nodes+separator {
				return known, fmt.Errorf("node %d points between tree and data", i)
			}
			off := uintptr(v - nodes - separator)
			if !c.unseen(off) {
				continue
			}
			code, err := c.read(c.db.LookupOffset(off), off)
			if err != nil {
				return known, err
			}
			if known = known || code != ""; known && !all {
				return true, nil
			}
		}
	}
	return known, nil
}

// children gives the two records of a node of 6, 7 or 8 bytes.
func children(n []byte) [2]uint {
	three := func(b []byte) uint { return uint(b[0])<<16 | uint(b[1])<<8 | uint(b[2]) }
	switch len(n) {
	case 6:
		return [2]uint{three(n), three(n[3:])}
	case 7:
		return [2]uint{uint(n[3]>>4)<<24 | three(n), uint(n[3]&15)<<24 | three(n[4:])}
	}
	return [2]uint{uint(n[0])<<24 | three(n[1:]), uint(n[4])<<24 | three(n[5:])}
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
	code, _ := c.read(r, r.Offset())
	return code
}

// read decodes the country of a record and keeps it: country.iso_code as
// MaxMind writes it, country_code or a plain country as others do.
func (c *countryDB) read(r maxminddb.Result, off uintptr) (string, error) {
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
	c.slot(off).Store(&decoded{off, code})
	return code, nil
}

func (c *countryDB) close() error { return c.db.Close() }
