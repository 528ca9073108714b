package surge_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/netip"
	"strings"
	"testing"

	"entente/internal/infra/disk"
	"entente/internal/infra/eventlog"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// leaveSegment writes a segment that no transaction lists, as another process
// leaves it that was killed.
func leaveSegment(t testing.TB, n *node, data string) {
	t.Helper()
	ctx := context.Background()
	other, err := eventlog.Open(ctx, eventlog.Config{DB: n.DB, FS: disk.OS(), Dir: data, Now: n.Now})
	ok(t, err)
	_, err = other.Stage(ctx, 1000, []eventlog.Row{{Batch: 1000, Feed: "f", Mode: "event", Observed: day(2).UnixMicro(), Value: secretAddr, Addr: netip.MustParseAddr(secretAddr)}})
	ok(t, err)
}

// secretIn tells whether bytes hold the address, as text or as the log's 16 bytes.
func secretIn(b []byte) bool {
	sixteen := netip.MustParseAddr(secretAddr).As16()
	for {
		i := bytes.Index(b, []byte(secretAddr))
		if i < 0 {
			return bytes.Contains(b, sixteen[:])
		}
		if j := i + len(secretAddr); j == len(b) || b[j] != '0' { // 198.18.1.770 is another
			return true
		}
		b = b[i+1:]
	}
}

func searchTables(t testing.TB, n *node) (found []string) {
	t.Helper()
	cells := 0
	ok(t, n.DB.Cells(context.Background(), func(table, column string, cell []byte) error {
		if cells++; secretIn(cell) {
			found = append(found, table+"."+column)
		}
		return nil
	}))
	if cells < 200 {
		t.Fatal("few cells:", cells)
	}
	return found
}

// searchFiles looks into every file of a folder, as it is and unpacked.
func searchFiles(t testing.TB, dir string) (found []string) {
	t.Helper()
	zdec, err := zstd.NewReader(nil)
	ok(t, err)
	defer zdec.Close()
	for _, path := range filesIn(t, dir) {
		text := mustRead(t, path)
		in := secretIn(text) || strings.Contains(path, secretAddr)
		for rest := text; !in; {
			i := bytes.Index(rest, []byte("\x28\xb5\x2f\xfd")) // a page of a segment, a packed list
			if i < 0 {
				break
			}
			rest = rest[i:]
			one, _ := zdec.DecodeAll(frame(rest), nil)
			in = secretIn(one)
			rest = rest[4:]
		}
		if strings.HasSuffix(path, ".s2") {
			text, err = io.ReadAll(s2.NewReader(bytes.NewReader(text)))
			ok(t, err)
			in = in || secretIn(text)
		}
		if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, _ = io.ReadAll(z)
			in = in || secretIn(text)
		}
		if in {
			found = append(found, path)
		}
	}
	return found
}

// frame cuts the first zstd frame off.
func frame(b []byte) []byte {
	r, err := zstd.NewReader(nil)
	if err != nil {
		return nil
	}
	defer r.Close()
	var h zstd.Header
	if h.Decode(b) != nil {
		return nil
	}
	at := h.HeaderSize
	for at+3 <= len(b) {
		block := int(b[at]) | int(b[at+1])<<8 | int(b[at+2])<<16
		size := block >> 3
		if block>>1&3 == 1 {
			size = 1
		}
		at += 3 + size
		if block&1 == 1 {
			break
		}
	}
	if h.HasCheckSum {
		at += 4
	}
	return b[:min(at, len(b))]
}
