package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"golang.org/x/term"
)

// How often the person hears: a live line is written anew five times a second, a
// log gets a line every ten seconds.
const (
	liveEvery = 200 * time.Millisecond
	lineEvery = 10 * time.Second
)

const clearLine = "\r\x1b[K"

// progress shows how far a run has come: one live line on a terminal, a line
// every ten seconds elsewhere. Several goroutines may call it.
type progress struct {
	out   io.Writer
	live  bool
	width func() int // of the terminal
	now   func() time.Time
	since time.Time

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func (s *session) progress() *progress {
	p := &progress{out: s.stderr, live: s.terminal && os.Getenv("TERM") != "dumb", now: time.Now, since: time.Now()}
	p.last = p.since
	p.width = func() int {
		if f, ok := s.stderr.(*os.File); ok {
			if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
				return w
			}
		}
		return 80
	}
	if s.flags.quiet {
		p.out = io.Discard
	}
	return p
}

// update takes what the run tells.
func (p *progress) update(u surge.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, every := p.now(), lineEvery
	if p.live {
		every = liveEvery
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	line := p.line(u, now)
	if p.live {
		fmt.Fprint(p.out, clearLine+fit(line, p.width()-1))
		p.shown = true
		return
	}
	fmt.Fprintln(p.out, "entente: "+line)
}

// line is "120,000 rows · 80,000 rows/s · 40 % · 3 s left · name of the file".
func (p *progress) line(u surge.Progress, now time.Time) string {
	took := now.Sub(p.since)
	parts := []string{
		thousands(u.Rows) + " rows",
		thousands(int64(float64(u.Rows)/max(took.Seconds(), 0.1))) + " rows/s",
	}
	if u.Size > 0 && u.Bytes > 0 {
		done := min(float64(u.Bytes)/float64(u.Size), 1)
		parts = append(parts, fmt.Sprintf("%.0f %%", 100*done), short(time.Duration(float64(took)*(1-done)/done))+" left")
	} else {
		parts = append(parts, "share unknown")
	}
	return strings.Join(append(parts, source.Display(u.File)), " · ")
}

// stop takes the live line away.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.out, clearLine)
		p.shown = false
	}
}

// short writes a duration as people say it: "8 s", "12 min", "3 h 05 min".
func short(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case s < 100:
		return fmt.Sprintf("%d s", s)
	case s < 100*60:
		return fmt.Sprintf("%d min", (s+30)/60)
	default:
		return fmt.Sprintf("%d h %02d min", s/3600, s%3600/60)
	}
}

// fit cuts a line to a width in characters, so that it does not wrap.
func fit(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	runes := []rune(line)
	return string(runes[:max(width-1, 0)]) + "…"
}

// thousands writes a number with separators.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	neg := ""
	if s[0] == '-' {
		neg, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return neg + s
}
