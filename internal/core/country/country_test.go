package country

import (
	"sort"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"golang.org/x/net/idna"
)

func TestTable(t *testing.T) {
	if len(table) != 249 {
		t.Fatalf("%d codes, want the 249 that are assigned", len(table))
	}
	if !sort.SliceIsSorted(table[:], func(i, j int) bool { return table[i].Code < table[j].Code }) {
		t.Error("the table is not sorted by code")
	}
	seen := map[string]string{}
	numeric := map[int]string{}
	for _, c := range table {
		if len(c.Code) != 2 || len(c.Alpha3) != 3 || c.Numeric < 4 || c.Numeric > 899 || c.Name == "" || c.Region == "" {
			t.Errorf("incomplete row %+v", c)
		}
		for _, k := range []string{c.Code, c.Alpha3, c.Name} {
			if seen[k] != "" {
				t.Errorf("%q belongs to %s and %s", k, seen[k], c.Code)
			}
			seen[k] = c.Code
		}
		if numeric[c.Numeric] != "" {
			t.Errorf("numeric %d belongs to %s and %s", c.Numeric, numeric[c.Numeric], c.Code)
		}
		numeric[c.Numeric] = c.Code
		if _, err := time.LoadLocation(c.Zone); err != nil {
			t.Errorf("%s: %v", c.Code, err)
		}
		if strings.ContainsAny(c.Name, ",") && c.Code != "BQ" && c.Code != "SH" {
			t.Errorf("%s: the name %q is an index entry, not a name", c.Code, c.Name)
		}
	}
	if n := len(Regions()); n != 23 {
		t.Errorf("%d regions, want the 22 of M49 and Antarctica: %v", n, Regions())
	}
}

func TestValid(t *testing.T) {
	for _, code := range []string{"DE", "CO", "ZW", "AD", "SX"} {
		name, ok := Name(code)
		if !ok || name == "" || !Valid(code) {
			t.Errorf("%s is assigned", code)
		}
	}
	for _, code := range []string{"", "D", "de", "DEU", "EU", "UK", "XK", "SU", "AN", "ZZ", "A1", "\xff\xff", "É"} {
		if Valid(code) {
			t.Errorf("%q is not assigned", code)
		}
		if _, ok := Name(code); ok {
			t.Errorf("%q has no name", code)
		}
	}
}

// Every code has one tile, and no two share one.
func TestTiles(t *testing.T) {
	cols, rows := TileSize()
	taken := map[[2]int]string{}
	for _, c := range All() {
		col, row, ok := Tile(c.Code)
		if !ok || col < 0 || row < 0 || col >= cols || row >= rows {
			t.Errorf("%s has no tile", c.Code)
			continue
		}
		if other := taken[[2]int{col, row}]; other != "" {
			t.Errorf("%s and %s lie on one tile", other, c.Code)
		}
		taken[[2]int{col, row}] = c.Code
	}
	if words := strings.Fields(strings.ReplaceAll(tileText, "..", "")); len(words) != len(table) {
		t.Errorf("the drawing has %d codes, want %d", len(words), len(table))
	}
	west, _, _ := Tile("CA")
	middle, _, _ := Tile("DE")
	east, _, _ := Tile("JP")
	if !(west < middle && middle < east) {
		t.Error("Canada, Germany and Japan are not in the order west to east")
	}
	if _, _, ok := Tile("ZZ"); ok {
		t.Error("ZZ has a tile")
	}
}

func TestFromTLD(t *testing.T) {
	for tld, want := range map[string]string{
		"uk": "GB", "gb": "GB", "de": "DE", "co": "", "eu": "", "su": "", "tk": "", "io": "", "com": "", "": "",
		"DE": "", "xn--p1ai": "RU", "xn--mgberp4a5d4ar": "SA", "xn--e1a4c": "", "eh": "", "ac": "", "zz": "", "pe": "PE",
	} {
		got, ok := FromTLD(tld)
		if got != want || ok != (want != "") {
			t.Errorf("FromTLD(%q) = %q, %v, want %q", tld, got, ok, want)
		}
	}
	for a, code := range idnTLD {
		if !Valid(code) {
			t.Errorf("%s: %s is not assigned", a, code)
		}
		u, err := idna.ToUnicode(a)
		if err != nil || u == a {
			t.Errorf("%s is no A-label: %v", a, err)
		}
	}
	for tld, why := range Generic() {
		if _, ok := FromTLD(tld); ok || why == "" {
			t.Errorf("%s says something although %q", tld, why)
		}
	}
}

func FuzzCodes(f *testing.F) {
	for _, s := range []string{"", "DE", "uk", "xn--p1ai", "\xff\xfe", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if code, ok := FromTLD(s); ok && !Valid(code) {
			t.Errorf("FromTLD(%q) gave %q", s, code)
		}
		_, named := Name(s)
		if _, _, tiled := Tile(s); tiled != named || named != Valid(s) {
			t.Errorf("%q is a country for one and none for another", s)
		}
	})
}
