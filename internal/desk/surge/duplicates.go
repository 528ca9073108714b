package surge

import (
	"context"
	"slices"
	"strconv"

	"entente/internal/infra/runs"
)

// manyDays is how many days of one feed a batch may have before it keeps their
// identities in one set instead of one a day: a list of what was first seen in
// ten years would make thousands of sets of a few keys, each to be listed,
// merged and asked.
const manyDays = 64

// name is the set of the identities of one feed and day.
func (s scope) name() string {
	if s.list {
		return "seen/list/" + strconv.FormatInt(s.day, 10) + "/" + s.feed
	}
	return "seen/" + strconv.FormatInt(s.day, 10) + "/" + s.feed
}

// wide is the set of the identities of one feed from batches of many days. An
// identity holds the time, so no other day of the feed has it.
func (s scope) wide() string { return "seen/*/" + s.feed }

// fresh are the identities of a batch that no set holds so far, each with the
// first entry that shows it, in order of the identity.
type fresh struct {
	keys  []runs.Key
	entry []int32
}

// dropDuplicates marks the entries that were logged before, in this batch, in
// one on its way, or in a committed one, and gives the new identities by set.
func (in *ingest) dropDuplicates(ctx context.Context, b *batch) ([]runs.Section, error) {
	var feeds []string
	days := map[string][]scope{} // of each feed
	left := map[scope]*fresh{}
	for sc, of := range b.byScope() {
		at := b.scopes[sc]
		f := in.unique(b, of)
		if err := in.sift(ctx, b, at.name(), f); err != nil {
			return nil, err
		}
		if days[at.feed] == nil {
			feeds = append(feeds, at.feed)
		}
		days[at.feed] = append(days[at.feed], at)
		left[at] = f
	}
	var sections []runs.Section
	add := func(name string, f *fresh) {
		if len(f.keys) > 0 {
			sections = append(sections, runs.Section{Scope: name, Keys: f.keys})
		}
	}
	for _, feed := range feeds {
		list := days[feed]
		all := left[list[0]]
		if len(list) > 1 {
			all = gathered(b, list, left)
		}
		if err := in.sift(ctx, b, list[0].wide(), all); err != nil {
			return nil, err
		}
		if len(list) > manyDays {
			add(list[0].wide(), all)
			continue
		}
		for _, at := range list {
			left[at].drop(b)
			add(at.name(), left[at])
		}
	}
	in.flight.add(b.id, sections)
	return sections, nil
}

// sift marks the entries whose identity a set holds, on its way or committed,
// and takes them out of f.
func (in *ingest) sift(ctx context.Context, b *batch, name string, f *fresh) error {
	known := in.flight.find(name, f.keys)
	err := in.desk.Runs.Lookup(ctx, name, f.keys, func(i int, _ uint64) { known[i] = true })
	if err != nil {
		return err
	}
	for i, k := range known {
		if k {
			b.entries[f.entry[i]].outcome = Duplicate
		}
	}
	f.drop(b)
	return nil
}

// drop takes out what turned out to be a duplicate.
func (f *fresh) drop(b *batch) {
	n := 0
	for i, e := range f.entry {
		if b.entries[e].outcome != Duplicate {
			f.keys[n], f.entry[n] = f.keys[i], e
			n++
		}
	}
	f.keys, f.entry = f.keys[:n], f.entry[:n]
}

// gathered are the fresh identities of some days together.
func gathered(b *batch, days []scope, left map[scope]*fresh) *fresh {
	all := &fresh{}
	for _, at := range days {
		all.entry = append(all.entry, left[at].entry...)
	}
	slices.SortFunc(all.entry, func(x, y int32) int { return b.entries[x].ident.Compare(b.entries[y].ident) })
	all.keys = make([]runs.Key, len(all.entry))
	for i, e := range all.entry {
		all.keys[i] = b.entries[e].ident
	}
	return all
}

// byScope gives the entries of each scope, in order.
func (b *batch) byScope() [][]int32 {
	out := make([][]int32, len(b.scopes))
	if len(out) == 1 {
		out[0] = make([]int32, 0, len(b.entries))
	}
	for i := range b.entries {
		if b.entries[i].gone {
			continue
		}
		sc := b.entries[i].scope
		out[sc] = append(out[sc], int32(i))
	}
	return out
}

// unique gives the distinct identities of one scope's entries, each with the
// first entry that shows it; the later ones are duplicates.
func (in *ingest) unique(b *batch, of []int32) *fresh {
	rank := &in.scratch.rank
	rank.start()
	for _, i := range of {
		rank.addKey(&b.entries[i].ident, i)
	}
	f := &fresh{make([]runs.Key, 0, len(of)), make([]int32, 0, len(of))}
	for _, x := range rank.sort(func(x, y int32) bool { return b.entries[x].ident.Compare(b.entries[y].ident) > 0 }) {
		e := &b.entries[x.at]
		if n := len(f.keys); n > 0 && f.keys[n-1] == e.ident {
			e.outcome = Duplicate
			continue
		}
		f.keys = append(f.keys, e.ident)
		f.entry = append(f.entry, x.at)
	}
	return f
}
