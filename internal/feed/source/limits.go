package source

import (
	"context"
	"io"
	"sync/atomic"

	"entente/internal/core/fault"
)

// Limits bound what one raw file may cost. Zero fields mean the default.
type Limits struct {
	MaxUnpacked int64 // bytes that all layers of one raw file may give together; 64 GiB
	MaxRatio    int64 // unpacked bytes per packed byte, looked at after the first 1 MiB; 1,000
	MaxMembers  int   // entries of all archives in one raw file; 100,000
	MaxDepth    int   // layers one inside another (tar.gz has two); 3
	MaxSpool    int64 // bytes of a zip that arrives inside a stream and must be copied to a temporary file; 1 GiB
	MaxWindow   int64 // bytes of a zstd window; 128 MiB
	Serial      bool  // unpack in the reader's own goroutine: less memory, less speed
}

const ratioFree = 1 << 20 // unpacked bytes before the ratio counts

func (l Limits) withDefaults() Limits {
	set := func(p *int64, d int64) {
		if *p <= 0 {
			*p = d
		}
	}
	set(&l.MaxUnpacked, 64<<30)
	set(&l.MaxRatio, 1000)
	set(&l.MaxSpool, 1<<30)
	set(&l.MaxWindow, 128<<20)
	if l.MaxMembers <= 0 {
		l.MaxMembers = 100_000
	}
	if l.MaxDepth <= 0 {
		l.MaxDepth = 3
	}
	return l
}

const limitRemedy = "if the file is honest, unpack it yourself and give the unpacked files; if not, tell whoever sent it"

func limitFault(name, text string, limit int64) error {
	return fault.Newf(fault.Limit, limitRemedy, "%s: %s (limit %d)", name, text, limit)
}

// counter counts the raw bytes read and keeps the first error of the disk or
// pipe, so that it is not mistaken for damage of the file.
type counter struct {
	ctx context.Context
	r   io.Reader
	n   atomic.Int64 // a zstd decoder reads ahead in a goroutine of its own
	err atomic.Pointer[error]
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		c.err.Store(&err)
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	if err != nil && err != io.EOF {
		c.err.Store(&err)
	}
	return n, err
}

// meter passes on what a decompressor gives and stops at the limits.
type meter struct {
	w    *walker
	name string
	r    io.Reader
	in   func() int64 // packed bytes taken by this layer so far
	out  int64
	err  error
}

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.r.Read(p)
	m.out += int64(n)
	m.w.unpacked += int64(n)
	switch {
	case m.w.unpacked > m.w.lim.MaxUnpacked:
		m.err = limitFault(m.name, "it unpacks to more bytes than allowed for one file", m.w.lim.MaxUnpacked)
	case m.out > ratioFree && (m.out/m.w.lim.MaxRatio > m.in() || m.w.unpacked/m.w.lim.MaxRatio > int64(m.w.lim.MaxDepth)*m.w.packed()):
		m.err = limitFault(m.name, "it unpacks to more bytes per packed byte than any honest file", m.w.lim.MaxRatio)
	default:
		return n, err
	}
	return 0, m.err
}
