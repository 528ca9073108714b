package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"entente/internal/desk/surge"
	"entente/internal/feed/source"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far a run has come: one live line on a terminal, a line
// every ten seconds elsewhere.
type progress struct {
	out   io.Writer
	since time.Time
	last  time.Time
	rows  atomic.Int64
	bar   *mpb.Bar
	box   *mpb.Progress
}

func (s *session) progress() *progress {
	p := &progress{out: s.stderr, since: time.Now(), last: time.Now()}
	if s.flags.quiet {
		p.out = io.Discard
		return p
	}
	if s.terminal {
		p.box = mpb.New(mpb.WithOutput(s.stderr), mpb.WithWidth(30), mpb.WithRefreshRate(200*time.Millisecond))
		p.bar = p.box.AddBar(1,
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return p.rate(time.Now()) })),
			mpb.AppendDecorators(decor.Percentage(), decor.Name("  "),
				decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WC{}), "done")),
			mpb.BarRemoveOnComplete())
	}
	return p
}

func (p *progress) rate(now time.Time) string {
	rows := p.rows.Load()
	seconds := now.Sub(p.since).Seconds()
	if seconds < 0.1 {
		seconds = 0.1
	}
	return fmt.Sprintf("%s rows · %s rows/s ", thousands(rows), thousands(int64(float64(rows)/seconds)))
}

// update takes what the run tells.
func (p *progress) update(u surge.Progress) {
	p.rows.Store(u.Rows)
	if p.bar != nil {
		total := max(u.Size, u.Bytes+1)
		p.bar.SetTotal(total, false)
		p.bar.SetCurrent(u.Bytes)
		return
	}
	now := time.Now()
	if now.Sub(p.last) < 10*time.Second {
		return
	}
	p.last = now
	share := "share unknown"
	if u.Size > 0 && u.Bytes > 0 {
		done := float64(u.Bytes) / float64(u.Size)
		left := time.Duration(float64(now.Sub(p.since)) * (1 - done) / done).Round(time.Second)
		share = fmt.Sprintf("%.0f %% · %s left", done*100, max(left, 0))
	}
	fmt.Fprintf(p.out, "entente: %s· %s · %s\n", p.rate(now), share, source.Display(u.File))
}

// stop takes the live line away.
func (p *progress) stop() {
	if p.box != nil {
		p.bar.Abort(true)
		p.box.Wait()
	}
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
