package report

import (
	"cmp"
	"encoding/hex"
	"slices"
	"time"
)

const (
	manifestName   = "manifest.json"
	manifestFormat = "entente-report/1"
)

// entry is one file of the report as the manifest names it.
type entry struct {
	Path   string `json:"path"` // below the report's folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	rows   int64
}

// manifest is what manifest.json holds: every other file of the report.
type manifest struct {
	Format  string  `json:"format"`
	Surge   string  `json:"surge"`
	AsOf    string  `json:"as_of"`
	Node    string  `json:"node"`
	NodeID  string  `json:"node_id"`
	Version string  `json:"version"`
	Draft   bool    `json:"draft"`
	Files   []entry `json:"files"`
}

// sum is what a report weighs.
type sum struct {
	files int
	bytes int64
}

// manifest writes manifest.json, one file a line, sorted by path.
func (s *stage) manifest(opt Options) (sum, error) {
	slices.SortFunc(s.files, func(a, b entry) int { return cmp.Compare(a.Path, b.Path) })
	out, err := s.create(manifestName)
	if err != nil {
		return sum{}, err
	}
	b := []byte(`{"format":`)
	b = appendJSON(b, manifestFormat)
	b = appendJSONField(b, "surge", opt.Surge)
	b = appendJSONField(b, "as_of", opt.Now.Format(time.RFC3339))
	b = appendJSONField(b, "node", opt.Node)
	b = appendJSONField(b, "node_id", opt.NodeID)
	b = appendJSONField(b, "version", opt.Version)
	b = append(b, `,"draft":true,"files":[`...)
	n := sum{files: len(s.files) + 1}
	for i, f := range s.files {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n{\"path\":"...)
		b = appendJSON(b, f.Path)
		b = append(b, `,"bytes":`...)
		b = appendInt(b, f.Bytes)
		b = appendJSONField(b, "sha256", f.SHA256)
		b = append(b, '}')
		n.bytes += f.Bytes
		if b, err = out.drain(b); err != nil {
			return sum{}, err
		}
	}
	b = append(b, "\n]}\n"...)
	if err := out.write(b); err != nil {
		return sum{}, err
	}
	e, err := out.close()
	n.bytes += e.Bytes
	return n, err
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
