package locate

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"go4.org/netipx"

	"entente/internal/core/country"
	"entente/internal/core/fault"
)

// readRanges adds the ranges of a CSV file to m: first address, last address,
// ASN, name. Ranges need not be aligned; each is cut into the fewest networks.
func readRanges(m *tableMaker, path string) error {
	b, err := readFile(path)
	if err != nil {
		return err
	}
	return eachRecord(path, b, 4, func(f []string) error {
		from, err := netip.ParseAddr(f[0])
		if err != nil {
			return fmt.Errorf("the first address %q is none", f[0])
		}
		to, err := netip.ParseAddr(f[1])
		if err != nil {
			return fmt.Errorf("the last address %q is none", f[1])
		}
		r := netipx.IPRangeFrom(from.Unmap(), to.Unmap())
		if !r.IsValid() {
			return fmt.Errorf("%s to %s is no range", f[0], f[1])
		}
		asn, err := parseASN(f[2])
		if err != nil {
			return err
		}
		rec := record{asn: asn, name: clean(f[3])}
		for _, p := range r.Prefixes() {
			m.add(p, rec)
		}
		return nil
	})
}

// parseGeography adds the networks of a geography file: prefix, country, ASN,
// network name. Country, ASN and name may be empty. A network given twice with
// different contents is an error.
func parseGeography(m *tableMaker, path string, b []byte) error {
	seen := map[netip.Prefix]record{}
	return eachRecord(path, b, 4, func(f []string) error {
		p, err := netip.ParsePrefix(f[0])
		if err != nil {
			return fmt.Errorf("the prefix %q is none", f[0])
		}
		if p.Addr().Is4In6() || p != p.Masked() {
			return fmt.Errorf("the prefix %q has host bits or is an IPv4-mapped one", f[0])
		}
		code := strings.ToUpper(f[1])
		if code != "" && !country.Valid(code) {
			return fmt.Errorf("the country %q is no assigned ISO 3166 code", f[1])
		}
		asn, err := parseASN(f[2])
		if err != nil {
			return err
		}
		rec := record{country: code, asn: asn, name: clean(f[3])}
		if old, ok := seen[p]; ok && old != rec {
			return fmt.Errorf("the prefix %s is given twice with different contents", p)
		}
		seen[p] = rec
		m.add(p, rec)
		return nil
	})
}

// parseASN reads an AS number with or without "AS"; empty is 0.
func parseASN(s string) (uint32, error) {
	if len(s) > 2 && strings.EqualFold(s[:2], "AS") {
		s = s[2:]
	}
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("the ASN %q is none", s)
	}
	return uint32(n), nil
}

// clean keeps a network's name to one line of printable text.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	return strings.TrimSpace(s)
}

// readFile reads a file of network data whole.
func readFile(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.Newf(fault.NotFound, geoRemedy, "there is no file of network data at %s", path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Forbidden, err, "the network data "+path+" cannot be read", "let the user that runs entente read it")
	}
	return b, nil
}

// eachRecord reads a CSV file record by record. A first record whose first
// field is no address is the header and is skipped.
func eachRecord(path string, b []byte, fields int, f func([]string) error) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = fields, true, true
	for first := true; ; first = false {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			for i := range rec {
				rec[i] = strings.TrimSpace(rec[i])
			}
			if first && !strings.ContainsAny(rec[0], ".:") {
				continue
			}
			err = f(rec)
		}
		if err != nil {
			line := 0
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line, err = pe.Line, pe.Err
			} else {
				line, _ = r.FieldPos(0)
			}
			return fault.Newf(fault.Invalid, "mend the line or the file; docs/geography.md describes it",
				"line %d of %s: %v", line, path, err)
		}
	}
}
