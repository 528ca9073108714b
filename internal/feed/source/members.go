package source

import (
	"bufio"
	"context"
	"io"
	"time"

	"entente/internal/core/fault"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// HeadSize is the longest Head of a member in bytes.
const HeadSize = 64 << 10

// Member is one file as a format reads it: unpacked, in no archive.
type Member struct {
	Index   int       // 0, 1, 2 ... within the raw file
	Name    string    // the raw file's name, or "archive.zip!inner/name.csv"; safe to show, never to open
	ModTime time.Time // zero if unknown
	Head    []byte    // the first bytes of Body, up to 64 KiB; valid only during the call
	Body    io.Reader // begins with Head; valid only during the call
}

// Members opens the raw file f, named name, and calls fn for each member in
// the file's own order. A plain or compressed file has one. at and size are
// needed for a zip; where at is nil a zip is first copied to a temporary file.
//
// Memory stays bounded whatever f holds: buffers of 64 KiB a layer, a
// decompressor's window, and a zip's directory of at most MaxMembers entries.
//
// The error is fn's own, ctx's, that of reading f, or a fault: Corrupt for a
// damaged or truncated file, Limit with the limit's number, Invalid for what
// cannot be opened at all (encrypted, unknown packing). Members before the
// fault were given in full.
func Members(ctx context.Context, name string, mod time.Time, f io.Reader, at io.ReaderAt, size int64, lim Limits, fn func(Member) error) error {
	w := &walker{ctx: ctx, lim: lim.withDefaults(), fn: fn, raw: &counter{ctx: ctx, r: f}, size: size}
	defer w.close()
	return w.stream(layer{name: Display(name), mod: mod, r: w.raw, at: at, size: size})
}

// walker is the state of one Members call.
type walker struct {
	ctx      context.Context
	lim      Limits
	fn       func(Member) error
	raw      *counter
	size     int64
	zipIn    int64 // packed bytes of a zip's opened members
	unpacked int64
	members  int // given to fn
	entries  int // seen in archives
	levels   []level
}

// level holds the reusable parts of one depth.
type level struct {
	buf  *bufio.Reader
	gz   *gzip.Reader
	zstd *zstd.Decoder
}

// layer is a stream at some depth, not yet known for what it is.
type layer struct {
	name  string
	mod   time.Time
	r     io.Reader
	at    io.ReaderAt // nil where the stream cannot be read at random
	size  int64
	depth int
}

func (w *walker) close() {
	for i := range w.levels {
		if z := w.levels[i].zstd; z != nil {
			z.Close()
		}
	}
}

// packed gives the raw bytes that were taken so far; entries of a zip that
// share bytes cannot raise it over the file's size.
func (w *walker) packed() int64 {
	n := w.raw.n.Load() + w.zipIn
	if w.size > 0 && n > w.size {
		n = w.size
	}
	return n
}

// stream looks at the first bytes of l and opens it as what it is.
func (w *walker) stream(l layer) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	for len(w.levels) <= l.depth {
		w.levels = append(w.levels, level{buf: bufio.NewReaderSize(nil, HeadSize)})
	}
	buf := w.levels[l.depth].buf
	buf.Reset(l.r)
	head, err := buf.Peek(HeadSize)
	if err != nil && err != io.EOF && len(head) == 0 {
		return w.damage(l.name, err)
	}
	kind := sniff(head)
	if kind == plainFile {
		body := &body{w: w, name: l.name, r: buf}
		m := Member{Index: w.members, Name: l.name, ModTime: l.mod, Head: head, Body: body}
		w.members++
		if err := w.fn(m); err != nil {
			return err
		}
		return body.err
	}
	if kind.unread() {
		return fault.Newf(fault.Invalid, "unpack it and give the files themselves, or pack it as zip, tar, gz or zst",
			"%s is packed as %s, which is not read", l.name, kind)
	}
	if l.depth >= w.lim.MaxDepth {
		return limitFault(l.name, "there are more layers of packing one inside another than allowed", int64(w.lim.MaxDepth))
	}
	l.r = buf
	switch kind {
	case gzipFile:
		return w.gzip(l)
	case zstdFile:
		return w.zstd(l)
	case tarFile:
		return w.tar(l)
	default:
		return w.zip(l)
	}
}

func (w *walker) gzip(l layer) (err error) {
	lv := &w.levels[l.depth]
	in := &counter{ctx: w.ctx, r: l.r}
	src := bufio.NewReader(in) // an io.ByteReader, so that inflate takes no more than it needs
	if lv.gz == nil {
		lv.gz, err = gzip.NewReader(src)
	} else {
		err = lv.gz.Reset(src)
	}
	if err != nil {
		lv.gz = nil
		return w.damage(l.name, err)
	}
	if !lv.gz.ModTime.IsZero() && lv.gz.ModTime.Unix() > 0 {
		l.mod = lv.gz.ModTime
	}
	return w.inner(l, lv.gz, in.n.Load)
}

func (w *walker) zstd(l layer) error {
	lv := &w.levels[l.depth]
	in := &counter{ctx: w.ctx, r: l.r}
	if lv.zstd == nil {
		opts := []zstd.DOption{zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(w.lim.MaxWindow)),
			zstd.WithDecoderConcurrency(2)}
		if w.lim.Serial {
			opts[2] = zstd.WithDecoderConcurrency(1)
		}
		z, err := zstd.NewReader(nil, opts...)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "no zstd decoder with these limits", "")
		}
		lv.zstd = z
	}
	if err := lv.zstd.Reset(in); err != nil {
		return w.damage(l.name, err)
	}
	// The decoder reads ahead: it must let go of l before the layer above moves on.
	defer func() { _ = lv.zstd.Reset(nil) }()
	return w.inner(l, lv.zstd, in.n.Load)
}

// inner goes one layer down into what a decompressor gives.
func (w *walker) inner(l layer, r io.Reader, in func() int64) error {
	m := &meter{w: w, name: l.name, r: r, in: in}
	return w.stream(layer{name: l.name, mod: l.mod, r: m, depth: l.depth + 1})
}
