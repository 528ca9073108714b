package eventlog

import (
	"fmt"
	"path/filepath"
	"strings"
)

const suffix = ".parquet"

func (l *Log) folder(day string) string { return filepath.Join(l.dir, "day="+day) }

func (l *Log) path(batch, writer, part int64, day string) string {
	name := fmt.Sprintf("%012d-%d", batch, writer)
	if part > 0 {
		name += fmt.Sprintf("-%d", part)
	}
	return filepath.Join(l.folder(day), name+suffix)
}

// parseName reads batch, writer and part of a file's name.
func parseName(name string) (batch, writer, part int64, ok bool) {
	name, ok = strings.CutSuffix(name, suffix)
	if !ok {
		return 0, 0, 0, false
	}
	var err error
	if strings.Count(name, "-") == 2 {
		_, err = fmt.Sscanf(name, "%d-%d-%d", &batch, &writer, &part)
	} else {
		_, err = fmt.Sscanf(name, "%d-%d", &batch, &writer)
	}
	return batch, writer, part, err == nil
}
