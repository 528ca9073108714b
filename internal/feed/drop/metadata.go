package drop

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"entente/internal/feed/clock"
	"entente/internal/feed/flatjson"
)

// metadata is what the last line of the JSON lines form says:
// {"type":"metadata","timestamp":1790072042,"size":104461,"records":1700,...}.
type metadata struct {
	micros  int64 // when the list was made; 0 if it does not say
	records int64 // how many rows it has; -1 if it does not say
}

func (m metadata) time() time.Time { return time.UnixMicro(m.micros).UTC() }

// isMetadata tells whether an object is a metadata line.
func isMetadata(fs []flatjson.Field) bool {
	for i := range fs {
		if string(fs[i].Key) == "type" {
			return string(fs[i].Text()) == "metadata"
		}
	}
	return false
}

// isProducer tells whether a metadata line names Spamhaus.
func isProducer(fs []flatjson.Field) bool {
	for i := range fs {
		if strings.Contains(strings.ToLower(string(fs[i].Text())), "spamhaus") {
			return true
		}
	}
	return false
}

// last finds the last metadata line of a whole file. What it lacks, and that it
// counts other rows than there are, is for the account: a list without its last
// line may have been cut off.
func last(text []byte) (m metadata, drift []string) {
	els := flatjson.NewElements(bytes.NewReader(text))
	var fields []flatjson.Field
	rows, found := int64(0), false
	for {
		el, err := els.Next()
		if err == io.EOF {
			break
		}
		rows++
		if err != nil {
			continue
		}
		if fields, err = flatjson.Object(el, fields[:0]); err != nil || !isMetadata(fields) {
			continue
		}
		rows--
		m, found = readMetadata(fields), true
	}
	switch {
	case !found:
		drift = append(drift, "no metadata line: the list may have been cut off")
	case m.records >= 0 && m.records != rows:
		drift = append(drift, fmt.Sprintf("the metadata line counts %d records, the list has %d", m.records, rows))
	}
	return m, drift
}

// readMetadata reads the time, seconds since 1970 or a time with its zone, and
// the count.
func readMetadata(fs []flatjson.Field) metadata {
	m := metadata{records: -1}
	for i := range fs {
		text := strings.TrimSpace(string(fs[i].Text()))
		switch string(fs[i].Key) {
		case "timestamp":
			if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 && n < 1<<40 {
				m.micros = n * 1e6
			} else if t, ok := clock.ISO(text); ok && t.Zoned {
				m.micros = t.Micros
			}
		case "records":
			if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
				m.records = n
			}
		}
	}
	return m
}
