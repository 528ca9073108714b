package source

import (
	"errors"
	"io"

	"entente/internal/core/fault"

	"github.com/klauspost/compress/zstd"
)

// body is what fn reads: it turns a decoder's complaint into a fault and
// remembers it, so that a member that broke off is never taken for whole.
type body struct {
	w    *walker
	name string
	r    io.Reader
	err  error
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.r.Read(p)
	if err != nil && err != io.EOF {
		err = b.w.damage(b.name, err)
		b.err = err
	}
	return n, err
}

// damage translates an error met while unpacking: the raw file's own error, a
// fault and the end of ctx pass as they are, all else means a damaged file.
func (w *walker) damage(name string, err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return err
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	case w.raw.err.Load() != nil:
		return fault.Wrap(fault.Invalid, *w.raw.err.Load(), name+" cannot be read", "check the disk or pipe it comes from, and start again")
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return limitFault(name, "its zstd window is larger than allowed, in bytes", w.lim.MaxWindow)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Wrap(fault.Corrupt, err, name+" ends too early: it is truncated", corruptRemedy)
	}
	return fault.Wrap(fault.Corrupt, err, name+" is damaged", corruptRemedy)
}

const corruptRemedy = "fetch it again and give it again; rows already taken are recognised"
