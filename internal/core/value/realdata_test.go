package value

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestIndicatorsInUse reads the lists of a large public collection of
// indicators: nearly all must be values, and each must keep its promises.
func TestIndicatorsInUse(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	shared := os.Getenv("ENTENTE_SHARED")
	if shared == "" {
		shared = "../../../../shared"
	}
	f, err := os.Open(filepath.Join(shared, "data/indicators/maltrail-static.tar.zst"))
	if err != nil {
		t.Skip("outside data: no data/indicators (ENTENTE_SHARED names its folder)")
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	read, all := 0, 0
	files := tar.NewReader(z)
	for {
		if _, err := files.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(files)
		for lines.Scan() {
			line, _, _ := strings.Cut(lines.Text(), "#")
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '/' || line[0] == '.' || strings.ContainsAny(line, `\[(*`) {
				continue // nothing, a path alone, a suffix alone, an expression
			}
			all++
			v, err := indicator(line)
			if err != nil {
				continue
			}
			read++
			if all%8 == 0 {
				checkValue(t, v)
			}
		}
	}
	t.Logf("%d of %d rows are values", read, all)
	if read*1000 < all*998 {
		t.Errorf("only %d of %d rows are values", read, all)
	}
}

func indicator(s string) (Value, error) {
	if strings.Contains(s, "://") {
		return ParseURL(s)
	}
	if strings.ContainsAny(s, "/:") {
		if v, err := ParseCIDR(s); err == nil {
			return v, nil
		}
		return ParseURL("http://" + s)
	}
	if v, err := ParseIP(s); err == nil {
		return v, nil
	}
	if v, err := ParseDomain(s); err == nil {
		return v, nil
	}
	return ParseOnion(s)
}
