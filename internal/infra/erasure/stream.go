package erasure

import "io"

// streamChunk is how much of a stream is looked at at once.
const streamChunk = 256 << 10

// InStream reads r and tells whether it holds a marked value; it stops where one
// is found. Memory does not grow with the stream.
func (f *Finder) InStream(r io.Reader) (bool, error) {
	// What follows a form by two bytes still decides whether it stands for itself,
	// and so does what comes before: pieces overlap by that and a form.
	overlap := f.Longest() + 4
	buf := make([]byte, streamChunk+2*overlap)
	have := 0
	for {
		n, err := io.ReadFull(r, buf[have:])
		have += n
		end := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !end {
			return f.In(buf[:have]), err
		}
		if f.In(buf[:have]) {
			return true, nil
		}
		if end {
			return false, nil
		}
		have = copy(buf, buf[have-overlap:have])
	}
}
