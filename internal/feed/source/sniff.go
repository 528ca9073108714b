package source

import "bytes"

// packing is what the first bytes of a file say that it is.
type packing uint8

const (
	plainFile packing = iota
	gzipFile
	zstdFile
	zipFile
	tarFile
	bzip2File
	xzFile
	sevenZip
	rarFile
	lz4File
)

var packingNames = [...]string{"plain", "gzip", "zstd", "zip", "tar", "bzip2", "xz", "7z", "rar", "lz4"}

func (p packing) String() string { return packingNames[p] }

// unread tells whether the packing is known but not opened.
func (p packing) unread() bool { return p >= bzip2File }

// sniff looks only at bytes that no text format can begin with.
func sniff(head []byte) packing {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("\x1f\x8b\x08"):
		return gzipFile
	case has("\x28\xb5\x2f\xfd"):
		return zstdFile
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return zstdFile // begins with a skippable frame
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08"):
		return zipFile
	case has("BZh") && len(head) >= 10 && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90"):
		return bzip2File
	case has("\xfd7zXZ\x00"):
		return xzFile
	case has("7z\xbc\xaf\x27\x1c"):
		return sevenZip
	case has("Rar!\x1a\x07"):
		return rarFile
	case has("\x04\x22\x4d\x18"):
		return lz4File
	case isTar(head):
		return tarFile
	}
	return plainFile
}

// isTar tells whether head begins with a tar header, by its checksum.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	field := bytes.Trim(head[148:156], " \x00")
	if len(field) == 0 || head[0] == 0 {
		return false
	}
	var want, sum int64
	for _, c := range field {
		if c < '0' || c > '7' {
			return false
		}
		want = want<<3 | int64(c-'0')
	}
	for i, c := range head[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}
