package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
)

// writeOwners writes an organisation for each of the first n AS numbers of a
// geography file.
func writeOwners(w io.Writer, geography string, n int) error {
	f, err := os.Open(geography)
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintln(w, "id,name,kind,country,asns")
	seen := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() && len(seen) < n {
		cells := strings.Split(lines.Text(), ",")
		if len(cells) < 4 || !strings.Contains(cells[0], "/") || cells[2] == "" || seen[cells[2]] {
			continue
		}
		seen[cells[2]] = true
		fmt.Fprintf(w, "owner-%03d,Owner %d,company,%s,%s\n", len(seen), len(seen), cells[1], cells[2])
	}
	return lines.Err()
}
