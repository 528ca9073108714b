package report

import (
	"cmp"
	"slices"
	"strings"

	"entente/internal/core/rsit"
	"entente/internal/infra/ui"
)

const classes = int(rsit.HarmfulSpeech) + 1

// classSum is what a group holds of one class.
type classSum struct {
	cases, observations int64
	first, last         int64
}

func (s *classSum) add(c *Case) {
	s.cases++
	s.observations += c.Count
	if c.First != 0 && (s.first == 0 || c.First < s.first) {
		s.first = c.First
	}
	s.last = max(s.last, c.Last)
}

// tally counts cases by class.
type tally struct {
	cases        int64
	observations int64
	byClass      [classes]classSum
	label        ui.Label
}

func (t *tally) add(c *Case) {
	t.cases++
	t.observations += c.Count
	if int(c.Class) < classes {
		t.byClass[c.Class].add(c)
	}
	t.label = max(t.label, ui.ParseLabel(c.Label))
}

// ranked is a name with its count.
type ranked struct {
	name string
	n    int64
}

// rankLimit bounds the distinct names that one ranking counts; names that come
// after that many are counted together.
const rankLimit = 8192

// ranking counts names in bounded memory. K is what tells them apart without
// building a text for each case.
type ranking[K comparable] struct {
	n     map[K]int64
	other int64 // counts of names beyond the limit
}

func (r *ranking[K]) add(key K, keep func(K) K) {
	if r.n == nil {
		r.n = map[K]int64{}
	}
	if n, known := r.n[key]; known {
		r.n[key] = n + 1
	} else if len(r.n) >= rankLimit {
		r.other++
	} else {
		r.n[keep(key)] = 1
	}
}

// top gives the n names with the highest counts, ties by name; keys without a
// name are left out.
func (r *ranking[K]) top(n int, name func(K) string) []ranked {
	all := make([]ranked, 0, len(r.n))
	for key, count := range r.n {
		if s := name(key); s != "" {
			all = append(all, ranked{s, count})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name))
	})
	return slices.Clone(all[:min(n, len(all))])
}

// networkKey, portKey and a family tell names apart in rankings.
type networkKey struct {
	asn  uint32
	name string
}

type portKey struct {
	port      uint16
	transport string
}

func keepNetwork(k networkKey) networkKey { return networkKey{k.asn, strings.Clone(k.name)} }
func keepPort(k portKey) portKey          { return portKey{k.port, strings.Clone(k.transport)} }

// feedSum is what a folder holds of one feed's observations.
type feedSum struct {
	rows        int64
	first, last int64
	label       ui.Label
}

// feedLimit bounds the feeds that a folder counts by name.
const feedLimit = 512

// folder is the state of one folder of the report, small enough to keep for
// every folder until its page is written.
type folder struct {
	by    Grouping
	group string // country code or organisation id
	path  string

	tally    tally
	networks []ranked // the largest, for a page that summarises
	families []ranked
	ports    []ranked
	beyond   bool // a ranking met more names than it counts
	rows     []rowsOf

	observations int64
	files        []entry // observation files
	feeds        map[string]*feedSum
	label        ui.Label // strictest of the observations
	caseFiles    []entry
}

// rowsOf says where the table rows of one class lie in the folder's spool.
type rowsOf struct {
	class    rsit.Class
	from, to int64
}

func (f *folder) strictest() ui.Label { return max(f.tally.label, f.label) }

// saw counts one observation of the folder. The caller holds no lock: one
// goroutine alone reads observations.
func (f *folder) saw(feed string, observed int64, label ui.Label) {
	f.observations++
	f.label = max(f.label, label)
	s := f.feeds[feed]
	if s == nil {
		if f.feeds == nil {
			f.feeds = map[string]*feedSum{}
		}
		if len(f.feeds) >= feedLimit {
			feed = ""
		}
		if s = f.feeds[feed]; s == nil {
			s = &feedSum{}
			f.feeds[strings.Clone(feed)] = s
		}
	}
	s.rows++
	if observed != 0 && (s.first == 0 || observed < s.first) {
		s.first = observed
	}
	s.last = max(s.last, observed)
	s.label = max(s.label, label)
}

// feedNames lists the feeds of the folder, sorted.
func (f *folder) feedNames() []string {
	out := make([]string, 0, len(f.feeds))
	for name := range f.feeds {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
