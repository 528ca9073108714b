package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// countEntries counts the entries of a zip's directory without keeping them,
// and stops after limit+1. The count that the zip states of itself is not
// believed. A zip without a directory gives io.ErrUnexpectedEOF.
func countEntries(at io.ReaderAt, size int64, limit int) (int, error) {
	const endLen, lookBack = 22, 22 + 1<<16
	tail := make([]byte, min(size, lookBack))
	if _, err := at.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return 0, err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < endLen {
		return 0, io.ErrUnexpectedEOF
	}
	end := size - int64(len(tail)) + int64(i)
	dirLen := int64(binary.LittleEndian.Uint32(tail[i+12:]))
	if dirLen == 1<<32-1 || binary.LittleEndian.Uint16(tail[i+10:]) == 1<<16-1 {
		if e, n, ok := zip64(at, end); ok {
			end, dirLen = e, n
		}
	}
	if dirLen > end {
		return 0, io.ErrUnexpectedEOF
	}
	r := bufio.NewReader(io.NewSectionReader(at, end-dirLen, dirLen))
	var h [46]byte
	for n := 0; ; n++ {
		if n > limit {
			return n, nil
		}
		if _, err := io.ReadFull(r, h[:]); err != nil || string(h[:4]) != "PK\x01\x02" {
			return n, nil
		}
		skip := 0
		for _, at := range []int{28, 30, 32} { // lengths of name, extra field and comment
			skip += int(binary.LittleEndian.Uint16(h[at:]))
		}
		if _, err := r.Discard(skip); err != nil {
			return n, nil
		}
	}
}

// zip64 finds where the long directory ends and how long it is.
func zip64(at io.ReaderAt, end int64) (int64, int64, bool) {
	var loc [20]byte
	var rec [56]byte
	if end < int64(len(loc)) {
		return 0, 0, false
	}
	if _, err := at.ReadAt(loc[:], end-int64(len(loc))); err != nil || string(loc[:4]) != "PK\x06\x07" {
		return 0, 0, false
	}
	pos := int64(binary.LittleEndian.Uint64(loc[8:]))
	if pos < 0 || pos > end {
		return 0, 0, false
	}
	if _, err := at.ReadAt(rec[:], pos); err != nil || string(rec[:4]) != "PK\x06\x06" {
		return 0, 0, false
	}
	n := int64(binary.LittleEndian.Uint64(rec[40:]))
	return pos, n, n >= 0
}
