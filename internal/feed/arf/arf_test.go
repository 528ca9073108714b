package arf_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"entente/internal/feed"
	"entente/internal/feed/arf"
	"entente/internal/feed/feedtest"
)

func TestCases(t *testing.T) { feedtest.Cases(t, arf.Format{}, "testdata") }

func read(t testing.TB, r io.Reader) *feedtest.Recorder {
	rec := &feedtest.Recorder{T: t, Keep: true}
	err := arf.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: r, Options: feed.Options{Now: feedtest.Now}}, rec)
	if _, quarantined := err.(*feed.Quarantine); err != nil && !quarantined {
		t.Fatal(err)
	}
	return rec
}

const good = "From: a@example.org\nContent-Type: multipart/report; report-type=feedback-report; boundary=b1\n\n--b1\nContent-Type: text/plain\n\nx\n--b1\n" +
	"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nArrival-Date: Thu, 19 Nov 2026 08:00:00 +0000\nSource-IP: 192.0.2.7\n\n--b1\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b1--\n"

func mbox(mails ...string) string {
	var b strings.Builder
	for _, m := range mails {
		b.WriteString("From x Thu Nov 19 08:00:00 2026\n" + m + "\n")
	}
	return b.String()
}

func TestSpelling(t *testing.T) {
	for name, body := range map[string]string{
		"CRLF":           strings.ReplaceAll(mbox(good, good), "\n", "\r\n"),
		"byte order":     "\xef\xbb\xbf" + mbox(good, good),
		"no end":         strings.TrimSuffix(mbox(good, good), "\n\n"),
		"no final break": strings.TrimSuffix(mbox(good, good), "--\n\n"),
	} {
		for _, r := range []io.Reader{strings.NewReader(body), iotest.OneByteReader(strings.NewReader(body))} {
			if rec := read(t, r); rec.Accepted != 2 || rec.Rejected != 0 {
				t.Errorf("%s: accepted %d, %q", name, rec.Accepted, rec.Rejects)
			}
		}
		if n := (arf.Format{}).Detect("x", []byte(body)); n != 95 {
			t.Errorf("%s: detect %d", name, n)
		}
	}
}

func TestBadInput(t *testing.T) {
	attachment := strings.Replace(good, "\nz\n", "\n"+strings.Repeat(strings.Repeat("A", 76)+"\n", 1<<18), 1)
	line := strings.Replace(good, "\nz\n", "\n"+strings.Repeat("A", 20<<20)+"\n", 1)
	header := "Subject: " + strings.Repeat("x", 1<<20) + "\n" + good
	report := strings.Replace(good, "Source-IP", "X: "+strings.Repeat("y", 100<<10)+"\nSource-IP", 1)
	nul := strings.Replace(good, "abuse\n", "abuse\nX: a\x00b\n", 1)
	utf := strings.Replace(good, "abuse\n", "abuse\nX: a\xffb\n", 1)
	r := read(t, strings.NewReader(mbox(good, attachment, line, header, report, nul, utf, good)))
	if r.Accepted != 5 || r.By[feed.LineTooLong] != 2 || r.By[feed.BadText] != 1 {
		t.Errorf("accepted %d, rejected %v", r.Accepted, r.By)
	}
	if !strings.Contains(strings.Join(r.Observed, ""), "a\ufffdb") {
		t.Errorf("%q", r.Observed)
	}
}

// TestSourceFails: a failure to read is no bad mail.
func TestSourceFails(t *testing.T) {
	broken := errors.New("broken")
	for cut := range len(good) {
		body := io.MultiReader(strings.NewReader(mbox(good)+mbox(good)[:cut]), iotest.ErrReader(broken))
		err := arf.Format{}.Read(context.Background(), feed.Input{Name: "x", Body: body}, &feedtest.Recorder{T: t})
		if !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", cut, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(mbox(good, good)))
	f.Add([]byte("X-XARF: PLAIN\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--b\nContent-Type: text/plain; name=report.txt\n\nCategory: abuse\nReport-Type: login-attack\nDate: 2026-11-19T08:00:00Z\nSource: 192.0.2.7\n--b--\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		arf.Format{}.Detect("x", data)
		r := read(t, bytes.NewReader(data))
		if n := int64(bytes.Count(data, []byte("From "))); r.Rows() > n+1 {
			t.Fatalf("%d rows, %d separators", r.Rows(), n)
		}
	})
}
