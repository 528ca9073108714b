package sample

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"entente/internal/core/fault"
	"entente/internal/feed"
)

// writer makes the rows of one file of one format.
type writer interface {
	// head appends what stands before the first row.
	head(b []byte) []byte
	// row appends one good row and says what it means. What o points to is valid
	// until the next call.
	row(b []byte, d *dice, o *obs) []byte
	// spoil appends one row that must be rejected for the given reason.
	spoil(b []byte, d *dice, o *obs, n uint64) ([]byte, feed.Reason)
	// between and foot are what stands between rows and after the last one.
	between() string
	foot() string
	common() *base
}

// base is what the writers of all formats have.
type base struct {
	world  *world
	feed   string // name of the feed in the account
	event  bool
	date   string // the file's day, 2006-01-02
	start  int64  // its first microsecond
	rows   int64  // how many rows the day's clock is spread over
	done   int64
	fresh  float64 // share of rows with an asset not seen before
	snap   int64   // snapshot time when not event
	asOf   int64   // the time that the file says it is of; 0: snap, or events
	noSpot bool    // rows of this writer are never spoilt or doubled
}

func (c *base) common() *base   { return c }
func (c *base) between() string { return "" }
func (c *base) foot() string    { return "" }

// now gives the next time of the day, never the day after, and sets o's.
func (c *base) now(o *obs) clock {
	second := int(c.done * 86400 / max(c.rows, 1) % 86400)
	c.done++
	o.time = c.start + int64(second)*1e6
	o.offline = false
	return clock{c.date, second}
}

// output is one file being written, compressed by its name.
type output struct {
	file  *os.File
	buf   *bufio.Writer
	inner io.WriteCloser // compressor, nil if none
	w     io.Writer
}

func create(path string) (*output, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, cannotWrite(err)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, cannotWrite(err)
	}
	o := &output{file: f, buf: bufio.NewWriterSize(f, 256<<10)}
	o.w = o.buf
	switch filepath.Ext(path) {
	case ".gz":
		z, err := gzip.NewWriterLevel(o.buf, gzip.BestSpeed)
		if err != nil {
			return nil, err
		}
		o.inner = z
	case ".zst":
		z, err := zstd.NewWriter(o.buf, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		o.inner = z
	}
	if o.inner != nil {
		o.w = o.inner
	}
	return o, nil
}

func (o *output) close() error {
	if o.inner != nil {
		if err := o.inner.Close(); err != nil {
			o.file.Close()
			return cannotWrite(err)
		}
	}
	if err := o.buf.Flush(); err != nil {
		o.file.Close()
		return cannotWrite(err)
	}
	if err := o.file.Close(); err != nil {
		return cannotWrite(err)
	}
	return nil
}

func cannotWrite(err error) error {
	return fault.Wrap(fault.Full, err, "the sample cannot be written", "give --out a folder on a disk with room that you may write to")
}
