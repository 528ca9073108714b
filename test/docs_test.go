package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pages gives every page of the project with its text.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			text, err := os.ReadFile(n)
			if err != nil {
				t.Fatal(err)
			}
			out[n] = string(text)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d pages", len(out))
	}
	return out
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notWord = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	fence   = regexp.MustCompile("(?s)```.*?```")
	// ours is a path of the tree that a page names in backticks.
	ours = regexp.MustCompile("`((?:internal|cmd|docs|scripts|test)/[A-Za-z0-9_./-]+)`")
)

// anchor gives the anchor of a heading, as the usual viewers make it.
func anchor(text string) string {
	return strings.ReplaceAll(notWord.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
}

// TestLinksLeadSomewhere follows every relative link of every page, also to a
// heading.
func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			file, at, _ := strings.Cut(m[1], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
				continue
			}
			if at == "" {
				continue
			}
			found := false
			for _, h := range heading.FindAllStringSubmatch(all[target], -1) {
				found = found || anchor(h[1]) == at
			}
			if !found {
				t.Errorf("%s: no heading for %s", page, m[1])
			}
		}
	}
}

// TestPagesNameWhatExists: files, make targets, commands and flags.
func TestPagesNameWhatExists(t *testing.T) {
	all := pages(t)
	makefile, err := os.ReadFile(filepath.Join(root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	reference := all[filepath.Join(root(t), "docs", "commands.md")]
	if reference == "" {
		t.Fatal("no docs/commands.md")
	}
	for page, text := range all {
		for _, m := range ours.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root(t), strings.TrimSuffix(m[1], "/..."))); err != nil {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
		for _, call := range calls(text) {
			words := strings.Fields(call)
			switch {
			case words[0] == "make":
				for _, target := range words[1:] {
					if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).Match(makefile) {
						t.Errorf("%s: `%s`: no such target", page, call)
					}
				}
			default:
				if why := unknownCall(reference, words[1:]); why != "" {
					t.Errorf("%s: `%s`: %s", page, call, why)
				}
			}
		}
	}
}

var (
	inline = regexp.MustCompile("`((?:make|entente|bin/entente) [^`]+)`")
	block  = regexp.MustCompile(`(?m)^(?:    |\s*\$ )?((?:make|entente|bin/entente) [^#|&;]*?)\s*(?:[#|&;].*)?$`)
	target = regexp.MustCompile(`^[a-z]+$`)
)

// calls gives the calls of make and of the program that a page shows.
func calls(text string) []string {
	var out []string
	add := func(call string) {
		words := strings.Fields(call)
		var keep []string
		for _, w := range words {
			if words[0] == "make" && w != "make" && !target.MatchString(w) {
				break // what make does, in words
			}
			keep = append(keep, w)
		}
		if words[0] != "make" || len(keep) > 1 {
			out = append(out, strings.Join(keep, " "))
		}
	}
	for _, m := range inline.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
	for _, part := range append(fence.FindAllString(text, -1), indented(text)) {
		for _, m := range block.FindAllStringSubmatch(part, -1) {
			call := m[1]
			if strings.HasPrefix(call, "make") { // "make test    all tests"
				call, _, _ = strings.Cut(call, "   ")
			}
			add(call)
		}
	}
	return out
}

// indented gives the lines of a page that are code by their indent.
func indented(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "    ") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// unknownCall says which command or flag docs/commands.md does not know.
func unknownCall(reference string, words []string) string {
	var verbs []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		if strings.HasPrefix(w, "--") {
			flag, _, _ := strings.Cut(strings.Trim(w, "`.,)"), "=")
			if !strings.Contains(reference, " "+flag+" ") && flag != "--help" {
				return "no flag " + flag
			}
			if len(verbs) == 0 && !strings.Contains(w, "=") && strings.Contains("--data --store --config --now", flag) {
				i++ // its argument stands before the command
			}
			continue
		}
		if len(verbs) < 3 && target.MatchString(w) {
			verbs = append(verbs, w)
		}
	}
	for n := len(verbs); n > 0; n-- {
		if strings.Contains(reference, "\n## entente "+strings.Join(verbs[:n], " ")+"\n") {
			return ""
		}
	}
	if len(verbs) == 0 || strings.Contains(reference, "\n## entente "+verbs[0]+" ") && len(verbs) == 1 || verbs[0] == "help" {
		return "" // a group, or all of them
	}
	return "no command " + strings.Join(verbs, " ")
}

// TestReadmeShowsARealRun: the account in README.md is the one that the sample of
// `make run` must give.
func TestReadmeShowsARealRun(t *testing.T) {
	readme := pages(t)[filepath.Join(root(t), "README.md")]
	dir := filepath.Join(t.TempDir(), "sample")
	must(t, []int{0}, "sample", "--rows", "200000", "--days", "7", "--seed", "1", "--out", dir, "--quiet")
	a := readTruth(t, dir).Account
	for what, n := range map[string]int64{
		"rows in": a.Rows, "accepted": a.Accepted, "rejected": a.Rejected, "observations, of which": a.Observations,
		"routed to an owner": a.Routed, "pooled": a.Pooled, "context": a.Context, "duplicate": a.Duplicate, "held by": a.Held,
		"suppressed": a.Suppressed, "cases opened": a.CasesOpened, "owners in": a.Owners, "file set aside": a.Quarantined,
	} {
		m := regexp.MustCompile(`(?m)^ +([0-9,]+) +` + regexp.QuoteMeta(what)).FindStringSubmatch(readme)
		if m == nil || strings.ReplaceAll(m[1], ",", "") != strconv.FormatInt(n, 10) {
			t.Errorf("%s: README.md shows %q, the truth is %d", what, m, n)
		}
	}
}
