package surge_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entente/internal/desk/surge"
	"entente/internal/feed"
	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"

	"pgregory.net/rapid"
)

// bends are wrong mappings; the right one says nothing.
var bends = []string{"noport", "nofamily", "port", "claim", "late", "deaf", "online", "severe", "noport nofamily claim late", "deaf port severe"}

// told are the files of one feed with how each ingest reads them.
type told struct {
	dir   string
	paths [][]string // by ingest
	wrong []string   // mapping of each
}

// oneFeed draws files of one feed in several ingests, of which some read wrongly.
func oneFeed(r *rapid.T, dir string) told {
	out := told{dir: dir}
	all := files(r)
	wrong := rapid.SampledFrom(bends).Draw(r, "wrong")
	for start := 0; start < len(all); {
		end := rapid.IntRange(start+1, len(all)).Draw(r, "ingest up to")
		var paths []string
		for i := start; i < end; i++ {
			all[i].feed = "one"
			for j := range all[i].rows {
				if row := &all[i].rows[j]; row.At == "198.18.0.241" {
					row.At = "" // a case that is held stays held, whatever came before that
				}
			}
			path := filepath.Join(dir, fmt.Sprintf("%03d.txt", i))
			if err := os.WriteFile(path, all[i].text(), 0o600); err != nil {
				r.Fatal(err)
			}
			paths = append(paths, path)
		}
		out.paths, out.wrong = append(out.paths, paths), append(out.wrong, wrong)
		if rapid.IntRange(0, 3).Draw(r, "mended since") == 0 {
			wrong = ""
		}
		start = end
	}
	return out
}

// ingest reads the files, with the mapping that mend says, "" being that of then.
func (o *told) ingest(ctx context.Context, n *node, mend string) error {
	for i, paths := range o.paths {
		mapping := o.wrong[i]
		if mend != "" {
			mapping = mend
		}
		if mapping == "" {
			mapping = right
		}
		if _, err := n.Ingest(ctx, surge.Request{Paths: paths, Options: feed.Options{Mapping: []byte(mapping)}}); err != nil {
			return err
		}
	}
	return nil
}

// right is the mapping that reads all as it is.
const right = "right"

// shownCases are the cases that something shows, by id.
func (n *node) shownCases(t rapid.TB) map[string]*surge.Case {
	list, _, err := n.Cases(context.Background(), surge.CaseFilter{Limit: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*surge.Case{}
	for _, c := range list {
		if c.Count > 0 {
			out[c.ID] = c
		}
	}
	return out
}

// lies says where a case lies.
func lies(c *surge.Case) string {
	return fmt.Sprint(c.Country, " ", c.ASN, " ", c.Network, " ", c.Owner, " ", c.Basis)
}

// difference is what leads from the cases of one world to those of another.
func difference(from, to map[string]*surge.Case) (out surge.ReplayCounts) {
	for id, c := range to {
		switch was := from[id]; {
		case was == nil:
			out.Opened++
		default:
			out.Again++
			if lies(was) != lies(c) {
				out.Moved++
			}
		}
	}
	for id := range from {
		if to[id] == nil {
			out.Left++
		}
	}
	return out
}

// asIfFromTheStart fails unless what is shown, logged and covered is what another node
// has that read all rightly at once.
func (n *node) asIfFromTheStart(t rapid.TB, other *node) {
	ctx := context.Background()
	var texts [2][]string
	for i, n := range []*node{n, other} {
		out := &texts[i]
		for _, c := range n.shownCases(t) {
			*out = append(*out, fmt.Sprintf("case %+v", *c))
		}
		for row, err := range n.Log.Scan(ctx, eventlog.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			r := *row
			r.Batch = 0
			*out = append(*out, fmt.Sprintf("row %+v %s", r, r.Details))
		}
		days, err := n.Coverage(ctx, "", surge.DayOf(clock))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range days {
			*out = append(*out, fmt.Sprintf("day %+v", d))
		}
		lists, err := n.Snapshots(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range lists {
			*out = append(*out, fmt.Sprintf("snapshot %+v", s))
		}
		if _, err := n.Record.Verify(ctx); err != nil {
			t.Fatal(err)
		}
	}
	differ(t, "after the replay", texts[0], texts[1])
	n.foldsOfActs(t)
}

// foldsOfActs fails unless the state of each case is the fold of its acts, and one
// that nothing shows is closed or held.
func (n *node) foldsOfActs(t rapid.TB) {
	ctx := context.Background()
	list, _, err := n.Cases(ctx, surge.CaseFilter{Limit: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		_, id, err := n.FindCase(ctx, c.ID)
		if err == nil {
			_, err = n.History(ctx, id)
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.Count == 0 && c.State != "closed" && c.State != "held" {
			t.Fatalf("nothing shows it: %+v", c)
		}
	}
}

// TestReplayAsIfFromTheStart: a preview of a mended reading says what lies between the
// world of the wrong reading and that of the right one, and changes nothing; the
// replay leads from the one to the other, and does what the preview said.
func TestReplayAsIfFromTheStart(t *testing.T) {
	t.Parallel()
	ctx, rules := context.Background(), newRules(t)
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp("", "entente-replay-test")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(dir)
		told := oneFeed(r, dir)
		open := func(name, mend string) *node {
			n, err := openNode(ctx, filepath.Join(dir, name), disk.OS(), rules)
			if err == nil {
				err = told.ingest(ctx, n, mend)
			}
			if err != nil {
				r.Fatal(err)
			}
			return n
		}
		wrong, mended := open("wrong", ""), open("mended", right)
		defer wrong.close()
		defer mended.close()
		before := wrong.shownCases(r)
		got, err := wrong.PreviewReplay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right), Examples: 1000})
		if err != nil {
			r.Fatal(err)
		}
		if want := difference(before, mended.shownCases(r)); got.ReplayCounts != want {
			r.Fatalf("%+v instead of %+v", got.ReplayCounts, want)
		}
		if n := int64(len(got.Examples)); n != got.Opened+got.Moved+got.Left+got.Split+got.Merged {
			r.Fatalf("%d examples of %+v", n, got)
		}
		done, err := wrong.Replay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right)})
		if err != nil {
			r.Fatal(err)
		}
		if done.ReplayCounts != got.ReplayCounts || done.Acc.Rows != got.Rows || done.Acc.Rejected != got.Rejected {
			r.Fatalf("it did %+v, the preview said %+v", done, got)
		}
		wrong.asIfFromTheStart(r, mended)
		if got, err = mended.PreviewReplay(ctx, surge.ReplayRequest{Feed: "one"}); err != nil || got.Opened+got.Moved+got.Left+got.Split+got.Merged != 0 {
			r.Fatalf("nothing is to be mended: %+v, %v", got, err)
		}
	})
}

// TestPreviewTellsSplitsAndMerges: rows of one case that lie in several are a split,
// and the other way round; in an archive too.
func TestPreviewTellsSplitsAndMerges(t *testing.T) {
	ctx := context.Background()
	n, err := openNode(ctx, filepath.Join(t.TempDir(), "data"), disk.OS(), newRules(t))
	ok(t, err)
	defer n.close()
	dir := t.TempDir()
	var text []byte
	for i := range 12 {
		text = fmt.Appendf(text, `{"t":%d,"c":"c2-server","v":"ipv4:198.18.1.%d","p":%d}`+"\n", day(1).UnixMicro()+int64(i), 1+i%2, 80+i%3)
	}
	path := put(t, dir, "a.txt", append([]byte("#plain one event\n"), text...))
	_, err = n.Ingest(ctx, surge.Request{Paths: []string{path}, Options: feed.Options{Mapping: []byte("noport")}})
	ok(t, err)
	got, err := n.PreviewReplay(ctx, surge.ReplayRequest{Feed: "one", Mapping: []byte(right), Examples: 1})
	ok(t, err)
	if got.Split != 2 || got.Merged != 0 || got.Opened != 6 || got.Left != 2 || got.Again != 0 || got.Rows != 12 || got.Files != 1 {
		t.Errorf("%+v", got)
	}
	if i := slices.IndexFunc(got.Examples, func(c surge.ReplayCase) bool { return c.What == surge.CaseSplit }); i < 0 || len(got.Examples[i].Others) != 3 || len(got.Examples) != 3 {
		t.Errorf("%+v", got.Examples)
	}
	_, err = n.Ingest(ctx, surge.Request{Paths: []string{path}, Options: feed.Options{Mapping: []byte("port"), Feed: "two"}})
	ok(t, err)
	got, err = n.PreviewReplay(ctx, surge.ReplayRequest{Feed: "two", Mapping: []byte("noport"), Examples: 1})
	ok(t, err)
	if got.Split != 0 || got.Merged != 2 || got.Opened != 0 || got.Left != 6 || got.Again != 2 || got.Moved != 0 {
		t.Errorf("%+v", got)
	}
}
