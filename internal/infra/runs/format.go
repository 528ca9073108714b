package runs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"entente/internal/infra/disk"
)

// A run file: 8 bytes magic; the blocks of every section; the index of every
// section (fences, Bloom filter); the directory; a footer of 24 bytes. Numbers
// are little-endian.
//
//	block      perBlock entries of 16 or 24 bytes, the last may hold fewer; CRC-32C
//	index      first key of every block; Bloom filter lines of 64 bytes
//	directory  per section: scope length u16, scope, payload u8, keys u64,
//	           offset of blocks u64, offset of index u64, length u64, CRC-32C of it u32
//	footer     offset of the directory u64, length u64, CRC-32C of it u32, "ERU2"
const (
	magic      = "ENTERUN2"
	tail       = "ERU2"
	footerSize = 24
	perBlock   = 64 // a key that is there costs one small read
)

var crc = crc32.MakeTable(crc32.Castagnoli)

// entry is where a section lies in its file.
type entry struct {
	scope          string
	payload        bool
	keys           int64
	data, index, n int64 // offsets, and length of the index
	crc            uint32
}

func (e *entry) width() int {
	if e.payload {
		return 24
	}
	return 16
}

func (e *entry) blocks() int { return int((e.keys + perBlock - 1) / perBlock) }

// writer writes a run file in one pass. Errors are kept by the buffered writer
// until finish.
type writer struct {
	w   *bufio.Writer
	pos int64
	dir []entry
	idx [][]byte

	cur    entry
	block  []byte
	fences []byte
	filter filter
}

func newWriter(w io.Writer) *writer {
	out := &writer{w: bufio.NewWriterSize(w, 64<<10)}
	out.put([]byte(magic))
	return out
}

func (w *writer) put(b []byte) {
	n, _ := w.w.Write(b)
	w.pos += int64(n)
}

// begin starts a section of at most keys keys.
func (w *writer) begin(scope string, payload bool, keys int64) {
	w.cur = entry{scope: scope, payload: payload, data: w.pos}
	w.filter = newFilter(keys)
	w.fences = make([]byte, 0, (keys+perBlock-1)/perBlock*16+int64(len(w.filter)))
}

func (w *writer) add(k Key, payload uint64) {
	if w.cur.keys%perBlock == 0 {
		w.fences = append(w.fences, k[:]...)
	}
	w.filter.add(&k)
	w.block = append(w.block, k[:]...)
	if w.cur.payload {
		w.block = binary.LittleEndian.AppendUint64(w.block, payload)
	}
	w.cur.keys++
	if w.cur.keys%perBlock == 0 {
		w.endBlock()
	}
}

func (w *writer) endBlock() {
	if len(w.block) > 0 {
		w.put(binary.LittleEndian.AppendUint32(w.block, crc32.Checksum(w.block, crc)))
		w.block = w.block[:0]
	}
}

// end closes the section. The indexes are written at the end of the file.
func (w *writer) end() {
	w.endBlock()
	index := append(w.fences, w.filter...)
	w.cur.n, w.cur.crc = int64(len(index)), crc32.Checksum(index, crc)
	w.dir, w.idx = append(w.dir, w.cur), append(w.idx, index)
}

func (w *writer) finish() error {
	for i := range w.dir {
		w.dir[i].index = w.pos
		w.put(w.idx[i])
	}
	var d []byte
	for _, e := range w.dir {
		d = binary.LittleEndian.AppendUint16(d, uint16(len(e.scope)))
		d = append(d, e.scope...)
		p := byte(0)
		if e.payload {
			p = 1
		}
		d = append(d, p)
		for _, n := range []int64{e.keys, e.data, e.index, e.n} {
			d = binary.LittleEndian.AppendUint64(d, uint64(n))
		}
		d = binary.LittleEndian.AppendUint32(d, e.crc)
	}
	at := w.pos
	w.put(d)
	f := binary.LittleEndian.AppendUint64(nil, uint64(at))
	f = binary.LittleEndian.AppendUint64(f, uint64(len(d)))
	f = binary.LittleEndian.AppendUint32(f, crc32.Checksum(d, crc))
	w.put(append(f, tail...))
	return w.w.Flush()
}

var errFormat = errors.New("its directory does not fit its checksum")

// directory reads where the sections of a run file lie.
func directory(f disk.ReadFile) ([]entry, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	var foot [footerSize]byte
	if size < footerSize+int64(len(magic)) {
		return nil, errFormat
	}
	if _, err := f.ReadAt(foot[:], size-footerSize); err != nil {
		return nil, err
	}
	at, n := binary.LittleEndian.Uint64(foot[:]), binary.LittleEndian.Uint64(foot[8:])
	if string(foot[20:]) != tail || at > uint64(size)-footerSize || n != uint64(size)-footerSize-at {
		return nil, errFormat
	}
	d := make([]byte, n)
	if _, err := f.ReadAt(d, int64(at)); err != nil {
		return nil, err
	}
	if crc32.Checksum(d, crc) != binary.LittleEndian.Uint32(foot[16:]) {
		return nil, errFormat
	}
	return parseDirectory(d)
}

// entrySize is what follows the scope of an entry.
const entrySize = 1 + 4*8 + 4

func parseDirectory(d []byte) ([]entry, error) {
	var out []entry
	for len(d) > 0 {
		if len(d) < 2 {
			return nil, errFormat
		}
		l := int(binary.LittleEndian.Uint16(d))
		if len(d) < 2+l+entrySize {
			return nil, errFormat
		}
		e := entry{scope: string(d[2 : 2+l]), payload: d[2+l] == 1}
		d = d[3+l:]
		for _, p := range []*int64{&e.keys, &e.data, &e.index, &e.n} {
			*p = int64(binary.LittleEndian.Uint64(d))
			if d = d[8:]; *p < 0 {
				return nil, errFormat
			}
		}
		e.crc = binary.LittleEndian.Uint32(d)
		d = d[4:]
		out = append(out, e)
	}
	return out, nil
}
