package phishtank_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"entente/internal/feed"
	"entente/internal/feed/feedtest"
	"entente/internal/feed/phishtank"

	"pgregory.net/rapid"
)

func TestCases(t *testing.T) { feedtest.Cases(t, phishtank.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t}
	err := phishtank.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now, AsOf: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const (
	header = "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target"
	good   = "9000001,http://login.example.org/,http://phishtank.example.org/phish_detail.php?phish_id=9000001,2026-11-20T15:15:47+00:00,yes,2026-11-20T15:37:31+00:00,yes,Other"
	object = `{"phish_id":"9000001","url":"http://login.example.org/","submission_time":"2026-11-20T15:15:47+00:00","verified":"yes","online":"yes","details":[{"ip_address":"192.0.2.1"},{"ip_address":"2001:db8::1"}]}`
)

func TestEveryEntryIsOneRow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := []string{object}
		for range rapid.IntRange(0, 20).Draw(rt, "n") {
			row := []byte(object)
			if c := rapid.ByteRange('0', 'z').Draw(rt, "byte"); c != '[' && c != ']' && c != '\\' {
				row[rapid.IntRange(1, len(row)-2).Draw(rt, "at")] = c
			}
			if bytes.Count(row, []byte(`"`)) == strings.Count(object, `"`) && bytes.Count(row, []byte("{")) == bytes.Count(row, []byte("}")) && bytes.Count(row, []byte("[")) == bytes.Count(row, []byte("]")) {
				rows = append(rows, string(row))
			}
		}
		if r := read(t, strings.NewReader("\xef\xbb\xbf["+strings.Join(rows, ",\r\n")+"]")); r.Rows() != int64(len(rows)) || r.Accepted < 1 {
			rt.Fatalf("%d rows of %d", r.Rows(), len(rows))
		}
	})
}

func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 100<<20)
	r := read(t, strings.NewReader("\xef\xbb\xbf"+header+"\r\n"+good+"\r\n"+long+"\r\n"+strings.Replace(good, "Other", "\x00", 1)+"\r\n"+strings.Replace(good, "Other", "\xff", 1)+"\r\n"+good))
	if r.Accepted != 3 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	many := strings.Replace(object, `{"ip_address":"2001:db8::1"}`, strings.Repeat(`{"ip_address":"192.0.2.1"},`, 300)+"{}", 1)
	r = read(t, strings.NewReader("["+object+`,{"url":"`+long+`"},`+many+","+strings.Replace(object, "yes", "\xff", 1)+","+object+"]"))
	if r.Accepted != 2 || r.Obs != 4 || r.By[feed.LineTooLong] != 1 || r.By[feed.BadText] != 1 || r.By[feed.BadRow] != 1 {
		t.Errorf("JSON: accepted %d, rejected %v", r.Accepted, r.By)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "\n" + good + "\n"))
	f.Add([]byte(good))
	f.Add([]byte("[" + object + "]"))
	f.Add([]byte(`{"phish_id":1,"url":"hxxp://example.org/","verification_time":"2026-11-20T15:15:47Z","submission_time":"","details":{"ip_address":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		phishtank.Format{}.Detect("x", data)
		read(t, bytes.NewReader(data))
	})
}
