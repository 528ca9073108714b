package columns_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"entente/internal/feed"
	"entente/internal/feed/columns"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/flatjson"

	"entente/internal/core/rsit"
	"entente/internal/core/value"
)

var table = columns.Table{Known: []string{"seen", "name", "tags"}, Required: []string{"seen", "name"}, Former: map[string]string{"time": "seen"},
	Older: [][]string{{"seen", "name"}}, Absent: map[string][]string{"tags": {"None"}}}

func TestHeader(t *testing.T) {
	for in, want := range map[string]string{
		"seen,name,tags\n1,2,3\n":                          "seen,name,tags stated",
		"\xef\xbb\xbf\"Time\", \"Name\", 'TAGS', x\r1,2\r": "seen,name,tags,x stated",
		"# made by us\n# \"seen\",\"name\",\"tags\"\n1\n":  "seen,name,tags stated",
		"1,2,3\n":                         "seen,name,tags",
		"1,2\n":                           "seen,name",
		"# nothing\n":                     "seen,name,tags",
		"":                                "seen,name,tags",
		strings.Repeat("seen,", 500) + "": "seen,name,tags",
	} {
		h := table.Header([]byte(in))
		got := strings.Join(h.Names, ",")
		if h.Stated {
			got += " stated"
		}
		if got != want {
			t.Errorf("%.60q: %s, want %s", in, got, want)
		}
	}
}

func read(t testing.TB, text string) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t, Keep: true}
	h := table.Header([]byte(text))
	if err := rec.Begin(feed.Meta{Feed: "x", Label: "AMBER", Mode: feed.Event, Drift: table.Drift(h)}); err != nil {
		t.Fatal(err)
	}
	var more flatjson.Details
	err := table.Read(context.Background(), strings.NewReader(text), h, rec, func(r *columns.Row) ([]feed.Observation, feed.Reason, string) {
		v, err := value.ParseDomain(r.Get("name"))
		if err != nil {
			return nil, feed.BadValue, "name"
		}
		r.Get("seen")
		r.Rest(&more)
		return []feed.Observation{{Time: 631152000e6, Class: rsit.Other, Value: v, Details: more.Take()}}, 0, ""
	})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestRows: the header is no row, wherever it stands; each other row is
// accepted or rejected once; what nobody asked for is kept.
func TestRows(t *testing.T) {
	r := read(t, "# a comment\nname,seen,tags,new\na.example.org,1,None,x\nb.example.org,1,t,\n-,1,,\nshort\n\"a\x00\",1,,\n"+strings.Repeat("y", 2*feed.MaxLine)+"\n# end\n")
	got := strings.Join(append(r.Observed, r.Rejects[:3]...), "\n")
	want := `line=3 time=1990-01-01T00:00:00Z class=other domain=a.example.org details={"new":"x"}
line=4 time=1990-01-01T00:00:00Z class=other domain=b.example.org details={"tags":"t"}
line=5 reason=bad-value field=name text="-,1,,"
line=6 reason=bad-row field= text="short"
line=7 reason=bad-text field= text="\"a\x00\",1,,"`
	if got != want || r.By[feed.LineTooLong] != 1 || strings.Join(r.Meta.Drift, ";") != "new column new" {
		t.Errorf("%s\n%v %q", got, r.By, r.Meta.Drift)
	}
}

func TestLacking(t *testing.T) {
	one := columns.Table{Known: []string{"a", "b", "c", "d"}, Required: []string{"a", "d"}}
	h := one.Header([]byte("a,b,c,x\n"))
	if q := one.Lacking(h, "test"); q == nil || q.Text != "a test file needs the columns d; the file has a, b, c, x" {
		t.Errorf("%v", q)
	}
	if q := table.Lacking(table.Header([]byte("seen,name,tags\n")), "test"); q != nil {
		t.Errorf("%v", q)
	}
}

// TestListIsSafeToShow: names of a hostile file can neither fill a page nor
// steer a terminal.
func TestListIsSafeToShow(t *testing.T) {
	got := columns.List([]string{"a\x1b[31m", "b\u202e", "\xff", strings.Repeat("x", 1<<20)})
	if len(got) > 400 || strings.ContainsAny(got, "\x1b\u202e") || !utf8.ValidString(got) || !strings.HasPrefix(got, "a") {
		t.Errorf("%d bytes: %.100q", len(got), got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("seen,name,tags\n1,a.example.org,x\n")
	f.Add("# \"seen\", \"name\"\n\"1\", \"a.example.org\"\n# end")
	f.Fuzz(func(t *testing.T, text string) {
		r := read(t, text)
		table.Sample([]byte(text), func([]string) bool { return true })
		if r.Rows() > int64(len(text))+1 {
			t.Fatalf("%d rows of %d bytes", r.Rows(), len(text))
		}
	})
}
