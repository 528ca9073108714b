package surge

import (
	"crypto/sha256"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"entente/internal/feed"
	"entente/internal/feed/source"
)

// Request is one call of ingest.
type Request struct {
	Paths    []string
	Stdin    io.Reader
	Options  feed.Options
	Format   string // overrides detection
	Surge    string // name of the surge that the cases join; "" for none
	Anew     bool   // a run of this request that broke off is given up
	Reports  bool   // reports follow: the run stays open until WriteReports ends it
	Limits   source.Limits
	Progress func(Progress) // may be nil; called from one goroutine
}

// Progress is how far a run has come.
type Progress struct {
	Rows        int64
	Bytes, Size int64 // of the raw inputs; Size is 0 when unknown
	File        string
}

// Result is a run's account and what a person should hear about it.
type Result struct {
	Account
	Run   int64
	Notes []Note
	// Erased is how many files hold an erased value: such rows were not taken, and
	// the raw input was not kept.
	Erased int64
	Holds  []HoldStep // rules whose start or end took effect before the run
}

// Note is a file that was set aside or broke off.
type Note struct {
	File, Reason, Text, Remedy string
}

// fingerprint says which request a run belongs to, so that it can be resumed:
// the same words over the same places, and the same content of standard input.
func (r Request) fingerprint(surge int64, stdin *kept) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d\x1f%s\x1f%s", surge, r.Format, optionText(r.Options, time.Time{}))
	for _, path := range r.Paths {
		if whole, err := filepath.Abs(path); err == nil && path != "-" {
			path = whole
		}
		fmt.Fprintf(h, "\x1f%s", path)
	}
	if stdin != nil {
		h.Write(stdin.hash[:])
	}
	return h.Sum(nil)
}
