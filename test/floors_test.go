// Package test holds what needs more than one package.
package test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
	Doc        string
	Standard   bool
}

// floor gives the floor of a package, from the ground up; 0 for none of ours.
func floor(path string) int {
	switch {
	case strings.HasPrefix(path, "entente/internal/core/"):
		return 1
	case strings.HasPrefix(path, "entente/internal/infra/"):
		return 2
	case path == "entente/internal/feed", strings.HasPrefix(path, "entente/internal/feed/"):
		return 2
	case strings.HasPrefix(path, "entente/internal/desk/"):
		return 3
	case strings.HasPrefix(path, "entente/internal/door/"):
		return 4
	case strings.HasPrefix(path, "entente/cmd/"):
		return 5
	}
	return 0
}

func family(path string) string {
	for _, f := range []string{"entente/internal/feed", "entente/internal/infra"} {
		if path == f || strings.HasPrefix(path, f+"/") {
			return f
		}
	}
	return ""
}

// desk gives the name of the desk a package belongs to.
func desk(path string) string {
	rest, ok := strings.CutPrefix(path, "entente/internal/desk/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// breaks says which rule an import breaks; "" for none.
func breaks(from, to string) string {
	a, b := floor(from), floor(to)
	switch {
	case a == 0 || b == 0:
		return ""
	case b > a:
		return "reaches up"
	case a == 2 && b == 2 && family(from) != family(to):
		return "feed and infra stand beside one another"
	case desk(from) == "sample" && family(to) == "entente/internal/infra":
		return "sample stands on core and feed alone"
	case desk(from) == "sample" && desk(to) != "" && desk(to) != "sample":
		return "sample must not know what it checks"
	case desk(from) != "" && desk(to) != "" && desk(from) != desk(to) && strings.Count(to, "/") > 3:
		return "a desk reaches another only through its own package"
	case a == 3 && strings.HasPrefix(to, "entente/internal/feed/") && to != "entente/internal/feed/source":
		return "a desk knows the feed contract, no single format"
	}
	return ""
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Doc", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func root(t *testing.T) string {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(wd)
}

func TestNoImportReachesUp(t *testing.T) {
	for _, p := range packages(t) {
		for _, i := range p.Imports {
			if why := breaks(p.ImportPath, i); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, i, why)
			}
		}
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	for _, p := range packages(t) {
		if floor(p.ImportPath) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func TestBreaksKnowsEveryRule(t *testing.T) {
	for _, c := range []struct {
		from, to string
		bad      bool
	}{
		{"entente/internal/core/value", "entente/internal/infra/store", true},
		{"entente/internal/infra/store", "entente/internal/core/fault", false},
		{"entente/internal/infra/store", "entente/internal/feed", true},
		{"entente/internal/feed/list", "entente/internal/infra/blob", true},
		{"entente/internal/desk/surge", "entente/internal/feed/list", true},
		{"entente/internal/desk/surge", "entente/internal/feed/source", false},
		{"entente/internal/desk/surge", "entente/internal/door/web", true},
		{"entente/internal/desk/sample", "entente/internal/desk/surge", true},
		{"entente/internal/desk/watch", "entente/internal/desk/surge/report", true},
		{"entente/cmd/entente", "entente/internal/desk/surge", false},
	} {
		if got := breaks(c.from, c.to) != ""; got != c.bad {
			t.Errorf("%s -> %s: broken %v, want %v", c.from, c.to, got, c.bad)
		}
	}
}
