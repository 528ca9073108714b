package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"entente/internal/desk/surge"
)

func TestProgress(t *testing.T) {
	start := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	clock := start
	begin := func(live bool) (*progress, *bytes.Buffer) {
		clock = start
		out := &bytes.Buffer{}
		return &progress{out: out, live: live, width: func() int { return 60 }, now: func() time.Time { return clock }, since: start, last: start}, out
	}
	at := func(p *progress, after time.Duration, u surge.Progress) {
		clock = start.Add(after)
		p.update(u)
	}
	half := surge.Progress{File: "feeds/2026-11-20-scan_telnet.csv", Rows: 1_200_000, Bytes: 50, Size: 100}

	p, out := begin(false)
	at(p, 9*time.Second, half)
	if out.Len() > 0 {
		t.Errorf("a line before ten seconds: %q", out)
	}
	at(p, 10*time.Second, half)
	at(p, 15*time.Second, half)
	at(p, 20*time.Second, surge.Progress{Rows: 5, File: "-"})
	p.stop()
	want := "entente: 1,200,000 rows · 120,000 rows/s · 50 % · 10 s left · feeds/2026-11-20-scan_telnet.csv\n" +
		"entente: 5 rows · 0 rows/s · share unknown · -\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}

	p, out = begin(true)
	at(p, 100*time.Millisecond, half)
	at(p, 200*time.Millisecond, half)
	at(p, 300*time.Millisecond, half)
	at(p, time.Second, surge.Progress{File: "bad \x1b[31m name", Rows: 1, Bytes: 1, Size: 1})
	p.stop()
	lines := strings.Split(out.String(), clearLine)
	if len(lines) != 4 || lines[0] != "" || lines[3] != "" || !strings.HasPrefix(lines[1], "1,200,000 rows · ") {
		t.Errorf("%q", lines)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > 59 || strings.ContainsAny(l, "\x1b\n") {
			t.Errorf("%d characters: %q", n, l)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 99 * time.Second: "99 s", 100 * time.Second: "2 min", 59 * time.Minute: "59 min", 3*time.Hour + 5*time.Minute: "3 h 05 min",
	} {
		if got := short(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
